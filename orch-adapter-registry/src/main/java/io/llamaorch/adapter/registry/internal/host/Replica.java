package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.registry.internal.Foreign;
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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bound replica: its adapter, how many streams run on it, and what is known of its readiness. Whatever the adapter
 * throws or answers, it costs this replica only.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Replica {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final ReplicaSpec spec;
    private final WorkerAdapter adapter;
    private final Questions questions;
    private final Readiness readiness;
    private final AtomicInteger running = new AtomicInteger();

    /**
     * Makes a replica that is ready.
     *
     * @param spec what it is
     * @param adapter its adapter, which this closes
     * @param time the clock
     * @param executor where callers are told what took too long
     */
    public Replica(ReplicaSpec spec, WorkerAdapter adapter, TimeSource time, Executor executor) {
        this.spec = spec;
        this.adapter = adapter;
        this.questions = new Questions(spec, time, executor);
        this.readiness = new Readiness(time);
    }

    /** {@return its id} */
    public String id() {
        return spec.replica();
    }

    int running() {
        return running.get();
    }

    boolean isReady() {
        return readiness.is(ReplicaState.READY);
    }

    /** When a task last found it not ready, on the scale of the clock. */
    long failedAt() {
        return readiness.failedAt();
    }

    /** Checks the health of a replica that is not ready, unless that was done a moment ago; does not wait for it. */
    void lookAgainIfDue() {
        if (readiness.claimLook()) {
            var unused = health();
        }
    }

    ReplicaStatus status() {
        Readiness.Now now = readiness.now();
        return new ReplicaStatus(spec, now.state(), running.get(), now.reason());
    }

    /** Starts a task; empty if the replica was closed meanwhile. */
    Optional<TokenStream> submit(TaskRequest task) {
        int failuresBefore = readiness.now().failures();
        TokenStream stream;
        CompletionStage<TokenEvent.Terminal> outcome;
        running.incrementAndGet();
        try {
            stream = Objects.requireNonNull(adapter.submit(task), "submit gave no stream");
            outcome = Objects.requireNonNull(stream.outcome(), "the stream gave no outcome");
        } catch (Throwable e) { // it costs only this task
            running.decrementAndGet();
            Foreign.rethrowIfFatal(e);
            return e instanceof IllegalStateException && readiness.is(ReplicaState.CLOSED)
                    ? Optional.empty()
                    : Optional.of(TokenStream.failed(task.jobId(), questions.threw(e)));
        }
        TaskLog.submitted(spec, task);
        var unused = outcome.whenComplete((terminal, failure) -> {
            running.decrementAndGet();
            if (failure == null) {
                learn(terminal, failuresBefore);
                TaskLog.ended(spec, task, terminal);
            }
        });
        return Optional.of(stream);
    }

    /** A capability of the adapter; empty also if it cannot even be asked. */
    <T> Optional<T> capability(Class<T> type) {
        try {
            return Objects.requireNonNull(adapter.capability(type), "capability gave null");
        } catch (Throwable e) { // another replica may have it
            Foreign.rethrowIfFatal(e);
            LOG.warn("the adapter of {} threw when it was asked for {}: this is its fault", spec, type.getName(), e);
            return Optional.empty();
        }
    }

    CompletionStage<WorkerHealth> health() {
        return questions.ask(adapter::health).handle((health, failure) -> {
            WorkerHealth found = failure == null ? health : unhealthy(errorOf(failure));
            if (found.ready()) {
                tellIf(readiness.foundReady(), "takes work again: " + found.reason());
            } else {
                tellIf(readiness.foundUnready(found.toString()), "takes no work: " + found);
            }
            return found;
        });
    }

    CompletionStage<ReplicaResult<WorkerProperties>> properties() {
        return questions
                .ask(adapter::properties)
                .handle((properties, failure) -> failure == null
                        ? new ReplicaResult.Known<>(properties)
                        : new ReplicaResult.Failed<>(errorOf(failure)));
    }

    /** Closes the adapter, which ends its streams; what it throws is logged, for nobody can mend it. */
    public void close() {
        readiness.closed();
        try {
            adapter.close();
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            LOG.warn("the adapter of {} threw when it was closed: this is its fault", spec, e);
        }
    }

    private void learn(TokenEvent.Terminal terminal, int failuresBefore) {
        if (terminal instanceof TokenEvent.Error error) {
            ErrorCode code = error.error().code();
            if (code == ErrorCode.POOL_UNAVAILABLE || code == ErrorCode.POOL_UNREADY) {
                String why = error.error().toString();
                tellIf(readiness.refused(why), "takes no work: " + why);
            }
        } else if (terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            tellIf(readiness.served(failuresBefore), "takes work again: it served a task");
        }
    }

    /** One record for each move between ready and not (LIF-01). */
    private void tellIf(boolean news, String what) {
        if (news) {
            LOG.atInfo()
                    .addKeyValue("pool_id", spec.pool())
                    .addKeyValue("replica_id", spec.replica())
                    .addKeyValue("engine", spec.engine())
                    .addKeyValue("human", "Replica " + spec.replica() + " " + what)
                    .log("readiness");
        }
    }

    private static WorkerHealth unhealthy(WorkerError error) {
        return WorkerHealth.unhealthy(error.code(), error.message());
    }

    private WorkerError errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WorkerException known) {
            return known.error();
        }
        return readiness.is(ReplicaState.CLOSED)
                ? WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "replica " + spec + " was unbound")
                : questions.threw(cause);
    }
}
