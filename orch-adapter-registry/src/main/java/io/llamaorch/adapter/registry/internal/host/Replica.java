package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.DrainResult;
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
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bound replica: its adapter, how many streams run on it, and what is known of its lifecycle. Whatever the adapter
 * throws or answers, it costs this replica only.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Replica {

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final ReplicaSpec spec;
    private final Owner owner;
    private final WorkerAdapter adapter;
    private final Questions questions;
    private final Lifecycle lifecycle;
    private final Drain drain;
    private final AtomicInteger running = new AtomicInteger();

    /**
     * Makes a replica that starts.
     *
     * @param spec what it is
     * @param owner who binds it
     * @param adapter its adapter, which this closes
     * @param lifecycle where it is in its life
     * @param time the clock
     * @param executor where callers are told what took too long
     */
    Replica(
            ReplicaSpec spec,
            Owner owner,
            WorkerAdapter adapter,
            Lifecycle lifecycle,
            TimeSource time,
            Executor executor) {
        this.spec = spec;
        this.owner = owner;
        this.adapter = adapter;
        this.questions = new Questions(spec, time, executor);
        this.lifecycle = lifecycle;
        this.drain = new Drain(this, time);
    }

    ReplicaSpec spec() {
        return spec;
    }

    /** {@return its id} */
    public String id() {
        return spec.replica();
    }

    int running() {
        return running.get();
    }

    boolean isAlive() {
        return lifecycle.isAlive();
    }

    boolean isReady() {
        return lifecycle.is(ReplicaState.READY);
    }

    /** When a task last found it not ready, on the scale of the clock. */
    long failedAt() {
        return lifecycle.failedAt();
    }

    /** Checks the health of a replica that is not ready, unless that was done a moment ago; does not wait for it. */
    void lookAgainIfDue() {
        if (lifecycle.claimLook()) {
            var unused = health();
        }
    }

    ReplicaStatus status() {
        Lifecycle.Now now = lifecycle.now();
        return new ReplicaStatus(spec, now.state(), running.get(), now.reason());
    }

    /** Lets it have work; {@link #tellMoves} tells of it. */
    void start() {
        lifecycle.started();
    }

    void tellMoves() {
        lifecycle.tell();
    }

    /** Who bound it: {@link Owner#HAND}, or a source. */
    Owner owner() {
        return owner;
    }

    /** Starts a task; empty if the replica was taken away meanwhile. */
    Optional<TokenStream> submit(TaskRequest task) {
        int failuresBefore = lifecycle.now().failures();
        TokenStream stream;
        CompletionStage<TokenEvent.Terminal> outcome;
        running.incrementAndGet(); // before the look at the state: a drain either is seen here, or sees this
        if (!lifecycle.isAlive()) {
            leave();
            return Optional.empty();
        }
        try {
            stream = Objects.requireNonNull(adapter.submit(task), "submit gave no stream");
            outcome = Objects.requireNonNull(stream.outcome(), "the stream gave no outcome");
        } catch (Throwable e) { // it costs only this task
            leave();
            Foreign.rethrowIfFatal(e);
            return e instanceof IllegalStateException && !lifecycle.isAlive()
                    ? Optional.empty()
                    : Optional.of(TokenStream.failed(task.jobId(), questions.threw(e)));
        }
        var unused = outcome.whenComplete((terminal, failure) -> {
            leave();
            if (failure == null) {
                learn(terminal, failuresBefore);
                TaskLog.ended(spec, task, terminal);
            }
        });
        TaskLog.submitted(spec, task);
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
        int failuresBefore = lifecycle.now().failures();
        return questions.ask(adapter::health).handle((health, failure) -> {
            WorkerHealth found = failure == null ? health : unhealthy(errorOf(failure));
            if (found.ready()) {
                lifecycle.foundReady(failuresBefore, found.reason());
            } else {
                lifecycle.foundUnready(found.toString());
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

    /**
     * Refuses new work from now on, lets streams finish, ends the rest at the limit, and closes the adapter (LIF-03). If
     * it drains already, the limit that comes first holds. Nobody else's code may depend on the future.
     */
    CompletableFuture<DrainResult> drain(Duration limit, String why) {
        lifecycle.draining(why);
        drain.within(limit);
        if (running.get() == 0) {
            drain.idle();
        }
        return drain.done();
    }

    void closed(String how) {
        lifecycle.closed(how);
    }

    /** Closes the adapter, which ends its streams; what it throws is logged, for nobody can mend it. */
    void closeAdapter() {
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
                lifecycle.refused(error.error().toString());
            }
        } else if (terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED) {
            lifecycle.served(failuresBefore);
        }
    }

    private void leave() {
        if (running.decrementAndGet() == 0 && lifecycle.is(ReplicaState.DRAINING)) {
            drain.idle();
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
        return !lifecycle.isAlive()
                ? WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "replica " + spec + " was unbound")
                : questions.threw(cause);
    }
}
