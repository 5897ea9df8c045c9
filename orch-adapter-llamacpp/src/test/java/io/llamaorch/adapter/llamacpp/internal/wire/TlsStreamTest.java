package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.Identity;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over TLS do what they do without: pieces at once, rest, ends and cuts, and an abrupt cancel. */
@NoLeaks
class TlsStreamTest {

    private static final int TOTAL = 1 << 20;
    private static final String BYE = "bye";

    @TempDir
    private static Path folder;

    private static SSLContext context;
    private static TlsOptions options;

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private final BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();

    @BeforeAll
    static void makeIdentity() throws Exception {
        Identity identity = Identity.of("127.0.0.1");
        context = identity.context();
        options = TlsOptions.read(Map.of(
                "trust-store",
                identity.trustStoreIn(folder, "PKCS12").toString(),
                "trust-store-password",
                Identity.PASSWORD));
    }

    /** A script over TLS, after the request. */
    private interface Script {
        void talk(TlsLine line) throws Exception;
    }

    private SocketTransport transport(Script script, String... protocols) throws Exception {
        return fixture.transport(
                fixture.closing(Peer.following(line -> {
                            TlsLine secured = new TlsLine(line, context, protocols);
                            secured.request();
                            script.talk(secured);
                        }))
                        .endpoint("127.0.0.1"),
                options);
    }

    private Recorder call(Script script) throws Exception {
        Recorder recorder = new Recorder();
        transport(script).stream(WireFixture.GET, recorder);
        return recorder;
    }

    /** EVT-09. */
    @Test
    void stream_handsOverEachPieceAsItComes() throws Exception {
        Semaphore delivered = new Semaphore(0);
        Recorder recorder = call(line -> {
            line.sendStreamHead();
            for (int i = 0; i < 30; i++) {
                line.sendChunk("data: " + i + "\n\n");
                delivered.acquire();
            }
            line.send("0\r\n\r\n");
            endings.add(line.raw().awaitEnd());
        });
        for (int i = 0; i < 30; i++) {
            assertEquals("data: " + i + "\n\n", recorder.nextPiece());
            delivered.release();
        }
        assertEquals(
                List.of("connected", "head 200", "end"), recorder.awaitOutcome().events());
        assertEquals(Peer.Ending.RESET, Patience.next(endings)); // and no close_notify, which would be a stray byte
    }

    /** CAN-05: no byte, so no close_notify either, and a reset. */
    @Test
    void cancel_betweenTokens_resetsWithoutAnyByte() throws Exception {
        Recorder recorder = new Recorder();
        Call call = transport(line -> {
                    line.sendStreamHead();
                    line.sendChunk("data: 1\n\n");
                    endings.add(line.raw().awaitEnd());
                })
                .stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        call.cancel();
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
        fixture.turn();
        assertEquals(List.of("connected", "head 200"), recorder.events());
    }

