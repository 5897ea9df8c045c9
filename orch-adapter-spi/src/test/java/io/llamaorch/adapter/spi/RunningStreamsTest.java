package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("The running streams of one adapter (CAN-04, LIF-04, LIF-05, ERR-05)")
class RunningStreamsTest {

    private final ManualTime time = new ManualTime();
    private final RunningStreams streams = RunningStreams.create(
            "engine",
            AdapterConfig.builder()
                    .replica("pool", "r7")
                    .timeSource(time)
                    .deliveryExecutor(Runnable::run)
                    .build(),
            StreamLimits.DEFAULT);
    private final List<TokenEmitter> begun = new ArrayList<>();
    private final List<CancelCause> told = new ArrayList<>();

    private TokenStream open(String jobId) {
        return streams.open(TaskRequest.builder("p").jobId(jobId).build(), this::begin);
    }

    private void begin(TokenEmitter emitter) {
        begun.add(emitter);
        emitter.onCancel(cause -> {
            told.add(cause);
            return CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed"));
        });
    }

    @AfterEach
    void close() {
        streams.close();
    }

    private static <T> T now(CompletionStage<T> stage) {
        T value = stage.toCompletableFuture().getNow(null);
        assertNotNull(value);
        return value;
    }

    private static WorkerError errorOf(TokenStream stream) {
        return ((TokenEvent.Error) now(stream.outcome())).error();
    }

    @Test
    @DisplayName("CAN-01: the handle exists before any event, and the stream is counted until its end")
    void open_whenTheJobRuns_countsIt() {
        TokenStream stream = open("a");
        assertEquals("a", stream.jobId());
        assertSame(stream, begun.get(0).stream());
        assertEquals(1, streams.count());
        begun.get(0).error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        assertEquals(0, streams.count());
        assertEquals(0, time.waiting());
        assertEquals("r7", errorOf(stream).replica());
    }

