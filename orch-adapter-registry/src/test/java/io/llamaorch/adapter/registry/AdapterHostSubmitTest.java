package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks: where they go, how they are found again, and what a bad adapter can do to them. */
@NoLeaks
class AdapterHostSubmitTest extends HostFixture {

    @Test
    void submit_whenThereIsAReplica_givesItsStream() {
        bind("r0").says("hello");
        TokenStream stream = submit("j");
        assertEquals("j", stream.jobId());
        List<TokenEvent> events = new ArrayList<>();
        stream.forEach(events::add);
        assertEquals(
                "hello", assertInstanceOf(TokenEvent.Token.class, events.get(1)).text());
        assertInstanceOf(TokenEvent.End.class, events.get(2));
        assertEquals(List.of(0), running());
    }

    @Test
    void submit_whenThereIsNoPool_saysSo() {
        WorkerError error = assertFailed(ErrorCode.NOT_FOUND, submit("j"));
        assertTrue(error.message().contains("there is no pool 'default': no replica is bound"), error.message());
        assertFalse(error.retriable());
    }

    @Test
    void submit_whenThePoolIsMistyped_namesThoseThatExist() {
        bind("r0");
        WorkerError error = assertFailed(ErrorCode.NOT_FOUND, host.submit("defaults", task("j")));
        assertTrue(
                error.message().contains("no pool 'defaults', only default; did you mean 'default'?"), error.message());
    }

    @Test
    void submit_whenSeveralAreReady_takesTheLeastLoadedThenTheFirstById() {
        FakeAdapter r1 = bind("r1");
        FakeAdapter r0 = bind("r0");
        List<TokenEmitter> held = new ArrayList<>();
        r0.holds(held::add);
        submit("a");
        submit("b");
        submit("c");
        assertEquals(List.of("a", "c"), r0.jobs);
        assertEquals(List.of("b"), r1.jobs);
        assertEquals(List.of(2, 1), running());
        held.forEach(emitter -> FakeAdapter.end(emitter, "x"));
        submit("d");
        assertEquals(List.of("a", "c", "d"), r0.jobs);
        assertEquals(List.of(1, 1), running());
    }

    @Test
    void submit_whenPinned_goesThereHoweverLoaded() {
        bind("r0");
        FakeAdapter r1 = bind("r1");
        for (String job : List.of("a", "b", "c")) {
            host.submit(POOL, pinned(job, "r1"));
        }
        assertEquals(List.of("a", "b", "c"), r1.jobs);
    }

