package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@NoLeaks
class SocketTransportTest {

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private static final String HEALTHY = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
            + "Content-Length: 15\r\nKeep-Alive: timeout=5, max=100\r\n\r\n{\"status\":\"ok\"}";

    @Test
    void exchange_whenAnswered_handsOverHeadAndBody() throws Exception {
        Recorder recorder = new Recorder();
        fixture.transport(Peer.answering(HEALTHY)).exchange(WireFixture.GET, recorder);
        assertEquals(List.of("answer"), recorder.awaitOutcome().events());
        assertEquals(200, recorder.head().status());
        assertEquals("application/json", recorder.head().contentType());
        assertEquals("{\"status\":\"ok\"}", recorder.body());
    }

    @Test
    void request_onTheWire_isExactlyWhatWasAskedFor() throws Exception {
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
        Peer peer = fixture.closing(Peer.at("::1", 0, line -> {
            requests.add(line.request());
            line.send(HEALTHY);
            endings.add(line.awaitEnd());
        }));
        Recorder recorder = new Recorder();
        fixture.transport(Endpoint.parse("http://[::1]:" + peer.port() + "/base/"))
                .exchange(
                        WireRequest.post("/completion?x=%20y")
                                .header("User-Agent", "test/1")
                                .header("Authorization", "Bearer secret")
                                .body("application/json", "{}".getBytes(StandardCharsets.US_ASCII))
                                .build(),
                        recorder);
        recorder.awaitOutcome();
        assertEquals(
                "POST /base/completion?x=%20y HTTP/1.1\r\nHost: [::1]:" + peer.port()
                        + "\r\nConnection: close\r\nAccept: */*\r\nAuthorization: Bearer secret\r\n"
                        + "Content-Type: application/json\r\nUser-Agent: test/1\r\nContent-Length: 2\r\n\r\n{}",
                Patience.next(requests));
        assertEquals(Peer.Ending.RESET, Patience.next(endings)); // at once, though the peer keeps its side open
    }

    @Test
    void request_toAnAddress_leavesBeforeTheIoThreadTakesPart() throws Exception {
        List<String> threads = new ArrayList<>();
        Recorder recorder = new Recorder();
        recorder.onAny(() -> threads.add(Thread.currentThread().getName()));
        fixture.transport(Peer.answering(HEALTHY)).stream(WireFixture.GET, recorder);
        recorder.awaitOutcome();
        assertEquals(List.of(Thread.currentThread().getName(), "llamacpp-io"), List.of(threads.get(0), threads.get(1)));
    }

    @Test
    void request_fromAThreadThatIsInterrupted_leavesAndKeepsTheFlag() throws Exception {
        Recorder recorder = new Recorder();
        SocketTransport transport = fixture.transport(Peer.answering(HEALTHY));
        Thread.currentThread().interrupt();
        transport.exchange(WireFixture.GET, recorder);
        assertTrue(Thread.interrupted());
        assertEquals(List.of("answer"), recorder.awaitOutcome().events());
    }

    @Test
    void stream_whenChunked_handsOverEachPieceAsItComes() throws Exception {
        Semaphore delivered = new Semaphore(0);
        Recorder recorder = new Recorder();
        fixture
                .transport(Peer.following(line -> {
                    line.request();
                    line.sendStreamHead();
                    for (int i = 0; i < 50; i++) {
                        line.sendChunk("data: " + i + "\n\n");
                        delivered.acquire();
                    }
                    line.send("0\r\n");
                    line.send("\r\n");
                }))
                .stream(WireFixture.GET, recorder);
        for (int i = 0; i < 50; i++) {
            assertEquals("data: " + i + "\n\n", recorder.nextPiece());
            delivered.release();
        }
        assertEquals(
                List.of("connected", "head 200", "end"), recorder.awaitOutcome().events());
    }

    @Test
    void exchange_whenBodyIsAboveTheCeiling_isTooLarge() throws Exception {
        SocketTransport transport = fixture.transport(Peer.answering(HEALTHY));
        Recorder fits = new Recorder();
        transport.exchange(WireRequest.get("/").bodyCeiling(15).build(), fits);
        assertEquals(List.of("answer"), fits.awaitOutcome().events());
        Recorder exceeds = new Recorder();
        transport.exchange(WireRequest.get("/").bodyCeiling(14).build(), exceeds);
        assertEquals(Kind.TOO_LARGE, exceeds.awaitFailure().kind());
    }

