package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("Letting go of the engine, and the proof of it (CAN-07, FLW-07)")
@Timeout(60)
class ReleaseTest {

    private final Bench bench = Bench.started();
    private final CompletableFuture<CancelReceipt> proof = new CompletableFuture<>();
    private final AtomicInteger calls = new AtomicInteger();

    private void listen() {
        bench.emitter.onCancel(cause -> {
            calls.incrementAndGet();
            return proof;
        });
    }

    private CancelReceipt released() {
        return Bench.now(bench.stream().released());
    }

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("CAN-07: the engine's own end frees its place at once, and nobody needs to let go")
    void released_afterTheEnd_isSlotFree() {
        listen();
        bench.end();
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, released().outcome());
        assertEquals(Duration.ZERO, released().took().orElseThrow());
        assertEquals(0, calls.get());
    }

    @Test
    @DisplayName("CAN-07: after the adapter's own error nothing is known")
    void released_afterAnError_isUnconfirmed() {
        listen();
        bench.emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, released().outcome());
        assertFalse(released().reason().isEmpty());
        assertEquals(0, calls.get());
    }

    @Test
    @DisplayName("CAN-07: a refusal leaves nothing at the engine, at once, and nobody needs to let go")
    void released_afterARefusal_isSlotFree() {
        listen();
        assertTrue(bench.emitter.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "full")));
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, released().outcome());
        assertEquals(Duration.ZERO, released().took().orElseThrow());
        assertEquals(0, calls.get());
        assertEquals(0, bench.time.waiting());
    }

    @Test
    @DisplayName("EVT-08: a refusal is told like any other failure")
    void refusal_whenThingsAreKnown_carriesThem() {
        bench.tokens(2);
        bench.emitter.usage(7, -1, 4);
        bench.emitter.refused(WorkerError.of(ErrorCode.INTERNAL, "Context size has been exceeded."));
        assertEquals(2, bench.error().tokensDelivered());
        assertEquals(Usage.of(7, -1, 4), bench.error().usage());
        assertEquals("engine", bench.error().engine());
        assertEquals("r0", bench.error().replica());
        assertThrows(NullPointerException.class, () -> bench.emitter.refused(null));
    }

    @Test
    @DisplayName("CAN-07: a refusal that comes after a cancel proves nothing: only the proof counts")
    void released_whenACancelWinsOverARefusal_isTheProof() {
        listen();
        bench.stream().cancel();
        assertFalse(bench.emitter.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "full")));
        assertFalse(Bench.isDone(bench.stream().released()));
        proof.complete(CancelReceipt.unconfirmed("not seen"));
        assertEquals("not seen", released().reason());
    }

    /** A cut may be noticed on one thread while another reads the refusal: what loses says nothing about the place. */
    @Test
    @DisplayName("CAN-07: a refusal that loses against an error does not make its place free")
    void released_whenAnErrorOvertakesARefusal_isUnconfirmed() {
        AtomicReference<Runnable> overtaken = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.SEALED) {
                overtaken.getAndSet(() -> {}).run();
            }
        });
        raced.start();
        overtaken.set(() -> assertFalse(raced.emitter.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "full"))));
        assertTrue(raced.emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut")));
        assertEquals(
                CancelReceipt.Outcome.UNCONFIRMED,
                Bench.now(raced.stream().released()).outcome());
        assertEquals(ErrorCode.WORKER_RESET, raced.error().code());
    }

    @Test
    @DisplayName("CAN-07: after a cancel it is what the adapter proves, once, and the timer goes")
    void released_afterACancel_isTheProof() {
        listen();
        Cancellation cancellation = bench.stream().cancel();
        assertFalse(Bench.isDone(cancellation.settled()));
        assertEquals(1, bench.time.waiting());
        CancelReceipt free = CancelReceipt.slotFree(Duration.ofMillis(150));
        proof.complete(free);
        assertSame(free, Bench.now(cancellation.settled()));
        assertSame(free, released());
        assertEquals(0, bench.time.waiting());
        assertEquals(1, calls.get());
    }

    @Test
    @DisplayName("CAN-07: a proof that does not come within 10 s is none, and a late one changes nothing")
    void released_whenNoProofComes_isUnconfirmedAfter10Seconds() {
        listen();
        Cancellation cancellation = bench.stream().cancel();
        bench.time.advance(Duration.ofSeconds(10).minusMillis(1));
        assertFalse(Bench.isDone(cancellation.settled()));
        bench.time.advance(Duration.ofMillis(1));
        assertEquals(
                "UNCONFIRMED (no proof came within 10 s)",
                Bench.now(cancellation.settled()).toString());
        proof.complete(CancelReceipt.slotFree(Duration.ofSeconds(11)));
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, released().outcome());
    }

    @Test
    @DisplayName(
            "CAN-07: an adapter that begins to listen too late is told at once; one that never does, counts as silent")
    void released_whenTheAdapterListensLate_isItsProof() {
        bench.stream().cancel();
        bench.time.advance(Duration.ofSeconds(5));
        proof.complete(CancelReceipt.unconfirmed("late"));
        listen();
        assertEquals("late", released().reason());

        Bench silent = Bench.started();
        silent.stream().cancel();
        silent.time.advance(Duration.ofSeconds(10));
        assertTrue(Bench.isDone(silent.stream().released()));
    }

    @Test
    @DisplayName("CAN-07: a proof that fails, throws or is null is no proof, and the stream ends all the same")
    void released_whenTheProofIsBroken_isUnconfirmed() {
        Bench failing = Bench.started();
        failing.emitter.onCancel(cause -> CompletableFuture.failedStage(new IllegalStateException("poll failed")));
        Bench throwing = Bench.started();
        throwing.emitter.onCancel(cause -> {
            throw new IllegalStateException("bug");
        });
        Bench asserting = Bench.started();
        asserting.emitter.onCancel(cause -> {
            throw new AssertionError("bug");
        });
        Bench nothing = Bench.started();
        nothing.emitter.onCancel(cause -> null);
        Bench empty = Bench.started();
        empty.emitter.onCancel(cause -> CompletableFuture.completedStage(null));
        for (Bench one : new Bench[] {failing, throwing, asserting, nothing, empty}) {
            Recorder heard = one.subscribe(Recorder.greedy());
            one.stream().cancel();
            assertEquals(
                    CancelReceipt.Outcome.UNCONFIRMED,
                    Bench.now(one.stream().released()).outcome());
            heard.assertKinds("Started", "End");
        }
    }

    @Test
    @DisplayName("CAN-07: a fault of the JVM in the adapter's callback is thrown on, and the stream ends all the same")
    void released_whenTheJvmFails_theStreamEnds() {
        bench.emitter.onCancel(cause -> {
            throw new InternalError("test");
        });
        Recorder heard = bench.subscribe(Recorder.greedy());
        assertThrows(InternalError.class, () -> bench.stream().cancel());
        heard.assertKinds("Started", "End");
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, released().outcome());
    }

    @Test
    @DisplayName("CAN-03: each way of ending tells the adapter its cause, once")
    void adapter_whenTheStreamEndsByOthers_isToldTheCause() {
        for (CancelCause cause : CancelCause.values()) {
            Bench one = new Bench();
            one.emitter.watch(Optional.empty());
            AtomicInteger times = new AtomicInteger();
            one.emitter.onCancel(told -> {
                assertEquals(cause, told);
                times.incrementAndGet();
                return CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed"));
            });
            one.start();
            endBy(cause, one);
            assertTrue(one.emitter.ended(), cause.name());
            one.stream().cancel();
            assertEquals(1, times.get(), cause.name());
            assertEquals(0, one.time.waiting(), cause.name());
            assertEquals(
                    cause == CancelCause.TIME_LIMIT || cause == CancelCause.FAULT || cause == CancelCause.CLOSED,
                    one.outcome() instanceof TokenEvent.Error);
        }
    }

    private static void endBy(CancelCause cause, Bench one) {
        switch (cause) {
            case CALLER -> one.stream().cancel();
            case SUBSCRIBER -> one.subscribe(Recorder.greedy()).subscription.cancel();
            case INTERRUPTED -> {
                Thread.currentThread().interrupt();
                one.stream().iterator().next();
                assertTrue(Thread.interrupted());
            }
            case UNCLAIMED -> one.time.advance(Duration.ofSeconds(30));
            case STALLED -> {
                one.subscribe(new Recorder(0));
                one.tokens(31);
                one.time.advance(Duration.ofSeconds(60));
            }
            case TIME_LIMIT -> {
                one.subscribe(Recorder.greedy());
                one.time.advance(Duration.ofSeconds(120));
            }
            case FAULT -> one.emitter.fault(new IllegalStateException("bug"));
            case CLOSED -> one.emitter.closeBecauseAdapterCloses();
        }
    }

    @Test
    @DisplayName("FLW-07: who keeps the handle of an ended stream does not keep the adapter's objects")
    void callbacks_whenTheStreamIsOver_areLetGo() {
        Bench cancelled = Bench.started();
        Bench ended = Bench.started();
        WeakReference<Object> first = hold(cancelled);
        WeakReference<Object> second = hold(ended);
        cancelled.stream().cancel();
        ended.emitter.end(StopReason.LIMIT, Timings.UNKNOWN, EndDetails.NONE);
        for (int i = 0; i < 20 && (first.get() != null || second.get() != null); i++) {
            System.gc();
        }
        assertNull(first.get());
        assertNull(second.get());
        assertTrue(cancelled.emitter.ended() && ended.emitter.ended());
    }

    private static WeakReference<Object> hold(Bench one) {
        Object connection = new Object();
        one.emitter.onDemand(connection::hashCode);
        one.emitter.onCancel(cause ->
                CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed " + connection.hashCode())));
        return new WeakReference<>(connection);
    }
}