    @Test
    void submit_whenPinnedToAnUnreadyReplica_isRefusedAndNeverMoved() {
        bind("r0");
        FakeAdapter r1 = bind("r1").refuses(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "connection refused"));
        assertFailed(ErrorCode.POOL_UNAVAILABLE, host.submit(POOL, pinned("a", "r1")));
        assertFailed(ErrorCode.POOL_UNAVAILABLE, host.submit(POOL, pinned("b", "r1")));
        assertEquals(List.of("a"), r1.jobs);
    }

    @Test
    void submit_whenPinnedToAnUnknownReplica_isRefusedAndNeverMoved() {
        FakeAdapter r0 = bind("r0");
        WorkerError error = assertFailed(ErrorCode.NOT_FOUND, host.submit(POOL, pinned("a", "r9")));
        assertTrue(error.message().contains("did you mean 'r0'?; its replicas are r0"), error.message());
        assertEquals(List.of(), r0.jobs);
    }

    private static TaskRequest pinned(String job, String replica) {
        return task(job).toBuilder().pin(Pin.toReplica(replica)).build();
    }

    @Test
    void submit_whenTheJobIdIsRunning_isRefusedOnEveryReplica() {
        bind("r0");
        bind("r1");
        TokenStream first = submit("j");
        WorkerError error = assertFailed(ErrorCode.INVALID_PARAMS, submit("j"));
        assertTrue(error.message().contains("a job with id 'j' is running"), error.message());
        assertTrue(isRunning(first));
        assertEquals(List.of(1, 0), running());
    }

    @Test
    void submit_whenTheJobIdHasEnded_isTaken() {
        bind("r0").says("hello");
        assertEnded(submit("j"));
        assertEnded(submit("j"));
    }

    /** The host heard of an end after those who asked later: a caller that repeated its job there and then was refused. */
    @Test
    void submit_whenTheJobIsRepeatedAsSoonAsItFailed_isTaken() {
        List<TokenEmitter> held = new ArrayList<>();
        FakeAdapter adapter = bind("r0").holds(held::add);
        CompletableFuture<TokenStream> second = new CompletableFuture<>();
        submit("j").outcome().thenRun(() -> second.complete(submit("j")));
        adapter.says("hello");
        held.get(0).error(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        assertEnded(now(second));
    }

    @Test
    void submit_whenTheJobIdWasTakenByALaterStream_theEarlierEndDoesNotFreeIt() {
        List<TokenEmitter> held = new ArrayList<>();
        bind("r0").holds(held::add);
        CompletableFuture<TokenStream> second = new CompletableFuture<>();
        submit("j").outcome().thenRun(() -> second.complete(submit("j")));
        held.get(0).error(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        assertTrue(isRunning(now(second)));
        assertFailed(ErrorCode.INVALID_PARAMS, submit("j"));
        assertEquals(Cancellation.Answer.ACCEPTED, now(host.cancel("j").accepted()));
    }

    @Test
    void cancel_whenRunning_endsTheStreamWhereverItIs() {
        bind("r0");
        bind("r1");
        TokenStream first = submit("a");
        TokenStream second = submit("b");
        assertEquals(Cancellation.Answer.ACCEPTED, now(host.cancel("b").accepted()));
        TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, now(second.outcome()));
        assertEquals(StopReason.CANCELLED, end.reason());
        assertTrue(isRunning(first));
        assertEquals(List.of(1, 0), running());
        assertEquals(ReplicaState.READY, status("r1").state());
    }

    @Test
    void cancel_whenUnknownOrEnded_saysNotRunning() {
        bind("r0").says("hello");
        submit("j");
        for (String job : List.of("j", "never-seen")) {
            Cancellation answer = host.cancel(job);
            assertEquals(Cancellation.Answer.NOT_RUNNING, now(answer.accepted()));
            assertEquals(
                    CancelReceipt.Outcome.NOT_RUNNING, now(answer.settled()).outcome());
        }
    }

    /** The place was taken, yet not known as running: such a cancel was lost. */
    @Test
    void cancel_whileTheJobIsBeingStarted_endsIt() {
        List<Cancellation> answers = new ArrayList<>();
        FakeAdapter adapter = bind("r0");
        adapter.submits(task -> {
            answers.add(host.cancel("j"));
            return adapter.open(task);
        });
        TokenStream stream = submit("j");
        assertEquals(Cancellation.Answer.ACCEPTED, now(answers.get(0).accepted()));
        assertFalse(isRunning(stream));
    }

    @Test
    void cancel_whileTheJobFailsToStart_isAnswered() {
        List<Cancellation> answers = new ArrayList<>();
        bind("r0").submits(task -> {
            answers.add(host.cancel("j"));
            throw new OutOfMemoryError("as scripted");
        });
        assertThrows(OutOfMemoryError.class, () -> submit("j"));
        assertEquals(Cancellation.Answer.ACCEPTED, now(answers.get(0).accepted()));
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE, now(answers.get(0).settled()).outcome());
    }

    static List<Throwable> whatAdaptersThrow() {
        return List.of(
                new IllegalStateException("boom"),
                new IllegalArgumentException("boom"),
                new NoSuchMethodError("boom"),
                new AssertionError("boom"),
                new StackOverflowError("boom"),
                new IOException("boom"));
    }

    @ParameterizedTest
    @MethodSource("whatAdaptersThrow")
    void submit_whenTheAdapterThrows_failsWithATypedError(Throwable thrown) {
        FakeAdapter adapter = bind("r0").submits(task -> Sneaky.raise(thrown));
        WorkerError error = assertFailed(ErrorCode.INTERNAL, submit("j"));
        assertEquals("r0", error.replica());
        assertEquals("fake", error.engine());
        assertSame(thrown, error.cause().orElseThrow());
        assertEquals(List.of(0), running());
        assertEquals(Cancellation.Answer.NOT_RUNNING, now(host.cancel("j").accepted()));
        adapter.submits(task -> adapter.streams.open(task, emitter -> FakeAdapter.end(emitter, "x")));
        assertEnded(submit("j"));
    }

    @Test
    void submit_whenTheJvmIsOutOfMemory_doesNotHideItAndLeavesNothingBehind() {
        OutOfMemoryError thrown = new OutOfMemoryError("as scripted");
        bind("r0").submits(task -> Sneaky.raise(thrown));
        assertSame(thrown, assertThrows(OutOfMemoryError.class, () -> submit("j")));
        assertEquals(List.of(0), running());
        bind("r1").says("hello");
        assertEnded(host.submit(POOL, pinned("j", "r1")));
    }

    @Test
    void submit_whenTheAdapterGivesNoStream_failsWithATypedError() {
        bind("r0").submits(task -> null);
        assertFailed(ErrorCode.INTERNAL, submit("j"));
        assertEquals(List.of(0), running());
    }

    @Test
    void submit_whenAForeignStreamsOutcomeFails_itsPlaceIsFreeAgain() {
        CompletableFuture<TokenEvent.Terminal> outcome = new CompletableFuture<>();
        bind("r0").submits(task -> new ForeignStream(task.jobId(), outcome));
        submit("j");
        assertEquals(List.of(1), running());
        outcome.completeExceptionally(new IllegalStateException("an outcome never fails, but this one does"));
        assertEquals(List.of(0), running());
        assertEquals(Cancellation.Answer.NOT_RUNNING, now(host.cancel("j").accepted()));
    }

    @Test
    void submit_whenAForeignStreamHasNoOutcome_failsWithATypedError() {
        bind("r0").submits(task -> new ForeignStream(task.jobId(), null));
        assertFailed(ErrorCode.INTERNAL, submit("j"));
        assertEquals(List.of(0), running());
        assertEquals(Cancellation.Answer.NOT_RUNNING, now(host.cancel("j").accepted()));
    }

    /** A stream that was made without the SPI's help, with what is not allowed. */
    private record ForeignStream(String jobId, CompletionStage<TokenEvent.Terminal> outcome) implements TokenStream {

        @Override
        public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterator<TokenEvent> iterator() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<CancelReceipt> released() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<String> collect() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Cancellation cancel() {
            return Cancellation.notRunning();
        }

        @Override
        public void close() {}
    }
}
