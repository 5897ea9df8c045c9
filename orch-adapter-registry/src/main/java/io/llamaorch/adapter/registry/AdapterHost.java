package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.host.AdapterMaker;
import io.llamaorch.adapter.registry.internal.host.Announcements;
import io.llamaorch.adapter.registry.internal.host.Bindings;
import io.llamaorch.adapter.registry.internal.host.CorrelationIds;
import io.llamaorch.adapter.registry.internal.host.Following;
import io.llamaorch.adapter.registry.internal.host.HostSettings;
import io.llamaorch.adapter.registry.internal.host.Policies;
import io.llamaorch.adapter.registry.internal.host.Pool;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/**
 * The replicas of this process, in pools, and the one door by which an orchestrator reaches them.
 *
 * <p>A task goes to a replica of its pool that is ready, can serve it and has a free place: to the one that holds its
 * session's cache, else to the one with most free places, then fewest running streams, then the first by id. Where no
 * place is free it waits, interactive tasks before batch ones, or is refused with {@link ErrorCode#ADMISSION_REJECT}
 * ({@link AdmissionPolicy}). A failure that may be repeated is, elsewhere if that can be, as long as no token was
 * delivered ({@link RetryPolicy}). A deadline covers all of this.
 *
 * <p>A replica is ready from when it is bound. Its health is looked after from then on ({@link HealthPolicy}), and tasks
 * that fail on it keep work away from it for a while ({@link BreakerPolicy}). It comes back by itself.
 *
 * <p>A replica lives from {@link #bind} to {@link #unbind}, or as long as a source names it ({@link #follow}). Each step
 * of its life is logged, and told to {@linkplain Builder#listener listeners}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks but {@link #close}, which waits for adapters to close, and
 * {@link #bind} and {@link #rebind} if the host is closed, or the place taken away, at the same time: they close the adapter
 * that they made.
 */
public final class AdapterHost implements AutoCloseable {

    /** How long the streams of a replica that was taken away may run on unless another limit is set: 30 s. */
    public static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

    private static final Duration LONGEST_DRAIN = Duration.ofDays(365);

    /** The engine's own limits are the adapter's to keep. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final Duration drainLimit;
    private final Bindings bindings;
    private final RunningStreams streams;
    private final Queue<Following> followings = new ConcurrentLinkedQueue<>();

    private AdapterHost(Builder builder) {
        drainLimit = builder.drainLimit;
        HostSettings settings = new HostSettings(
                builder.time,
                builder.executor,
                new Policies(builder.admission, builder.retry, builder.breaker, builder.health),
                new Announcements(builder.listeners, builder.executor),
                builder.chance);
        bindings = new Bindings(new AdapterMaker(builder.registry, builder.destinations, settings));
        AdapterConfig config = AdapterConfig.builder()
                .timeSource(builder.time)
                .deliveryExecutor(builder.executor)
                .build();
        streams = RunningStreams.create("", config, new StreamLimits(FOREVER, FOREVER, FOREVER, builder.consumer));
    }

    /**
     * Makes a host with real time and the shared delivery threads.
     *
     * @param registry where adapters come from
     * @return a host of no replicas
     */
    public static AdapterHost create(AdapterRegistry registry) {
        return builder(registry).build();
    }

    /**
     * Begins a host.
     *
     * @param registry where adapters come from
     * @return a builder
     */
    public static Builder builder(AdapterRegistry registry) {
        return new Builder(registry);
    }

    /**
     * Makes an adapter for a replica and lets it have work at once; whether its engine is there is asked behind that. The
     * replica's place is kept while the factory works, and no lock is held.
     *
     * @param spec the replica
     * @return the replica with its id, which is made here if it had none
     * @throws WorkerException with {@link ErrorCode#NOT_FOUND} if there is no adapter for its engine, with
     *     {@link ErrorCode#INTERNAL} if the adapter cannot be made
     * @throws IllegalArgumentException if its configuration is wrong, if the pool has a replica of that id, or if the
     *     {@linkplain DestinationPolicy destination} is denied
     * @throws IllegalStateException if the host is closed
     */
    public ReplicaSpec bind(ReplicaSpec spec) {
        return bindings.bind(spec);
    }

