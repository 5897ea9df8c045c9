package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One bound replica: its adapter, how many streams run on it, and what is known of its readiness.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Replica {

    /** How often, while tasks come, a replica that is not ready is looked at. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** How long an adapter may take to answer a question, whatever its own limits are. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

    private final ReplicaSpec spec;
    private final WorkerAdapter adapter;
    private final TimeSource time;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong failedAt = new AtomicLong();
    private volatile ReplicaState state = ReplicaState.READY;
    private volatile String reason = "";

    /**
     * Makes a replica that is ready.
     *
     * @param spec what it is
     * @param adapter its adapter, which this closes
     * @param time the clock
     */
    public Replica(ReplicaSpec spec, WorkerAdapter adapter, TimeSource time) {
        this.spec = spec;
        this.adapter = adapter;
        this.time = time;
    }

    /** {@return its id} */
    public String id() {
        return spec.replica();
    }

    WorkerAdapter adapter() {
        return adapter;
    }

    int running() {
        return running.get();
    }

    boolean isReady() {
        return state == ReplicaState.READY;
    }

    /** Nanoseconds since it was last found not ready. */
    long sinceFailure() {
        return time.nanoTime() - failedAt.get();
    }

    /** Checks the health of a replica that is not ready, unless that was done a moment ago; does not wait for it. */
    void lookAgainIfDue() {
        long last = failedAt.get();
        long now = time.nanoTime();
        if (state == ReplicaState.UNREADY
                && now - last >= LOOK_INTERVAL.toNanos()
                && failedAt.compareAndSet(last, now)) {
            var unused = health();
        }
    }

    ReplicaStatus status() {
        return new ReplicaStatus(spec, state, running.get(), reason);
    }

    /** Starts a task; empty if the replica was closed meanwhile. */
    Optional<TokenStream> submit(TaskRequest task) {
        running.incrementAndGet();
        TokenStream stream;
        try {
            stream = adapter.submit(task);
        } catch (IllegalStateException e) {
            running.decrementAndGet();
            if (state == ReplicaState.CLOSED) {
                return Optional.empty();
            }
            return Optional.of(TokenStream.failed(task.jobId(), brokenAdapter(e)));
        } catch (RuntimeException | LinkageError e) {
            running.decrementAndGet();
            return Optional.of(TokenStream.failed(task.jobId(), brokenAdapter(e)));
        }
        TaskLog.submitted(spec, task);
        var unused = stream.outcome().thenAccept(terminal -> {
            running.decrementAndGet();
            learn(terminal);
            TaskLog.ended(spec, task, terminal);
        });
        return Optional.of(stream);
    }

    CompletionStage<WorkerHealth> health() {
        return bounded(adapter.health()).handle((health, failure) -> {
            WorkerHealth found = failure == null
                    ? health
                    : WorkerHealth.unhealthy(
                            errorOf(failure).code(), errorOf(failure).message());
            if (found.ready()) {
                becomeReady();
            } else {
                becomeUnready(found.toString());
            }
            return found;
        });
    }

    CompletionStage<ReplicaResult<WorkerProperties>> properties() {
        return bounded(adapter.properties())
                .handle((properties, failure) -> failure == null
                        ? new ReplicaResult.Known<>(properties)
                        : new ReplicaResult.Failed<>(errorOf(failure)));
    }

    /** Closes the adapter, which ends its streams. Idempotent. */
    public void close() {
        state = ReplicaState.CLOSED;
        adapter.close();
    }

    private void learn(TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.Error error) {
            ErrorCode code = error.error().code();
            if (code == ErrorCode.POOL_UNAVAILABLE || code == ErrorCode.POOL_UNREADY) {
                becomeUnready(error.error().toString());
            }
        } else if (terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            becomeReady();
        }
    }

    private void becomeReady() {
        if (state == ReplicaState.UNREADY) {
            state = ReplicaState.READY;
            reason = "";
        }
    }

    private void becomeUnready(String why) {
        failedAt.set(time.nanoTime());
        if (state == ReplicaState.READY || state == ReplicaState.UNREADY) {
            state = ReplicaState.UNREADY;
            reason = why;
        }
    }

    private <T> CompletableFuture<T> bounded(CompletionStage<T> stage) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        TimeSource.Scheduled limit = time.schedule(
                ANSWER_LIMIT,
                () -> answer.completeExceptionally(new WorkerException(WorkerError.builder(
                                ErrorCode.DECODE_TIMEOUT,
                                "the adapter of " + spec + " did not answer within " + ANSWER_LIMIT.toSeconds()
                                        + " s: this is its fault")
                        .engine(spec.engine())
                        .replica(spec.replica())
                        .build())));
        var unused = stage.whenComplete((value, failure) -> {
            limit.cancel();
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private WorkerError errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WorkerException known) {
            return known.error();
        }
        return state == ReplicaState.CLOSED
                ? WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "replica " + spec + " was unbound")
                : brokenAdapter(cause);
    }

    private WorkerError brokenAdapter(Throwable thrown) {
        return WorkerError.builder(
                        ErrorCode.INTERNAL, "the adapter of " + spec + " threw " + thrown + ": this is its fault")
                .engine(spec.engine())
                .replica(spec.replica())
                .cause(thrown)
                .build();
    }
}
