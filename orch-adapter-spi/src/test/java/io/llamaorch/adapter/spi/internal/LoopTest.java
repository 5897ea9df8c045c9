package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.IoThread;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("The blocking view (FLW-08)")
@Timeout(60)
class LoopTest {

    private final Bench bench = Bench.started();

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("FLW-08: a plain loop receives everything, the terminal last")
    void loop_whenTheStreamEnds_receivedEverything() {
        bench.tokens(2);
        bench.end();
        List<String> kinds = new ArrayList<>();
        for (TokenEvent event : bench.stream()) {
            kinds.add(event.getClass().getSimpleName());
        }
        assertEquals(List.of("Started", "Token", "Token", "End"), kinds);
    }

    @Test
    @DisplayName("FLW-08: after the terminal there is nothing")
    void next_afterTheTerminal_throws() {
        bench.end();
        Iterator<TokenEvent> events = bench.stream().iterator();
        events.next();
        events.next();
        assertFalse(events.hasNext());
        assertThrows(NoSuchElementException.class, events::next);
    }

    @Test
    @DisplayName("FLW-08: hasNext takes nothing away, however often it is called")
    void hasNext_whenCalledAgain_changesNothing() {
        bench.tokens(1);
        Iterator<TokenEvent> events = bench.stream().iterator();
        assertTrue(events.hasNext());
        assertTrue(events.hasNext());
        assertInstanceOf(TokenEvent.Started.class, events.next());
        assertEquals(0, ((TokenEvent.Token) events.next()).index());
    }

    @Test
    @DisplayName("FLW-08: a loop on a platform thread waits for each event")
    void loop_whenOnAPlatformThread_waitsForEvents() throws Exception {
        receivesInLockStep(task -> new Thread(task).start());
    }

    @Test
    @DisplayName("FLW-08: a loop on a virtual thread, where there are any, waits for each event")
    void loop_whenOnAVirtualThread_waitsForEvents() throws Exception {
        receivesInLockStep(virtual());
    }

    private static Executor virtual() {
        ThreadFactory threads = VirtualThreads.factory("loop").orElse(Thread::new);
        return task -> threads.newThread(task).start();
    }

    private void receivesInLockStep(Executor runner) throws Exception {
        List<CompletableFuture<TokenEvent>> got = new ArrayList<>();
        for (int i = 0; i < 102; i++) {
            got.add(new CompletableFuture<>());
        }
        runner.execute(() -> {
            int i = 0;
            for (TokenEvent event : bench.stream()) {
                got.get(i++).complete(event);
            }
        });
        assertInstanceOf(TokenEvent.Started.class, Bench.soon(got.get(0)));
        for (int i = 1; i <= 100; i++) {
            bench.tokens(1);
            assertEquals(i - 1, ((TokenEvent.Token) Bench.soon(got.get(i))).index());
        }
        bench.end();
        assertInstanceOf(TokenEvent.End.class, Bench.soon(got.get(101)));
    }

    @Test
    @DisplayName("FLW-08: an interrupt while waiting cancels, keeps the flag and yields End(CANCELLED)")
    void loop_whenInterruptedWhileWaiting_yieldsCancelled() throws Exception {
        interruptsALoop(task -> {
            Thread thread = new Thread(task);
            thread.start();
            return thread;
        });
    }

    @Test
    @DisplayName("FLW-08: the same on a virtual thread, where there are any")
    void loop_whenInterruptedOnAVirtualThread_yieldsCancelled() throws Exception {
        AtomicReference<Thread> itself = new AtomicReference<>();
        CompletableFuture<Thread> known = new CompletableFuture<>();
        Executor virtual = virtual();
        interruptsALoop(task -> {
            virtual.execute(() -> {
                itself.set(Thread.currentThread());
                known.complete(Thread.currentThread());
                task.run();
            });
            return Bench.soon(known);
        });
    }

    private interface Start {
        Thread start(Runnable task) throws Exception;
    }