    /**
     * Makes another adapter for a replica that is bound, as {@link #bind} does, and then puts it in the place of the old
     * one in one step: each task goes to the old one or to the new one, and none is refused in between (LIF-02). Streams
     * of the old one run on until they end, or until the drain limit.
     *
     * @param spec the replica, with the id of one that is bound
     * @return a stage with how the old one went; never fails
     * @throws WorkerException with {@link ErrorCode#NOT_FOUND} if there is no such replica or no adapter for its engine,
     *     with {@link ErrorCode#INTERNAL} if the adapter cannot be made; the old one stays
     * @throws IllegalArgumentException if its configuration is wrong, or if it is being bound anew at this moment; the old
     *     one stays
     * @throws IllegalStateException if the host is closed
     */
    public CompletionStage<DrainResult> rebind(ReplicaSpec spec) {
        return bindings.rebind(spec, drainLimit);
    }

    /**
     * Takes a replica away, with the drain limit of this host.
     *
     * @param pool the pool
     * @param replica the replica's id
     * @return a stage with how it went
     * @see #unbind(String, String, Duration)
     */
    public CompletionStage<DrainResult> unbind(String pool, String replica) {
        return unbind(pool, replica, drainLimit);
    }

    /**
     * Takes a replica away (LIF-03). It gets no new work from now on, its streams run on until they end; those that still
     * run at the limit end with {@link ErrorCode#POOL_UNAVAILABLE}. Then its adapter is closed, which may take another
     * 10 s.
     *
     * @param pool the pool
     * @param replica the replica's id
     * @param limit how long its streams may run on; zero ends them at once
     * @return a stage with how it went; fails with {@link WorkerException} only if there is no such replica
     * @throws IllegalArgumentException if the limit is negative
     */
    public CompletionStage<DrainResult> unbind(String pool, String replica, Duration limit) {
        return bindings.unbind(pool, replica, checked(limit), "it was unbound");
    }

    /**
     * Makes the replicas of this host what a source says, now and whenever the source changes (CFG-03): what is new in it
     * is bound, what is described otherwise is bound anew, what is gone is unbound, in one step; replicas of others are
     * not touched. A source that cannot be read, or of which anything is wrong, changes nothing: everything stays as it
     * is, the log and {@link FollowedSource#problem()} say why, and it is read again at its next interval.
     *
     * <p>The first reading begins now; {@link FollowedSource#refresh()} lets the caller wait for one. What was unbound by
     * hand and is still described is bound again at the next reading.
     *
     * @param source where replicas are described
     * @return the source, to read it on request and to follow it no more; this host's {@link #close} does so too
     * @throws IllegalArgumentException if its interval is negative
     * @throws IllegalStateException if the host is closed
     */
    public FollowedSource follow(ReplicaSource source) {
        bindings.requireOpen();
        Following following = new Following(source, bindings, drainLimit);
        followings.removeIf(Following::isGone);
        followings.add(following);
        var unused = following.refresh();
        if (bindings.isClosed()) {
            following.close();
        }
        return following;
    }

    /**
     * Takes a task in; never blocks. Every failure, also that of finding a replica, is the stream's terminal event. The
     * stream has {@link TokenEvent.Queued} events while the task waits. A task without a correlation id is given one
     * (OBS-02).
     *
     * @param pool the pool
     * @param task the task
     * @return its stream
     * @throws IllegalStateException if the host is closed
     */
    public TokenStream submit(String pool, TaskRequest task) {
        bindings.requireOpen();
        TaskRequest named = task.correlationId().isPresent()
                ? task
                : task.toBuilder().correlationId(CorrelationIds.next()).build();
        AtomicBoolean taken = new AtomicBoolean();
        TokenStream stream = streams.open(named, emitter -> {
            taken.set(true);
            bindings.submit(pool, named, emitter);
        });
        if (!taken.get()) { // its job id is another's
            var unused = stream.outcome().thenAccept(why -> bindings.refused(pool, named, why));
        }
        return stream;
    }

