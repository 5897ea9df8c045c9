package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The I/O thread: it begins with the first call, ends with the last transport, and dies of nothing less than the VM. */
@NoLeaks
class LifecycleTest {

    @RegisterExtension
    private final WireFixture fixture = new WireFixture();

    private static boolean threadLives() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("llamacpp-"));
    }

    /** Answers with half a stream. */
    private Peer half() throws Exception {
        return Peer.following(line -> {
            line.request();
            line.sendStreamHead();
            line.sendChunk("data: 1\n\n");
            line.awaitEnd();
        });
    }

    @Test
    void thread_beginsWithTheFirstCallAndEndsWithTheLastTransport() throws Exception {
        SocketTransport first = fixture.transport(half());
        SocketTransport second = fixture.transport(half());
        assertFalse(threadLives());
        Recorder recorder = new Recorder();
        second.stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        first.close();
        first.close();
        assertTrue(threadLives());
        assertEquals(List.of("connected", "head 200"), recorder.events());
        second.close();
        assertFalse(threadLives());
        assertEquals(Kind.CLOSED, recorder.awaitFailure().kind());
    }

    @Test
    void thread_afterItsEnd_beginsAgainForANewTransport() throws Exception {
        for (int i = 0; i < 3; i++) {
            SocketTransport transport = fixture.transport(half());
            Recorder recorder = new Recorder();
            transport.stream(WireFixture.GET, recorder);
            recorder.nextPiece();
            transport.close();
            assertFalse(threadLives());
        }
    }

    @Test
    void close_ofOneTransport_endsItsOwnCallsOnly() throws Exception {
        SocketTransport closes = fixture.transport(half());
        SocketTransport stays = fixture.transport(half());
        Recorder ended = new Recorder();
        closes.stream(WireFixture.GET, ended);
        ended.nextPiece();
        Recorder going = new Recorder();
        stays.stream(WireFixture.GET, going);
        going.nextPiece();
        closes.close();
        assertEquals(Kind.CLOSED, ended.awaitFailure().kind());
        fixture.turn();
        assertEquals(List.of("connected", "head 200"), going.events());
    }

    @Test
    void call_afterClose_isToldAtOnce() throws Exception {
        SocketTransport transport = fixture.transport(half());
        transport.close();
        Recorder recorder = new Recorder();
        Call call = transport.stream(WireFixture.GET, recorder);
        assertEquals(List.of("failure CLOSED"), recorder.events());
        call.cancel();
        call.resume();
        assertFalse(threadLives());
    }

    @Test
    void close_onTheThreadItself_doesNotWaitForIt() throws Exception {
        SocketTransport transport = fixture.transport(half());
        Recorder recorder = new Recorder();
        recorder.onPiece(piece -> {
            transport.close();
            return true;
        });
        transport.stream(WireFixture.GET, recorder);
        assertEquals(Kind.CLOSED, recorder.awaitFailure().kind());
    }

    @Test
    void call_thatIsOver_isForgotten() throws Exception {
        SocketTransport transport = fixture.transport(half());
        WeakReference<Recorder> listener = new WeakReference<>(cancelled(transport));
        fixture.turn();
        Patience.await("the listener is forgotten", () -> {
            System.gc();
            return listener.get() == null;
        });
    }

    private static Recorder cancelled(SocketTransport transport) throws Exception {
        Recorder recorder = new Recorder();
        Call call = transport.stream(WireFixture.GET, recorder);
        recorder.nextPiece();
        call.cancel();
        return recorder;
    }

    @Test
    void errorOfTheVirtualMachine_endsEveryCallAndTheThread_butNotTheTransport() throws Exception {
        AtomicReference<Throwable> uncaught = new AtomicReference<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> uncaught.set(thrown));
        try {
            SocketTransport transport = fixture.transport(half());
            Recorder bystander = new Recorder();
            transport.stream(WireFixture.GET, bystander);
            bystander.nextPiece();
            List<Thread> dying = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("llamacpp-io"))
                    .toList();
            Error fatal = new InternalError("as if");
            Recorder victim = new Recorder().onPiece(piece -> {
                throw fatal;
            });
            transport.stream(WireFixture.GET, victim);
            assertEquals(Kind.INTERNAL, victim.awaitFailure().kind());
            assertEquals(Kind.INTERNAL, bystander.awaitFailure().kind());
            for (Thread thread : dying) {
                Patience.end(thread);
            }
            assertSame(fatal, uncaught.get());

            Recorder next = new Recorder();
            transport.stream(WireFixture.GET, next);
            assertEquals("data: 1\n\n", next.nextPiece());
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