    @Test
    void cancel_whileTheRequestIsBeingSent_resets() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Recorder recorder = new Recorder();
        Call call = fixture
                .transport(
                        fixture.closing(Peer.following(line -> {
                                    new TlsLine(line, context).request();
                                    reached.countDown();
                                    Patience.await(cancelled);
                                    endings.add(line.sendAndDrain(""));
                                }))
                                .endpoint("127.0.0.1"),
                        options)
                .stream(
                        WireRequest.post("/")
                                .body("text/plain", new byte[16 << 20])
                                .build(),
                        recorder);
        Patience.await(reached);
        call.cancel();
        fixture.turn();
        cancelled.countDown();
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
        assertEquals(List.of("connected"), recorder.events());
    }

    @Test
    void largeRequest_arrivesWhole() throws Exception {
        BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
        Recorder recorder = new Recorder();
        fixture
                .transport(
                        fixture.closing(Peer.following(line -> {
                                    TlsLine secured = new TlsLine(line, context);
                                    String request = secured.request(TOTAL);
                                    lengths.add(request.length() - request.indexOf("\r\n\r\n") - 4);
                                    secured.send("HTTP/1.1 204 No Content\r\n\r\n");
                                    line.awaitEnd();
                                }))
                                .endpoint("127.0.0.1"),
                        options)
                .stream(
                        WireRequest.post("/")
                                .body("text/plain", new byte[TOTAL])
                                .build(),
                        recorder);
        assertEquals(TOTAL, Patience.next(lengths));
        assertEquals(
                List.of("connected", "head 204", "end"), recorder.awaitOutcome().events());
    }

    /** FLW-02: a rest is one read of 16 KiB at most, though records are larger, and loses nothing. */
    @Test
    void stream_whenItRests_readsNothingUntilItIsResumed() throws Exception {
        AtomicBoolean enough = new AtomicBoolean(true);
        Recorder recorder = new Recorder().onPiece(piece -> !enough.get());
        Call call = transport(line -> {
                    line.send("HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n");
                    for (int i = 0; i < TOTAL / 8; i += 1024) {
                        line.send("%08x".formatted(i).repeat(1024));
                    }
                    line.raw().sendAndDrain("");
                })
                .stream(WireFixture.GET, recorder);
        int last = 0;
        for (int i = 0; i < 10; i++) {
            recorder.nextPiece();
            fixture.turn();
            int now = recorder.body().length();
            assertTrue(now - last <= 16 * 1024, "one read, but it was " + (now - last));
            last = now;
            call.resume();
        }
        enough.set(false);
        call.resume();
        recorder.awaitOutcome();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < TOTAL / 8; i += 1024) {
            expected.append("%08x".formatted(i).repeat(1024));
        }
        assertEquals(expected.toString(), recorder.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall"
            })
    void bodyThatIsWhole_endsWhateverFollows(String answer) throws Exception {
        for (String after : new String[] {"", BYE, "garbage"}) {
            Recorder recorder = call(line -> {
                byte[] whole = line.tls().encrypt(answer);
                byte[] last = after.equals(BYE) ? line.tls().closeNotify() : after.getBytes(StandardCharsets.US_ASCII);
                line.raw().send(join(whole, last));
            });
            assertEquals(
                    List.of("connected", "head 200", "end"),
                    recorder.awaitOutcome().events());
            assertEquals("all", recorder.body());
        }
    }

    /** Nothing but the handshake's last flight announces it: the socket has nothing more to tell. */
    @Test
    void answerThatCameWithTheHandshake_isHeard() throws Exception {
        Recorder recorder = new Recorder();
        fixture
                .transport(
                        fixture.closing(Peer.following(line -> {
                                    TlsServer server = new TlsServer(context.createSSLEngine(), "TLSv1.2");
                                    while (!server.isHandshakeDone()) {
                                        byte[] flight = server.take(line.receive());
                                        line.send(
                                                server.isHandshakeDone()
                                                        ? join(flight, server.encrypt("HTTP/1.1 408 Late\r\n\r\n"))
                                                        : flight);
                                    }
                                    endings.add(line.sendAndDrain(""));
                                }))
                                .endpoint("127.0.0.1"),
                        options)
                .stream(WireFixture.GET, recorder);
        Patience.await("the head is heard", () -> recorder.events().contains("head 408"));
    }

    /** EVT-05: only TLS's own end ends a body without a length; a cut looks like an end to TCP. */
    @Test
    void bodyWithoutLength_endsByCloseNotifyAlone() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\n\r\nall";
        Recorder whole = call(line -> {
            line.raw().send(join(line.tls().encrypt(answer), line.tls().closeNotify()));
            endings.add(line.raw().awaitEnd()); // it keeps its side open, and still that is the end
        });
        assertEquals(
                List.of("connected", "head 200", "end"), whole.awaitOutcome().events());
        assertEquals("all", whole.body());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));

        Recorder cut = call(line -> line.send(answer));
        assertEquals(Kind.RESET, cut.awaitFailure().kind());
        assertEquals("all", cut.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {BYE, "", "garbage", "alert"})
    void bodyThatIsNotWhole_isCutAfterWhatCame(String after) throws Exception {
        Recorder recorder = call(line -> {
            byte[] half = line.tls().encrypt("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhal");
            byte[] last = switch (after) {
                case BYE -> line.tls().closeNotify();
                case "alert" -> line.tls().fatalAlert();
                default -> after.getBytes(StandardCharsets.US_ASCII);
            };
            line.raw().send(join(half, last));
        });
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.RESET, failure.kind(), failure.message());
        assertTrue(failure.responseSeen());
        assertEquals("hal", recorder.body());
    }

    @Test
    void twoHundredStreams_atOnce_areAllWhole() throws Exception {
        Script script = line -> {
            line.sendStreamHead();
            for (int i = 0; i < 10; i++) {
                line.sendChunk("data: " + i + "\n\n");
            }
            line.send("0\r\n\r\n");
            line.raw().awaitEnd();
        };
        // sessions of TLS 1.2 can be resumed at once, which spares this test the most of 200 handshakes
        SocketTransport transport = transport(script, "TLSv1.2");
        Recorder first = new Recorder();
        transport.stream(WireFixture.GET, first);
        first.awaitOutcome();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            transport.stream(WireFixture.GET, recorder);
        }
        for (Recorder recorder : recorders) {
            assertEquals(
                    List.of("connected", "head 200", "end"),
                    recorder.awaitOutcome().events());
            assertEquals(10 * "data: 0\n\n".length(), recorder.body().length());
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
