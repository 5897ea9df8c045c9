package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Asks one adapter and gets an answer in bounded time, whatever the adapter throws, gives or forgets. */
final class Questions {

    /** How long an adapter may take to answer, whatever its own limits are. */
    static final Duration LIMIT = Duration.ofSeconds(15);

    private final ReplicaSpec spec;
    private final TimeSource time;
    private final Executor executor;

    /** What is not answered yet, each beside its limit. */
    private final ConcurrentMap<TimeSource.Scheduled, CompletableFuture<?>> open = new ConcurrentHashMap<>();

    Questions(ReplicaSpec spec, TimeSource time, Executor executor) {
        this.spec = spec;
        this.time = time;
        this.executor = executor;
    }

    /** A stage that always completes: with the answer, or with why there is none. */
    <T> CompletableFuture<T> ask(Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        TimeSource.Scheduled limit = time.schedule(LIMIT, new Runnable() {
            @Override
            public void run() {
                // callers' code must not run on the clock's thread, which would keep all timers waiting
                Handover.run(executor, () -> answer.completeExceptionally(tooLate()));
            }

            @Override
            public String toString() {
                return "limit of a question to " + spec;
            }
        });
        open.put(limit, answer);
        var unused = answer.whenComplete((value, failure) -> {
            limit.cancel();
            open.remove(limit);
        });
        try {
            CompletionStage<T> stage = Objects.requireNonNull(question.get(), "it gave no stage");
            var ignored = stage.whenComplete((value, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                } else if (value == null) {
                    answer.completeExceptionally(new NullPointerException("it answered null"));
                } else {
                    answer.complete(value);
                }
            });
        } catch (Throwable e) { // it costs only this answer
            limit.cancel(); // also of one that must not be caught
            open.remove(limit);
            Foreign.rethrowIfFatal(e);
            answer.completeExceptionally(e);
        }
        return answer;
    }

    /** Nobody will answer any more: what is open is told so. */
    void close(WorkerError why) {
        open.values()
                .forEach(
                        answer -> Handover.run(executor, () -> answer.completeExceptionally(new WorkerException(why))));
    }

    WorkerError threw(Throwable thrown) {
        return WorkerError.builder(
                        ErrorCode.INTERNAL, "the adapter of " + spec + " threw " + thrown + ": this is its fault")
                .engine(spec.engine())
                .replica(spec.replica())
                .cause(thrown)
                .build();
    }

    private WorkerException tooLate() {
        return new WorkerException(WorkerError.builder(
                        ErrorCode.DECODE_TIMEOUT,
                        "the adapter of " + spec + " did not answer within " + LIMIT.toSeconds()
                                + " s: this is its fault")
                .engine(spec.engine())
                .replica(spec.replica())
                .build());
    }
}