    @Test
    @DisplayName("CAN-04: a job id that is running is refused, and the running one is not disturbed")
    void open_whenTheJobIdRuns_isRefused() {
        TokenStream first = open("a");
        TokenStream second = open("a");
        WorkerError error = errorOf(second);
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("'a'"), error.message());
        assertFalse(error.retriable());
        assertEquals(1, begun.size(), "begin is not called for what is refused");
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE, now(second.released()).outcome(), "nor has the engine heard of it");
        assertEquals(1, streams.count());
        assertFalse(first.outcome().toCompletableFuture().isDone());
        assertEquals(Cancellation.Answer.ACCEPTED, now(streams.cancel("a").accepted()));
        assertEquals(Cancellation.Answer.NOT_RUNNING, now(second.cancel().accepted()));
    }

    @Test
    @DisplayName("CAN-04: a job id may be used again after its end")
    void open_whenTheJobIdHasEnded_isTaken() {
        open("a").cancel();
        TokenStream again = open("a");
        assertFalse(again.outcome().toCompletableFuture().isDone());
        assertEquals(1, streams.count());
    }

    @Test
    @DisplayName("CAN-04: a finished and an unknown job get the same answer")
    void cancel_whenTheJobIsNotRunning_saysSo() {
        open("a").cancel();
        for (String jobId : List.of("a", "never")) {
            Cancellation cancellation = streams.cancel(jobId);
            assertEquals(Cancellation.Answer.NOT_RUNNING, now(cancellation.accepted()));
            assertEquals(
                    CancelReceipt.Outcome.NOT_RUNNING,
                    now(cancellation.settled()).outcome());
        }
    }

    @Test
    @DisplayName("CAN-06: a cancel by job id ends that stream and no other")
    void cancel_whenOthersRun_leavesThemAlone() {
        TokenStream first = open("a");
        TokenStream second = open("b");
        streams.cancel("a");
        assertEquals(StopReason.CANCELLED, ((TokenEvent.End) now(first.outcome())).reason());
        assertFalse(second.outcome().toCompletableFuture().isDone());
        assertEquals(List.of(CancelCause.CALLER), told);
    }

    @Test
    @DisplayName("ERR-05: what begin throws is the stream's error, and its place is not waited for")
    void open_whenBeginThrows_failsTheStream() {
        IllegalStateException bug = new IllegalStateException("bug");
        TokenStream stream = streams.open(TaskRequest.builder("p").build(), emitter -> {
            throw bug;
        });
        assertEquals(ErrorCode.INTERNAL, errorOf(stream).code());
        assertSame(bug, errorOf(stream).cause().orElseThrow());
        assertEquals(0, streams.count());
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, now(stream.released()).outcome());
        assertEquals(0, time.waiting());
    }

    @Test
    @DisplayName("ERR-05: an adapter that got so far as to listen is told")
    void open_whenBeginThrowsAfterListening_tellsTheAdapter() {
        TokenStream stream = streams.open(TaskRequest.builder("p").build(), emitter -> {
            emitter.onCancel(cause -> {
                told.add(cause);
                return CompletableFuture.completedStage(CancelReceipt.unconfirmed("by the adapter"));
            });
            throw new IllegalStateException("bug");
        });
        assertEquals(List.of(CancelCause.FAULT), told);
        assertEquals("by the adapter", now(stream.released()).reason());
    }

    @Test
    @DisplayName("ERR-05: a WorkerException from begin keeps its code")
    void open_whenBeginThrowsWorkerException_keepsItsCode() {
        TokenStream stream = streams.open(TaskRequest.builder("p").build(), emitter -> {
            throw new WorkerException(WorkerError.of(ErrorCode.UNSUPPORTED, "no images"));
        });
        assertEquals(ErrorCode.UNSUPPORTED, errorOf(stream).code());
    }

    @Test
    @DisplayName("ERR-05: an Error from begin is the stream's error too; only a fault of the JVM is thrown on")
    void open_whenBeginThrowsAnError_failsTheStream() {
        TokenStream stream = streams.open(TaskRequest.builder("p").build(), emitter -> {
            throw new AssertionError("bug");
        });
        assertEquals(ErrorCode.INTERNAL, errorOf(stream).code());
        List<TokenEmitter> made = new ArrayList<>();
        assertThrows(
                InternalError.class,
                () -> streams.open(TaskRequest.builder("p").build(), emitter -> {
                    made.add(emitter);
                    throw new InternalError("test");
                }));
        assertTrue(made.get(0).ended());
        assertEquals(0, streams.count());
    }

    @Test
    @DisplayName("LIF-04: close ends every stream with POOL_UNAVAILABLE, is idempotent, and leaves no timer")
    void close_whenStreamsRun_endsThemAll() {
        TokenStream first = open("a");
        TokenStream second = open("b");
        streams.close();
        streams.close();
        assertTrue(streams.closed());
        for (TokenStream stream : List.of(first, second)) {
            assertEquals(ErrorCode.POOL_UNAVAILABLE, errorOf(stream).code());
            assertTrue(errorOf(stream).retriable());
        }
        assertEquals(List.of(CancelCause.CLOSED, CancelCause.CLOSED), told);
        assertEquals(0, streams.count());
        assertEquals(0, time.waiting());
    }

    @Test
    @DisplayName("LIF-05: after close, open throws and begin is not called")
    void open_afterClose_throws() {
        streams.close();
        assertThrows(IllegalStateException.class, () -> open("a"));
        assertTrue(begun.isEmpty());
        assertEquals(Cancellation.Answer.NOT_RUNNING, now(streams.cancel("a").accepted()));
    }

    @Test
    @DisplayName("LIF-04: a close that overtakes an open ends that stream, and its place is not waited for")
    void open_whenCloseOvertakesIt_isEnded() {
        time.atNextLook(streams::close);
        TokenStream stream = open("a");
        assertEquals(ErrorCode.POOL_UNAVAILABLE, errorOf(stream).code());
        assertTrue(begun.isEmpty());
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, now(stream.released()).outcome());
        assertEquals(0, streams.count());
        assertEquals(0, time.waiting());
    }

    @Test
    @DisplayName("TIM-02: a task's deadline is kept")
    void open_whenTheTaskHasADeadline_keepsIt() {
        TokenStream stream = streams.open(
                TaskRequest.builder("p").deadline(Duration.ofSeconds(3)).build(), this::begin);
        time.advance(Duration.ofSeconds(3));
        assertEquals(ErrorCode.DEADLINE_UNMET, errorOf(stream).code());
        assertEquals(0, streams.count());
    }

    @Test
    @DisplayName("Null is refused at the call")
    void open_whenGivenNull_throws() {
        assertThrows(NullPointerException.class, () -> streams.open(null, begun::add));
        assertThrows(
                NullPointerException.class,
                () -> streams.open(TaskRequest.builder("p").build(), null));
        assertThrows(NullPointerException.class, () -> streams.cancel(null));
        assertEquals(0, streams.count());
        assertNull(begun.isEmpty() ? null : begun.get(0));
    }
}