    /**
     * Cancels a job, wherever it waits or runs.
     *
     * @param jobId the job's id
     * @return what becomes of it; NOT_RUNNING for a finished and for an unknown job
     */
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    /**
     * Tells why each replica of a pool would or would not be chosen now (DSP-08); changes nothing.
     *
     * @param pool the pool
     * @return what would become of a task that every replica can serve; no replicas if there is no such pool
     */
    public PoolExplanation explain(String pool) {
        return explain(pool, Optional.empty());
    }

    /**
     * Tells what would become of a task in a pool now, and why (DSP-08); changes nothing.
     *
     * @param pool the pool
     * @param task the task, with its session, pin, model and needs
     * @return what would become of it; no replicas if there is no such pool
     */
    public PoolExplanation explain(String pool, TaskRequest task) {
        return explain(pool, Optional.of(task));
    }

    private PoolExplanation explain(String pool, Optional<TaskRequest> task) {
        return bindings.pool(pool)
                .map(found -> found.explain(task))
                .orElseGet(() -> new PoolExplanation(pool, 0, Optional.of(bindings.noSuchPool(pool)), List.of()));
    }

    /**
     * Checks every replica of a pool, all at once; those that drain are left alone.
     *
     * @param pool the pool
     * @return a stage with replica id to health; fails with {@link WorkerException} only if there is no such pool
     */
    public CompletionStage<Map<String, WorkerHealth>> health(String pool) {
        return ofPool(pool, Pool::health);
    }

    /**
     * Reads the properties of every replica of a pool, all at once; those that drain are left alone.
     *
     * @param pool the pool
     * @return a stage with replica id to result; fails with {@link WorkerException} only if there is no such pool
     */
    public CompletionStage<Map<String, ReplicaResult<WorkerProperties>>> properties(String pool) {
        return ofPool(pool, Pool::properties);
    }

    /**
     * Gives access to what only some engines can do, such as {@link io.llamaorch.adapter.spi.Embeddings}, on one replica of a
     * pool; does no I/O. Replicas that are ready come first, then those with the fewest streams, then by id; one that drains
     * is left out. What is given belongs to that replica for good, so ask again for each use: once the replica is taken
     * away, its stages fail with {@link IllegalStateException}.
     *
     * <p>A question takes no place of the replica, is asked once and is in no log record: the caller bounds how many run. An
     * embedding takes a slot of the engine all the same, so it disturbs a task above best effort.
     *
     * @param pool the pool
     * @param type the interface of the capability
     * @param <T> the same
     * @return the capability of the best replica that has it; empty if none has it, there is no such pool, or the host is
     *     closed
     */
    public <T> Optional<T> capability(String pool, Class<T> type) {
        return bindings.pool(pool).flatMap(target -> target.capability(type));
    }

    /**
     * Gives access to what only some engines can do on every replica of a pool that has it, such as
     * {@link io.llamaorch.adapter.spi.EngineMetrics} or {@link io.llamaorch.adapter.spi.Sessions}; does no I/O. Otherwise as
     * {@link #capability}.
     *
     * @param pool the pool
     * @param type the interface of the capability
     * @param <T> the same
     * @return replica id to capability, by id; empty if none has it, there is no such pool, or the host is closed
     */
    public <T> Map<String, T> capabilities(String pool, Class<T> type) {
        return bindings.pool(pool).map(target -> target.capabilities(type)).orElse(Map.of());
    }

    /** {@return the names of the pools that have replicas, if only such that drain, sorted; a snapshot} */
    public Set<String> pools() {
        return bindings.names();
    }

    /**
     * Tells how the replicas of a pool are now. While one is bound anew, its id is there twice, and as long as the old one
     * drains.
     *
     * @param pool the pool
     * @return one status each, by id; empty if there is no such pool
     */
    public List<ReplicaStatus> replicas(String pool) {
        return bindings.statuses(pool);
    }

    /**
     * Takes every replica away at once, which ends its streams, and refuses everything from now on. All adapters are closed
     * together, and are waited for at most 10 s; if the thread is interrupted it waits no longer and keeps its flag.
     * Idempotent.
     */
    @Override
    public void close() {
        followings.forEach(Following::close);
        bindings.close();
        streams.close(); // those that came between
        followings.forEach(Following::close); // one that came between
    }

