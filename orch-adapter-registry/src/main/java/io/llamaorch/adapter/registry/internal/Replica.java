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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bound replica: its adapter, how many streams run on it, and what is known of its readiness.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Replica {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    /** How often, while tasks come, a replica that is not ready is looked at. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** How long an adapter may take to answer a question, whatever its own limits are. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

    private final ReplicaSpec spec;
    private final WorkerAdapter adapter;
    private final TimeSource time;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong lookedAt;
    private final AtomicReference<Condition> condition = new AtomicReference<>(new Condition(ReplicaState.READY, ""));
    private volatile long failedAt;

    /** The state and its reason, changed together; once CLOSED it stays so. */
    private record Condition(ReplicaState state, String reason) {}

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
        this.lookedAt = new AtomicLong(time.nanoTime());
        this.failedAt = lookedAt.get();
    }

    /** {@return its id} */
    public String id() {
        return spec.replica();
    }

    int running() {
        return running.get();
    }

    boolean isReady() {
        return state() == ReplicaState.READY;
    }

    /** When it was last found not ready by a task, on the scale of the clock. */
    long failedAt() {
        return failedAt;
    }

    /** Checks the health of a replica that is not ready, unless that was done a moment ago; does not wait for it. */
    void lookAgainIfDue() {
        if (state() != ReplicaState.UNREADY) {
            return;
        }
        long last = lookedAt.get();
        long now = time.nanoTime();
        if (now - last >= LOOK_INTERVAL.toNanos() && lookedAt.compareAndSet(last, now)) {
            var unused = health();
        }
    }

    ReplicaStatus status() {
        Condition now = condition();
        return new ReplicaStatus(spec, now.state, running.get(), now.reason);
    }

    /** Starts a task; empty if the replica was closed meanwhile. */
    Optional<TokenStream> submit(TaskRequest task) {
        running.incrementAndGet();
        TokenStream stream;
        CompletionStage<TokenEvent.Terminal> outcome;
        try {
            stream = Objects.requireNonNull(adapter.submit(task), "submit gave no stream");
            outcome = Objects.requireNonNull(stream.outcome(), "the stream gave no outcome");
        } catch (Throwable e) {
            running.decrementAndGet();
            Foreign.rethrowIfFatal(e);
            return e instanceof IllegalStateException && state() == ReplicaState.CLOSED
                    ? Optional.empty()
                    : Optional.of(TokenStream.failed(task.jobId(), brokenAdapter(e)));
        }
        TaskLog.submitted(spec, task);
        var unused = outcome.whenComplete((terminal, failure) -> {
            running.decrementAndGet();
            if (failure == null) {
                learn(terminal);
                TaskLog.ended(spec, task, terminal);
            }
        });
        return Optional.of(stream);
    }

    /** A capability of the adapter; empty also if it cannot even be asked. */
    <T> Optional<T> capability(Class<T> type) {
        try {
            return Objects.requireNonNull(adapter.capability(type), "capability gave null");
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            LOG.warn("the adapter of {} threw when it was asked for {}: this is its fault", spec, type.getName(), e);
            return Optional.empty();
        }
    }

    CompletionStage<WorkerHealth> health() {
        return bounded(adapter::health).handle((health, failure) -> {
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
        return bounded(adapter::properties)
                .handle((properties, failure) -> failure == null
                        ? new ReplicaResult.Known<>(properties)
                        : new ReplicaResult.Failed<>(errorOf(failure)));
    }

    /** Closes the adapter, which ends its streams; what it throws is logged, so that the others are closed too. */
    public void close() {
        condition.set(new Condition(ReplicaState.CLOSED, ""));
        try {
            adapter.close();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            LOG.warn("the adapter of {} threw when it was closed: this is its fault", spec, e);
        }
    }

    private ReplicaState state() {
        return condition().state;
    }

    private Condition condition() {
        return Objects.requireNonNull(condition.get());
    }

    private void learn(TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.Error error) {
            ErrorCode code = error.error().code();
            if (code == ErrorCode.POOL_UNAVAILABLE || code == ErrorCode.POOL_UNREADY) {
                becomeUnready(error.error().toString());
                failedAt = time.nanoTime();
            }
        } else if (terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            becomeReady();
        }
    }

    private void becomeReady() {
        condition.updateAndGet(now -> now.state == ReplicaState.UNREADY ? new Condition(ReplicaState.READY, "") : now);
    }

    private void becomeUnready(String why) {
        if (isReady()) {
            long now = time.nanoTime();
            failedAt = now;
            lookedAt.set(now);
        }
        condition.updateAndGet(
                now -> now.state == ReplicaState.CLOSED ? now : new Condition(ReplicaState.UNREADY, why));
    }

    private <T> CompletableFuture<T> bounded(Supplier<CompletionStage<T>> question) {
        CompletionStage<T> stage;
        try {
            stage = Objects.requireNonNull(question.get(), "it gave no stage");
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            stage = CompletableFuture.failedStage(e);
        }
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
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (value == null) {
                answer.completeExceptionally(new NullPointerException("it answered null"));
            } else {
                answer.complete(value);
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
        return state() == ReplicaState.CLOSED
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
