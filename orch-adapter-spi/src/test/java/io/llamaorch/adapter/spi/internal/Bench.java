package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** One stream under test: its emitter, and the clock that rules it. */
final class Bench {

    /** Runs foreign code on the thread at hand, so that a test sees its effects at once. */
    static final Executor AT_ONCE = Runnable::run;

    final ManualTime time = new ManualTime();
    final EmitterCore emitter;

    Bench() {
        this(AT_ONCE);
    }

    Bench(Executor executor) {
        this(executor, step -> {});
    }

    Bench(Executor executor, Step.Listener steps) {
        emitter = new EmitterCore("job-1", "engine", "r0", StreamLimits.DEFAULT, executor, time, steps);
    }

    /** A bench whose time limits run and whose stream has started. */
    static Bench running() {
        Bench bench = new Bench();
        bench.emitter.watch(Optional.empty());
        bench.start();
        return bench;
    }

    /** A bench whose stream has started. */
    static Bench started() {
        Bench bench = new Bench();
        bench.start();
        return bench;
    }

    TokenStream stream() {
        return emitter.stream();
    }

    boolean start() {
        return emitter.started("model", StartDetails.NONE);
    }

    /** Emits so many tokens, whether or not the emitter says to rest; says what it said last. */
    boolean tokens(int count) {
        boolean more = true;
        for (int i = 0; i < count; i++) {
            more = emitter.token("t");
        }
        return more;
    }

    boolean end() {
        return emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
    }

    /** Subscribes on the thread at hand. */
    Recorder subscribe(Recorder recorder) {
        emitter.stream().subscribe(recorder.nonBlocking());
        return recorder;
    }

    /** Ends the stream, if nothing has, and lets go of the engine, as an adapter would. */
    void letGo() {
        emitter.onCancel(cause -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("the test is over")));
        emitter.stream().cancel();
    }

    TokenEvent.Terminal outcome() {
        return now(emitter.stream().outcome());
    }

    WorkerError error() {
        return ((TokenEvent.Error) outcome()).error();
    }

    static Cancellation.Answer answer(Cancellation cancellation) {
        return now(cancellation.accepted());
    }

    /** The value of a stage that must be complete by now. */
    static <T> T now(CompletionStage<T> stage) {
        T value = stage.toCompletableFuture().getNow(null);
        assertNotNull(value, "the stage is not complete");
        return value;
    }

    /** The value of a stage that must complete soon. */
    static <T> T soon(CompletionStage<T> stage) throws Exception {
        return Patience.get(stage);
    }

    static boolean isDone(CompletionStage<?> stage) {
        return stage.toCompletableFuture().isDone();
    }
}