    @Test
    void exchange_whenItsLimitPasses_timesOutAndCloses() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
        Recorder recorder = new Recorder();
        fixture.transport(Peer.following(line -> {
                    line.request();
                    line.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhalf");
                    asked.countDown();
                    endings.add(line.awaitEnd());
                }))
                .exchange(
                        WireRequest.get("/")
                                .exchangeLimit(Duration.ofSeconds(3))
                                .build(),
                        recorder);
        Patience.await(asked);
        fixture.time().advance(Duration.ofMillis(2999));
        fixture.turn();
        assertEquals(List.of(), recorder.events());
        fixture.time().advance(Duration.ofMillis(1));
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.TIMEOUT, failure.kind());
        assertTrue(failure.message().contains("3000 ms"), failure.message());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
    }

    /** The I/O thread may be held up by others: the caller's time runs all the same. */
    @Test
    void exchange_whenTheIoThreadIsHeldUp_isLimitedFromTheCallOn() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CompletableFuture<Void> release = new CompletableFuture<>();
        fixture.closing(() -> release.complete(null));
        SocketTransport transport = fixture.transport(Peer.following(line -> {
            line.request();
            line.awaitEnd();
        }));
        transport.stream(WireFixture.GET, new Recorder()).execute(() -> {
            held.countDown();
            release.join();
        });
        Patience.await(held);
        Recorder recorder = new Recorder();
        transport.exchange(
                WireRequest.get("/").exchangeLimit(Duration.ofSeconds(3)).build(), recorder);
        fixture.time().advance(Duration.ofSeconds(3));
        release.complete(null);
        fixture.turn();
        assertEquals(List.of("failure TIMEOUT"), recorder.events());
    }

    @Test
    void exchanges_thousandOneAfterAnother_allSucceed() throws Exception {
        SocketTransport transport = fixture.transport(Peer.answering(HEALTHY));
        for (int i = 0; i < 1000; i++) {
            Recorder recorder = new Recorder();
            transport.exchange(WireFixture.GET, recorder);
            assertEquals(List.of("answer"), recorder.awaitOutcome().events(), "request " + i);
        }
    }

    @Test
    void streams_hundredAtOnce_areEachWhole() throws Exception {
        CountDownLatch allThere = new CountDownLatch(100);
        SocketTransport transport = fixture.transport(Peer.following(line -> {
            String name = line.request().split(" ")[1];
            line.sendStreamHead();
            allThere.countDown();
            Patience.await(allThere);
            for (int i = 0; i < 20; i++) {
                line.sendChunk(name + "," + i + ";");
            }
            line.send("0\r\n\r\n");
        }));
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Recorder recorder = new Recorder();
            transport.stream(WireRequest.get("/" + i).build(), recorder);
            recorders.add(recorder);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals(
                    List.of("connected", "head 200", "end"),
                    recorders.get(i).awaitOutcome().events());
            StringBuilder expected = new StringBuilder();
            for (int j = 0; j < 20; j++) {
                expected.append('/').append(i).append(',').append(j).append(';');
            }
            assertEquals(expected.toString(), recorders.get(i).body());
        }
    }

    @Test
    void answer_beforeTheRequestIsSent_isHeard() throws Exception {
        byte[] large = new byte[32 << 20];
        SocketTransport transport = fixture.transport(Peer.following(line -> {
            line.head();
            line.send("HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        }));
        for (int i = 0; i < 50; i++) {
            Recorder recorder = new Recorder();
            transport.exchange(
                    WireRequest.post("/completion")
                            .body("application/json", large)
                            .build(),
                    recorder);
            assertEquals(List.of("answer"), recorder.awaitOutcome().events(), "round " + i);
            assertEquals(413, recorder.head().status());
        }
    }

    @Test
    void largeRequest_toASlowReader_arrivesWhole() throws Exception {
        byte[] large = new byte[5_000_001];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) ('a' + i % 23);
        }
        BlockingQueue<String> requests = new LinkedBlockingQueue<>();
        CountDownLatch read = new CountDownLatch(1);
        Recorder recorder = new Recorder();
        fixture
                .transport(Peer.following(line -> {
                    Patience.await(read);
                    requests.add(line.request());
                    line.send(HEALTHY);
                }))
                .stream(
                        WireRequest.post("/completion")
                                .body("text/plain", large)
                                .build(),
                        recorder);
        recorder.awaitConnected();
        fixture.turn(); // which also uses the shared buffer in between
        read.countDown();
        recorder.awaitOutcome();
        String request = Patience.next(requests);
        assertEquals(new String(large, StandardCharsets.US_ASCII), request.substring(request.indexOf("\r\n\r\n") + 4));
    }
}