    private <T> CompletionStage<T> ofPool(String pool, Function<Pool, CompletionStage<T>> question) {
        if (bindings.isClosed()) {
            return CompletableFuture.failedStage(new IllegalStateException("the host is closed"));
        }
        return bindings.pool(pool)
                .map(question)
                .orElseGet(() -> CompletableFuture.failedStage(new WorkerException(bindings.noSuchPool(pool))));
    }

    private static Duration checked(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("the drain limit " + limit + " is less than nothing");
        }
        return limit.compareTo(LONGEST_DRAIN) > 0 ? LONGEST_DRAIN : limit;
    }

    /**
     * Collects what an {@link AdapterHost} is made of.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final AdapterRegistry registry;
        private final List<HostListener> listeners = new ArrayList<>();
        private TimeSource time = TimeSource.system();
        private Executor executor = AdapterConfig.builder().build().deliveryExecutor();
        private Duration drainLimit = DRAIN_LIMIT;
        private AdmissionPolicy admission = AdmissionPolicy.DEFAULT;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private BreakerPolicy breaker = BreakerPolicy.DEFAULT;
        private HealthPolicy health = HealthPolicy.DEFAULT;
        private StreamLimits.Consumer consumer = StreamLimits.Consumer.DEFAULT;
        private DestinationPolicy destinations = spec -> Optional.empty();
        private DoubleSupplier chance = () -> ThreadLocalRandom.current().nextDouble();

        private Builder(AdapterRegistry registry) {
            this.registry = Objects.requireNonNull(registry, "registry");
        }

        /**
         * Sets the clock of the host and of its adapters; without this, real time.
         *
         * @param timeSource the clock
         * @return this
         */
        public Builder timeSource(TimeSource timeSource) {
            this.time = Objects.requireNonNull(timeSource, "timeSource");
            return this;
        }

        /**
         * Sets where subscribers that may block are called, see {@link AdapterConfig.Builder#deliveryExecutor}, where
         * listeners are told, and where sources are read.
         *
         * @param deliveryExecutor the executor
         * @return this
         */
        public Builder deliveryExecutor(Executor deliveryExecutor) {
            this.executor = Objects.requireNonNull(deliveryExecutor, "deliveryExecutor");
            return this;
        }

        /**
         * Adds somebody who is told what becomes of replicas.
         *
         * @param listener called after those that were added before it
         * @return this
         */
        public Builder listener(HostListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets how long the streams of a replica that is taken away may run on; without this, {@link #DRAIN_LIMIT}.
         *
         * @param limit zero ends them at once
         * @return this
         * @throws IllegalArgumentException if it is negative
         */
        public Builder drainLimit(Duration limit) {
            this.drainLimit = checked(limit);
            return this;
        }

        /**
         * Sets what becomes of work for which there is no place; without this, {@link AdmissionPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder admission(AdmissionPolicy policy) {
            this.admission = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets what becomes of failures; without this, {@link RetryPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder retries(RetryPolicy policy) {
            this.retry = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets when failures keep work from a replica; without this, {@link BreakerPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder breakers(BreakerPolicy policy) {
            this.breaker = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets how the health of replicas is looked after; without this, {@link HealthPolicy#DEFAULT}.
         *
         * @param policy the policy
         * @return this
         */
        public Builder health(HealthPolicy policy) {
            this.health = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets the limits on those who consume streams, which hold while a task waits too; without this,
         * {@link StreamLimits.Consumer#DEFAULT}. An adapter's own such limits hold as well.
         *
         * @param limits until somebody subscribes, and while nobody asks for waiting events
         * @return this
         */
        public Builder consumerLimits(StreamLimits.Consumer limits) {
            this.consumer = Objects.requireNonNull(limits, "limits");
            return this;
        }

        /**
         * Sets where replicas may be (SEC-07); without this, anywhere.
         *
         * @param policy asked whenever a replica is bound, before its adapter is made
         * @return this
         */
        public Builder destinations(DestinationPolicy policy) {
            this.destinations = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Sets where jitter comes from, for tests. */
        Builder chance(DoubleSupplier numbers) {
            this.chance = numbers;
            return this;
        }

        /** {@return the host} */
        public AdapterHost build() {
            return new AdapterHost(this);
        }
    }
}