    private void interruptsALoop(Start start) throws Exception {
        CompletableFuture<TokenEvent> last = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread loop = start.start(() -> {
            TokenEvent latest = null;
            for (TokenEvent event : bench.stream()) {
                latest = event;
            }
            last.complete(latest);
            flag.complete(Thread.currentThread().isInterrupted());
        });
        Patience.await("the loop waits", () -> loop.getState() == Thread.State.WAITING);
        loop.interrupt();
        TokenEvent.End end = (TokenEvent.End) Bench.soon(last);
        assertEquals(StopReason.CANCELLED, end.reason());
        assertEquals(CancelCause.INTERRUPTED, end.details().cancelCause().orElseThrow());
        assertTrue(Bench.soon(flag));
    }

    @Test
    @DisplayName("FLW-08: an interrupt before the call counts too, and what waits is not delivered")
    void next_whenInterruptedBefore_yieldsCancelled() {
        bench.tokens(5);
        Iterator<TokenEvent> events = bench.stream().iterator();
        Thread.currentThread().interrupt();
        TokenEvent first = events.next();
        assertTrue(Thread.interrupted());
        assertEquals(
                CancelCause.INTERRUPTED,
                ((TokenEvent.End) first).details().cancelCause().orElseThrow());
        assertFalse(events.hasNext());
    }

    @Test
    @DisplayName("CAN-02: a token that hasNext found is not handed out once a cancel was accepted")
    void next_whenCancelledAfterHasNext_yieldsCancelled() {
        bench.tokens(5);
        Iterator<TokenEvent> events = bench.stream().iterator();
        events.next();
        assertTrue(events.hasNext());
        Bench.answer(bench.stream().cancel());
        assertEquals(StopReason.CANCELLED, ((TokenEvent.End) events.next()).reason());
    }

    @Test
    @DisplayName("CAN-02: the terminal that hasNext found stays, whatever comes after")
    void next_whenCancelledAfterTheEnd_yieldsTheEnd() {
        bench.end();
        Iterator<TokenEvent> events = bench.stream().iterator();
        events.next();
        assertTrue(events.hasNext());
        bench.stream().close();
        Thread.currentThread().interrupt();
        assertEquals(StopReason.END_OF_TEXT, ((TokenEvent.End) events.next()).reason());
        assertTrue(Thread.interrupted());
    }

    @Test
    @DisplayName("FLW-08: try-with-resources cancels what was not read to its end")
    void close_whenTheLoopIsLeft_cancels() {
        bench.tokens(5);
        try (var stream = bench.stream()) {
            for (TokenEvent event : stream) {
                if (event instanceof TokenEvent.Token) {
                    break;
                }
            }
        }
        assertEquals(
                CancelCause.CALLER,
                ((TokenEvent.End) bench.outcome()).details().cancelCause().orElseThrow());
    }

    @Test
    @DisplayName("FLW-08: an I/O thread is refused the loop, and does not claim")
    void iterator_whenOnAnIoThread_throws() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        onIoThread(() -> thrown.set(
                assertThrows(IllegalStateException.class, () -> bench.stream().iterator())));
        assertTrue(thrown.get().getMessage().contains("subscribe instead"));
        assertInstanceOf(TokenEvent.Started.class, bench.stream().iterator().next());
    }

    @Test
    @DisplayName("FLW-08: an I/O thread that was handed a loop takes what is there, and throws instead of waiting")
    void next_whenOnAnIoThread_throwsInsteadOfWaiting() throws Exception {
        Iterator<TokenEvent> events = bench.stream().iterator();
        AtomicReference<TokenEvent> got = new AtomicReference<>();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        onIoThread(() -> {
            got.set(events.next());
            thrown.set(assertThrows(IllegalStateException.class, events::hasNext));
        });
        assertInstanceOf(TokenEvent.Started.class, got.get());
        assertTrue(thrown.get() != null);
    }

    private static void onIoThread(Runnable task) throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new MarkedThread(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        thread.start();
        Patience.end(thread);
        assertNull(failure.get());
    }

    private static final class MarkedThread extends Thread implements IoThread {
        MarkedThread(Runnable task) {
            super(task);
        }
    }
}
