package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.DrainResult;
import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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
    private final Set<Capability> capabilities;
    private final Questions questions;
    private final Lifecycle lifecycle;
    private final Seat seat;
    private final Prober prober;
    private final Drain drain;
    private volatile @Nullable Dispatch dispatch;

    /** Whether it could be reached when that was tried last. */
    private volatile boolean live = true;

    /** Whether no process was there at some time: who comes back then is another. */
    private final AtomicBoolean gone = new AtomicBoolean();

    /**
     * Makes a replica that starts.
     *
     * @param spec what it is
     * @param owner who binds it
     * @param made its adapter, which this closes
     * @param settings what it shares with its host
     */
    Replica(ReplicaSpec spec, Owner owner, Made made, HostSettings settings) {
        this.spec = spec;
        this.owner = owner;
        this.adapter = made.adapter;
        this.capabilities = made.capabilities;
        this.questions = new Questions(spec, settings.time(), settings.executor());
        this.lifecycle = made.lifecycle;
        this.seat = new Seat(this, settings);
        this.prober = new Prober(this, settings);
        this.drain = new Drain(this, settings.time());
    }

    /**
     * What its maker made.
     *
     * @param adapter its adapter
     * @param capabilities what its adapter declares
     * @param lifecycle where it is in its life
     */
    record Made(WorkerAdapter adapter, Set<Capability> capabilities, Lifecycle lifecycle) {}

    ReplicaSpec spec() {
        return spec;
    }

    /** {@return its id} */
    public String id() {
        return spec.replica();
    }

    Set<Capability> capabilities() {
        return capabilities;
    }

    Seat seat() {
        return seat;
    }

    int running() {
        return seat.places().running();
    }

    boolean isAlive() {
        return lifecycle.isAlive();
    }

    boolean isReady() {
        return lifecycle.is(ReplicaState.READY);
    }

    /** Whether it could be reached when that was tried last. */
    boolean isLive() {
        return live;
    }

    /** How often it was found not ready, see {@link #learn}. */
    int failures() {
        return lifecycle.now().failures();
    }

    ReplicaStatus status() {
        Lifecycle.Now now = lifecycle.now();
        return new ReplicaStatus(spec, now.state(), running(), now.reason());
    }

    /** Lets it have work, as a replica of a pool; {@link #begin} follows. */
    void start(Dispatch of) {
        dispatch = of;
        lifecycle.started();
    }

    /** Tells of it, and looks after it from now on. */
    void begin() {
        lifecycle.tell();
        prober.start();
    }

    /** Its state has changed. */
    void stateChanged() {
        Dispatch of = dispatch;
        if (of != null) {
            of.changed(seat);
        }
    }

    /** Who bound it: {@link Owner#HAND}, or a source. */
    Owner owner() {
        return owner;
    }

    /** Starts a task that has a place here; whatever the adapter throws is the stream's error. */
    TokenStream submit(TaskRequest task) {
        try {
            TokenStream stream = Objects.requireNonNull(adapter.submit(task), "submit gave no stream");
            Objects.requireNonNull(stream.outcome(), "the stream gave no outcome");
            return stream;
        } catch (Throwable e) { // it costs only this task
            Foreign.rethrowIfFatal(e);
            return TokenStream.failed(
                    task.jobId(), e instanceof IllegalStateException && !isAlive() ? unbound() : questions.threw(e));
        }
    }

    /**
     * A stream is over: what that says about this replica.
     *
     * @param terminal its last event
     * @param failuresBefore how many failures there had been when it began
     * @param nothingLeft whether it has surely left nothing at the engine
     */
    void learn(TokenEvent.Terminal terminal, int failuresBefore, boolean nothingLeft) {
        if (terminal instanceof TokenEvent.End end) {
            if (end.reason() != StopReason.CANCELLED) {
                live = true;
                lifecycle.served(failuresBefore);
            }
            return;
        }
        WorkerError error = ((TokenEvent.Error) terminal).error();
        switch (error.code()) {
            case POOL_UNAVAILABLE -> {
                if (!isAlive()) {
                    return; // it was us
                }
                if (nothingLeft) {
                    live = false;
                    lifecycle.refused(error.toString());
                } else { // it may have been a gateway's word, and the engine be there
                    lifecycle.missed(error.toString());
                }
                prober.hurry();
            }
            case POOL_UNREADY -> {
                lifecycle.refused(error.toString());
                prober.hurry();
            }
            case WORKER_RESET, DECODE_TIMEOUT, PROTOCOL, UNAUTHORIZED -> prober.hurry();
            default -> {
                // the caller's fault, or nobody's
            }
        }
    }

    /** A stream has left its place. */
    void left() {
        if (running() == 0 && lifecycle.is(ReplicaState.DRAINING)) {
            drain.idle();
        }
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
        int failuresBefore = failures();
        return questions.ask(adapter::health).handle((health, failure) -> {
            WorkerHealth found = failure == null ? health : unhealthy(errorOf(failure));
            live = found.live();
            if (found.ready()) {
                foundReady(found, failuresBefore);
            } else {
                foundUnready(found);
            }
            return found;
        });
    }

    private void foundReady(WorkerHealth found, int failuresBefore) {
        if (failures() == failuresBefore && gone.compareAndSet(true, false)) {
            prober.forget();
            Dispatch of = dispatch;
            if (of != null) {
                of.renewed(seat);
            }
        }
        lifecycle.foundReady(failuresBefore, found.reason());
    }

    private void foundUnready(WorkerHealth found) {
        boolean itsOwnWord = found.code().filter(ErrorCode.POOL_UNREADY::equals).isPresent();
        if (found.absent()) {
            gone.set(true);
        }
        if (found.absent() || itsOwnWord) {
            lifecycle.refused(found.toString());
        } else if (prober.counts()) {
            lifecycle.missed(found.toString());
        }
    }

    CompletionStage<ReplicaResult<WorkerProperties>> properties() {
        return questions.ask(adapter::properties).handle((properties, failure) -> {
            if (failure != null) {
                return new ReplicaResult.Failed<>(errorOf(failure));
            }
            Dispatch of = dispatch;
            if (of == null) {
                return new ReplicaResult.Known<>(properties);
            }
            of.learned(seat, properties);
            return new ReplicaResult.Known<>(withFreePlaces(of, properties));
        });
    }

    /** What is free to this host: its share less its own streams, and no more than there is (HLT-06). */
    private WorkerProperties withFreePlaces(Dispatch of, WorkerProperties properties) {
        if (properties.slots().isEmpty()) {
            return properties;
        }
        int free = of.look(() -> seat.places().free());
        return properties.toBuilder()
                .freeSlots(Math.min(free, properties.slots().getAsInt()))
                .build();
    }

    /**
     * Refuses new work from now on, lets streams finish, ends the rest at the limit, and closes the adapter (LIF-03). If
     * it drains already, the limit that comes first holds. Nobody else's code may depend on the future.
     */
    CompletableFuture<DrainResult> drain(Duration limit, String why) {
        prober.stop();
        seat.timers().close();
        lifecycle.draining(why);
        drain.within(limit);
        if (running() == 0) {
            drain.idle();
        }
        return drain.done();
    }

    void closed(String how) {
        lifecycle.closed(how);
        questions.close(unbound());
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

    private static WorkerHealth unhealthy(WorkerError error) {
        return WorkerHealth.unhealthy(error.code(), error.message());
    }

    private WorkerError errorOf(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof WorkerException known) {
            return known.error();
        }
        return isAlive() ? questions.threw(cause) : unbound();
    }

    private WorkerError unbound() {
        return WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "replica " + spec + " was unbound");
    }
}
