package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cancel in every phase (CAN-03, CAN-04, CAN-05): no outcome is told, and the peer sees a reset soon. */
@NoLeaks
class CancelTest {

    private static final Duration SOON = Duration.ofSeconds(1); // 100 ms by the rule; more is granted to a busy machine

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private final BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
    private final CountDownLatch reached = new CountDownLatch(1);

    private void assertResetSoon() throws InterruptedException {
        assertEquals(Peer.Ending.RESET, endings.poll(Patience.scaled(SOON).toMillis(), TimeUnit.MILLISECONDS));
    }

    @Test
    void cancel_whileTheNameIsLookedUp_connectsNowhere() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        fixture.resolveWith(host -> {
            reached.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            answered.countDown();
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        Peer peer = fixture.closing(Peer.following(line -> endings.add(line.awaitEnd())));
        Recorder recorder = new Recorder();
        Call call = fixture.transport(Endpoint.parse("http://engine:" + peer.port())).stream(WireFixture.GET, recorder);
        Patience.await(reached);
        call.cancel();
        answer.countDown();
        Patience.await(answered);
        fixture.turn();
        assertEquals(List.of(), recorder.events());
        assertTrue(endings.isEmpty());
        assertEquals(0, fixture.time().waiting());
    }

    @Test
    void cancel_whileConnecting_closesTheSocket() throws Exception {
        FullListener full = fixture.closing(new FullListener("127.0.0.1", 0));
        Recorder recorder = new Recorder();
        Call call = fixture.transport(full.endpoint()).stream(WireFixture.GET, recorder);
        fixture.time().awaitTimer(WireRequest.DEFAULT_CONNECT_LIMIT);
        call.cancel();
        fixture.turn();
        assertEquals(List.of(), recorder.events());
        assertEquals(0, fixture.time().waiting());
    }

    @Test
    void cancel_whileTheRequestIsBeingSent_resets() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        Recorder recorder = new Recorder();
        Call call = fixture
                .transport(Peer.following(line -> {
                    line.head();
                    reached.countDown();
                    Patience.await(cancelled);
                    endings.add(line.sendAndDrain(""));
                }))
                .stream(
                        WireRequest.post("/")
                                .body("text/plain", new byte[32 << 20])
                                .build(),
                        recorder);
        Patience.await(reached);
        call.cancel();
        fixture.turn();
        cancelled.countDown();
        assertResetSoon();
        assertEquals(List.of("connected"), recorder.events());
    }

    @Test
    void cancel_beforeTheHead_resets() throws Exception {
        Recorder recorder = new Recorder();
        Call call = fixture
                .transport(Peer.following(line -> {
                    line.request();
                    reached.countDown();
                    endings.add(line.awaitEnd());
                }))
                .stream(WireFixture.GET, recorder);
        Patience.await(reached);
        call.cancel();
        call.cancel();
        assertResetSoon();
        fixture.turn();
        assertEquals(List.of("connected"), recorder.events());
    }

    @Test
    void cancel_betweenTokens_resets() throws Exception {
        Recorder recorder = new Recorder();
        Call call = fixture.transport(streaming()).stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        call.cancel();
        assertResetSoon();
        fixture.turn();
        assertEquals(List.of("connected", "head 200"), recorder.events());
    }

    @Test
    void cancel_whileResting_resets() throws Exception {
        Recorder recorder = new Recorder().onPiece(piece -> false);
        Call call = fixture.transport(streaming()).stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        fixture.turn();
        call.cancel();
        assertResetSoon();
    }

    @Test
    void cancel_fromWithinAPiece_isTheLastThatIsHeard() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onPiece(piece -> {
            recorder.call().cancel();
            return true;
        });
        fixture
                .transport(Peer.following(line -> {
                    line.request();
                    line.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
                    endings.add(line.awaitEnd());
                }))
                .stream(WireFixture.GET, recorder);
        assertResetSoon();
        fixture.turn();
        assertEquals("ab", recorder.body(), "one read is one piece");
        assertEquals(List.of("connected", "head 200"), recorder.events());
    }

    @Test
    void cancel_fromWithinAPiece_hasClosedWhenItReturns() throws Exception {
        CompletableFuture<Peer.Ending> seenMeanwhile = new CompletableFuture<>();
        Recorder recorder = new Recorder();
        recorder.onPiece(piece -> {
            recorder.call().cancel();
            try {
                seenMeanwhile.complete(Patience.next(endings)); // the I/O thread does nothing else until then
            } catch (Exception | AssertionError e) {
                seenMeanwhile.completeExceptionally(e);
            }
            return true;
        });
        fixture.transport(streaming()).stream(WireFixture.GET, recorder);
        assertEquals(Peer.Ending.RESET, Patience.get(seenMeanwhile));
    }

    @Test
    void cancel_fromWithinOnConnected_sendsNothing() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onAny(() -> recorder.call().cancel());
        fixture.transport(Peer.following(line -> endings.add(line.awaitEnd()))).stream(WireFixture.GET, recorder);
        assertResetSoon();
        fixture.turn();
        assertEquals(List.of("connected"), recorder.events());
    }

    @Test
    void cancel_byAnotherThreadWhileTheCallerIsAboutToSend_sendsNothing() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onAny(() -> {
            try {
                Thread other = new Thread(() -> recorder.call().cancel(), "canceller");
                other.start();
                Patience.end(other);
                fixture.turn(); // the I/O thread has heard of the cancel, and must leave the socket to its owner
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        fixture.transport(Peer.following(line -> endings.add(line.awaitEnd()))).stream(WireFixture.GET, recorder);
        assertResetSoon();
        fixture.turn();
        assertEquals(List.of("connected"), recorder.events());
        assertEquals(0, fixture.time().waiting());
    }

    @Test
    void cancel_afterTheEnd_doesNothing() throws Exception {
        Recorder recorder = new Recorder();
        Call call =
                fixture.transport(Peer.answering("HTTP/1.1 204 No Content\r\n\r\n")).stream(WireFixture.GET, recorder);
        recorder.awaitOutcome();
        call.cancel();
        fixture.turn();
        assertEquals(List.of("connected", "head 204", "end"), recorder.events());
    }

    @Test
    void cancel_ofOneStream_leavesTheOtherAlone() throws Exception {
        SocketTransport transport = fixture.transport(streaming());
        Recorder stays = new Recorder();
        transport.stream(WireFixture.GET, stays);
        stays.nextPiece();
        Recorder goes = new Recorder();
        Call call = transport.stream(WireFixture.GET, goes);
        goes.nextPiece();
        call.cancel();
        assertResetSoon();
        fixture.turn();
        assertEquals(List.of("connected", "head 200"), stays.events());
    }

    /** Sends one piece and then waits for the end. */
    private Peer streaming() throws Exception {
        return Peer.following(line -> {
            line.request();
            line.sendStreamHead();
            line.sendChunk("data: 1\n\n");
            endings.add(line.awaitEnd());
        });
    }
}
