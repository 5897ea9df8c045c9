package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that cut or misbehave, and listeners that throw: each costs its own call only (ERR-06, FLW-05). */
@NoLeaks
class FaultTest {

    private static final String HALF = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private WireFailure failureOf(String sent) throws Exception {
        Recorder recorder = new Recorder();
        fixture.transport(Peer.answering(sent)).stream(WireFixture.GET, recorder);
        return recorder.awaitFailure();
    }

    @Test
    void peer_thatClosesWithoutAnAnswer_isACutWithNothingSeen() throws Exception {
        WireFailure failure = failureOf("");
        assertEquals(Kind.RESET, failure.kind());
        assertFalse(failure.responseSeen());
        assertTrue(failure.message().endsWith("the connection was closed before the response's head was complete"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", HALF, HALF + "0\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"})
    void peer_thatClosesBeforeTheEnd_isACut(String sent) throws Exception {
        WireFailure failure = failureOf(sent);
        assertEquals(Kind.RESET, failure.kind());
        assertTrue(failure.responseSeen());
    }

    @Test
    void peer_thatResetsInTheBody_isACut() throws Exception {
        Recorder recorder = new Recorder();
        fixture
                .transport(Peer.following(line -> {
                    line.request();
                    line.send(HALF);
                    line.reset();
                }))
                .stream(WireFixture.GET, recorder);
        assertEquals(Kind.RESET, recorder.awaitFailure().kind());
    }

    @Test
    void peer_thatClosesABodyWithoutLength_endsIt() throws Exception {
        Recorder recorder = new Recorder();
        fixture.transport(Peer.answering("HTTP/1.1 200 OK\r\n\r\nall")).stream(WireFixture.GET, recorder);
        assertEquals(
                List.of("connected", "head 200", "end"), recorder.awaitOutcome().events());
        assertEquals("all", recorder.body());
    }

    @Test
    void peer_thatResetsABodyWithoutLengthWhileTheRequestIsSent_isACut() throws Exception {
        SocketTransport transport = fixture.transport(Peer.following(line -> {
            line.head();
            line.send("HTTP/1.1 200 OK\r\n\r\npart");
            line.reset();
        }));
        WireRequest large =
                WireRequest.post("/").body("text/plain", new byte[32 << 20]).build();
        for (int i = 0; i < 20; i++) {
            Recorder recorder = new Recorder();
            transport.stream(large, recorder);
            assertEquals(Kind.RESET, recorder.awaitFailure().kind(), "round " + i);
        }
    }

    @Test
    void peer_thatTalksNonsense_isMalformedAndReset() throws Exception {
        BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
        Recorder recorder = new Recorder();
        fixture
                .transport(Peer.following(line -> {
                    line.request();
                    line.send("220 mail.example ESMTP\r\n");
                    endings.add(line.awaitEnd());
                }))
                .stream(WireFixture.GET, recorder);
        assertEquals(Kind.MALFORMED, recorder.awaitFailure().kind());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
    }

    @ParameterizedTest
    @ValueSource(strings = {"connected", "head 200", "body"})
    void listener_thatThrows_costsItsOwnCallOnly(String where) throws Exception {
        BlockingQueue<Peer.Ending> endings = new LinkedBlockingQueue<>();
        SocketTransport transport = fixture.transport(Peer.following(line -> {
            endings.add(line.sendAndDrain(HALF));
        }));
        Recorder stays = new Recorder();
        transport.stream(WireFixture.GET, stays);
        stays.nextPiece();

        Error thrown = new AssertionError("the listener's own fault");
        Recorder throwing = new Recorder();
        throwing.onAny(() -> throwIf(
                throwing.events()
                        .equals(where.equals("connected") ? List.of("connected") : List.of("connected", where)),
                thrown));
        throwing.onPiece(piece -> throwIf(where.equals("body"), thrown));
        transport.stream(WireFixture.GET, throwing);

        WireFailure failure = throwing.awaitFailure();
        assertEquals(Kind.INTERNAL, failure.kind());
        assertSame(thrown, failure.cause());
        assertEquals(Peer.Ending.RESET, Patience.next(endings));
        fixture.turn();
        assertEquals(List.of("connected", "head 200"), stays.events());
    }

    @Test
    void listener_thatThrowsAtTheOutcome_isNotToldAgain() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onAny(() -> throwIf(recorder.events().contains("end"), new AssertionError("at the end")));
        fixture.transport(Peer.answering("HTTP/1.1 204 No Content\r\n\r\n")).stream(WireFixture.GET, recorder);
        recorder.awaitOutcome();
        fixture.turn();
        assertEquals(List.of("connected", "head 204", "end"), recorder.events());
    }

    @Test
    void listener_thatInterruptsTheThread_doesNotMakeItSpin() throws Exception {
        Recorder recorder = new Recorder();
        recorder.onPiece(piece -> {
            Thread.currentThread().interrupt();
            return true;
        });
        fixture
                .transport(Peer.following(line -> {
                    line.request();
                    line.send(HALF);
                    line.awaitEnd();
                }))
                .stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        fixture.turn();
        Thread loop = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("llamacpp-io"))
                .findFirst()
                .orElseThrow();
        assertFalse(loop.isInterrupted());
    }

    private static boolean throwIf(boolean condition, Error error) {
        if (condition) {
            throw error;
        }
        return true;
    }
}
