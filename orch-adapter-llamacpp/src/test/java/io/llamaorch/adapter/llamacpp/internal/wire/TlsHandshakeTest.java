package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.Identity;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes that come to nothing: in bounded time and memory, and with a word of what is wrong (TIM-01, SEC-05). */
@NoLeaks
class TlsHandshakeTest {

    private static final Duration LIMIT = Duration.ofSeconds(4);
    private static final WireRequest GET =
            WireRequest.get("/").connectLimit(LIMIT).build();

    @TempDir
    private static Path folder;

    private static SSLContext context;
    private static TlsOptions options;

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private final BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
    private final CountDownLatch reached = new CountDownLatch(1);

    @BeforeAll
    static void makeIdentity() throws Exception {
        Identity identity = Identity.of("127.0.0.1");
        context = identity.context();
        options = TlsOptions.read(
                Map.of("trust-store", identity.trustStoreIn(folder, "JKS").toString()));
    }

    private Recorder call(Peer.Script script) throws Exception {
        return call(fixture.transport(fixture.closing(Peer.following(script)).endpoint("127.0.0.1"), options));
    }

    private static Recorder call(SocketTransport transport) {
        Recorder recorder = new Recorder();
        transport.stream(GET, recorder);
        return recorder;
    }

    private static String refusal(Recorder recorder) throws Exception {
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.TLS, failure.kind(), failure.message());
        assertEquals(List.of("failure TLS"), recorder.events());
        return failure.message();
    }

    @Test
    void peer_thatSpeaksPlainHttp_isNamedAsSuch() throws Exception {
        String message = refusal(call(line -> {
            line.receive();
            line.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            endings.add(line.awaitEnd());
        }));
        assertTrue(message.contains("speaks no TLS") && message.contains("http://"), message);
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
    }

    /** The other way round: a plain URL, and a peer that answers with an alert of TLS. */
    @Test
    void peer_thatSpeaksTlsWhereNoneIsExpected_isNamedAsSuch() throws Exception {
        Recorder recorder = call(fixture.transport(Peer.following(line -> {
            line.request();
            line.send(new byte[] {21, 3, 1, 0, 2, 2, 70});
            endings.add(line.awaitEnd());
        })));
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.MALFORMED, failure.kind());
        assertTrue(failure.message().contains("perhaps it speaks TLS"), failure.message());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void peer_thatClosesInTheHandshake_isNotTaken(boolean abruptly) throws Exception {
        String message = refusal(call(line -> {
            line.receive();
            if (abruptly) {
                line.reset();
            }
        }));
        assertTrue(message.contains("closed the connection in the TLS handshake"), message);
    }

    @Test
    void peer_thatRefusesTheHandshake_isQuoted() throws Exception {
        String message = refusal(call(line -> {
            line.receive();
            line.send(new byte[] {21, 3, 3, 0, 2, 2, 70});
            line.awaitEnd();
        }));
        assertTrue(message.contains("alert protocol_version") && message.contains("TLS 1.2 or 1.3"), message);
    }

    @Test
    void peer_thatAnnouncesAnEndlessMessage_isRefusedAtOnce() throws Exception {
        refusal(call(line -> {
            line.receive();
            byte[] record = new byte[5 + 16_000];
            System.arraycopy(new byte[] {22, 3, 3, 62, (byte) 128, 2, -1, -1, -1}, 0, record, 0, 9);
            line.send(record);
            endings.add(line.sendAndDrain(""));
        }));
    }

    @Test
    void peer_thatSendsNonsenseInTheHandshake_isRefused() throws Exception {
        refusal(call(line -> {
            line.receive();
            byte[] record = new byte[5 + 100];
            Arrays.fill(record, (byte) 7);
            System.arraycopy(new byte[] {22, 3, 3, 0, 100}, 0, record, 0, 5);
            line.send(record);
            endings.add(line.sendAndDrain(""));
        }));
    }

    /** How much of its first answer the peer sends before it hangs: nothing, a part of a header, of a record. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 200})
    void peer_thatHangsInTheHandshake_isLeftWhenTheLimitPasses(int bytes) throws Exception {
        Recorder recorder = call(line -> {
            byte[] answer = new TlsServer(context.createSSLEngine()).take(line.receive());
            line.send(Arrays.copyOf(answer, bytes));
            reached.countDown();
            endings.add(line.sendAndDrain(""));
        });
        Patience.await(reached);
        fixture.time().awaitTimer(LIMIT);
        fixture.time().advance(LIMIT.minusMillis(1));
        fixture.turn();
        assertEquals(List.of(), recorder.events());
        fixture.time().advance(Duration.ofMillis(1));
        WireFailure failure = recorder.awaitFailure();
        assertEquals(Kind.CONNECT_TIMEOUT, failure.kind());
        assertTrue(failure.message().contains("TLS handshake was not done within 4000 ms"), failure.message());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
        assertEquals(0, fixture.time().waiting());
    }

    @Test
    void cancel_inTheHandshake_resetsAndTellsNothing() throws Exception {
        Recorder recorder = new Recorder();
        Call call = fixture
                .transport(
                        fixture.closing(Peer.following(line -> {
                                    line.receive();
                                    reached.countDown();
                                    endings.add(line.awaitEnd());
                                }))
                                .endpoint("127.0.0.1"),
                        options)
                .stream(GET, recorder);
        Patience.await(reached);
        call.cancel();
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
        fixture.turn();
        assertEquals(List.of(), recorder.events());
        assertEquals(0, fixture.time().waiting());
    }

    @Test
    void close_inTheHandshake_endsTheCall() throws Exception {
        SocketTransport transport = fixture.transport(
                fixture.closing(Peer.following(line -> {
                            line.receive();
                            reached.countDown();
                            endings.add(line.awaitEnd());
                        }))
                        .endpoint("127.0.0.1"),
                options);
        Recorder recorder = call(transport);
        Patience.await(reached);
        transport.close();
        assertEquals(Kind.CLOSED, recorder.awaitFailure().kind());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
    }

    /** A handshake that goes on does not renew the limit, and one that hangs holds up no other. */
    @Test
    void peer_thatDripsTheHandshake_isLeftWhenTheLimitPasses() throws Exception {
        CountDownLatch half = new CountDownLatch(1);
        Peer peer = fixture.closing(Peer.following(line -> {
            byte[] answer = new TlsServer(context.createSSLEngine()).take(line.receive());
            line.send(Arrays.copyOf(answer, 10));
            reached.countDown();
            Patience.await(half);
            line.send(Arrays.copyOfRange(answer, 10, 20));
            endings.add(line.awaitEnd());
        }));
        Recorder recorder = call(fixture.transport(peer.endpoint("127.0.0.1"), options));
        Patience.await(reached);
        fixture.time().awaitTimer(LIMIT);
        fixture.time().advance(LIMIT.dividedBy(2));
        half.countDown();
        Recorder other = call(line -> {
            TlsLine secured = new TlsLine(line, context);
            secured.request();
            secured.send("HTTP/1.1 204 No Content\r\n\r\n");
            secured.everything();
        });
        assertEquals(
                List.of("connected", "head 204", "end"), other.awaitOutcome().events());
        fixture.time().advance(LIMIT.dividedBy(2));
        assertEquals(Kind.CONNECT_TIMEOUT, recorder.awaitFailure().kind());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
    }
}
