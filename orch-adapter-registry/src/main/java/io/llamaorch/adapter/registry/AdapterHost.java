package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.registry.internal.host.Closing;
import io.llamaorch.adapter.registry.internal.host.Jobs;
import io.llamaorch.adapter.registry.internal.host.Pool;
import io.llamaorch.adapter.registry.internal.host.Replica;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of this process, in pools, and the one door by which an orchestrator reaches them.
 *
 * <p>A task goes to the ready replica of its pool with the fewest running streams, the first by id among equals. A
 * replica is ready from when it is bound; it stops being so when a stream ends with {@link ErrorCode#POOL_UNAVAILABLE}
 * or {@link ErrorCode#POOL_UNREADY}, or when {@link #health} finds it not ready. It is so again when a task ends well
 * that began after that, or when a health check finds it ready, which this host makes by itself, at most once a second,
 * while tasks come for the pool. Where no replica of a pool is ready, the one that failed longest ago is tried, so that
 * the caller hears the engine's own reason. A task is tried once; it is not repeated elsewhere. What a stream's end
 * teaches is known when its {@link TokenStream#outcome} is told, which may be a moment after its consumer saw the end.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks but {@link #close} and {@link #unbind}, which wait for
 * adapters to close.
 */
public final class AdapterHost implements AutoCloseable {

    private final AdapterRegistry registry;
    private final TimeSource time;
    private final Executor executor;
    private final ConcurrentMap<String, Pool> pools = new ConcurrentHashMap<>();
    private final Jobs jobs = new Jobs();
    private final Set<List<String>> reserved = new HashSet<>();
    private final ReentrantLock binding = new ReentrantLock();
    private volatile boolean closed;

    private AdapterHost(Builder builder) {
        registry = builder.registry;
        time = builder.time;
        executor = builder.executor;
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
     * Makes an adapter for a replica and lets it have work at once. Whether its engine is there is not asked. The
     * replica's place is kept while the factory works, and no lock is held.
     *
     * @param spec the replica
     * @return the replica with its id, which is made here if it had none
     * @throws WorkerException with {@link ErrorCode#NOT_FOUND} if there is no adapter for its engine, with
     *     {@link ErrorCode#INTERNAL} if the adapter cannot be made
     * @throws IllegalArgumentException if its configuration is wrong, or if the pool has a replica of that id
     * @throws IllegalStateException if the host is closed
     */
    public ReplicaSpec bind(ReplicaSpec spec) {
        AdapterFactory factory = registry.factory(spec.engine());
        ReplicaSpec placed = reserve(spec);
        @Nullable Replica replica = null;
        boolean bound = false;
        try {
            replica = new Replica(placed, create(factory, placed), time, executor);
        } finally {
            bound = place(placed, replica);
        }
        if (!bound) {
            Closing.all(List.of(replica), time);
            requireOpen();
        }
        return placed;
    }

    /**
     * Takes a replica away at once: its running streams end with {@link ErrorCode#POOL_UNAVAILABLE}, and its adapter is
     * closed. Waits for that at most 10 s; if the thread is interrupted it waits no longer and keeps its flag.
     *
     * @param pool the pool
     * @param replica the replica's id
     * @return whether there was such a replica
     */
    public boolean unbind(String pool, String replica) {
        Replica removed;
        binding.lock();
        try {
            Pool from = pools.get(pool);
            removed = from == null ? null : from.remove(replica).orElse(null);
            if (from != null && from.isEmpty()) {
                pools.remove(pool);
            }
        } finally {
            binding.unlock();
        }
        if (removed == null) {
            return false;
        }
        Closing.all(List.of(removed), time);
        return true;
    }

    /**
     * Starts a task on a replica of a pool. Every failure, also that of finding one, is the stream's terminal event.
     *
     * @param pool the pool
     * @param task the task
     * @return its stream
     * @throws IllegalStateException if the host is closed
     */
    public TokenStream submit(String pool, TaskRequest task) {
        requireOpen();
        Objects.requireNonNull(task, "task");
        Pool target = pools.get(pool);
        if (target == null) {
            return TokenStream.failed(task.jobId(), noSuchPool(pool));
        }
        return jobs.run(task, () -> target.submit(task));
    }

    /**
     * Cancels a job, wherever it runs.
     *
     * @param jobId the job's id
     * @return what becomes of it; NOT_RUNNING for a finished and for an unknown job
     */
    public Cancellation cancel(String jobId) {
        return jobs.cancel(jobId);
    }

    /**
     * Checks every replica of a pool, all at once.
     *
     * @param pool the pool
     * @return a stage with replica id to health; fails with {@link WorkerException} only if there is no such pool
     */
    public CompletionStage<Map<String, WorkerHealth>> health(String pool) {
        return ofPool(pool, Pool::health);
    }

    /**
     * Reads the properties of every replica of a pool, all at once.
     *
     * @param pool the pool
     * @return a stage with replica id to result; fails with {@link WorkerException} only if there is no such pool
     */
    public CompletionStage<Map<String, ReplicaResult<WorkerProperties>>> properties(String pool) {
        return ofPool(pool, Pool::properties);
    }

    /**
     * Gives access to what only some engines can do, on one replica of a pool that can.
     *
     * @param pool the pool
     * @param type the interface of the capability
     * @param <T> the same
     * @return the capability of the replica that a task would go to now, among those that have it
     */
    public <T> Optional<T> capability(String pool, Class<T> type) {
        return Optional.ofNullable(pools.get(pool)).flatMap(target -> target.capability(type));
    }

    /** {@return the names of the pools that have replicas, sorted; a snapshot} */
    public Set<String> pools() {
        return Collections.unmodifiableSet(new TreeSet<>(pools.keySet()));
    }

    /**
     * Tells how the replicas of a pool are now.
     *
     * @param pool the pool
     * @return one status each, by id; empty if there is no such pool
     */
    public List<ReplicaStatus> replicas(String pool) {
        Pool target = pools.get(pool);
        return target == null ? List.of() : target.statuses();
    }

    /**
     * Takes every replica away, as {@link #unbind} does, and refuses everything from now on. All adapters are closed at
     * once, so all of it takes at most 10 s too. Idempotent.
     */
    @Override
    public void close() {
        List<Replica> all = new ArrayList<>();
        binding.lock();
        try {
            closed = true;
            pools.values().forEach(pool -> all.addAll(pool.removeAll()));
            pools.clear();
        } finally {
            binding.unlock();
        }
        if (!all.isEmpty()) {
            Closing.all(all, time);
        }
    }

    /** Takes a place in a pool before there is anything to put there. */
    private ReplicaSpec reserve(ReplicaSpec spec) {
        binding.lock();
        try {
            requireOpen();
            ReplicaSpec placed = spec.replica().isEmpty()
                    ? spec.toBuilder().replica(freeId(spec.pool())).build()
                    : spec;
            if (isTaken(placed.pool(), placed.replica())) {
                throw new IllegalArgumentException("pool '" + spec.pool() + "' has a replica '" + spec.replica()
                        + "' already: unbind it first, or choose another id");
            }
            reserved.add(List.of(placed.pool(), placed.replica()));
            return placed;
        } finally {
            binding.unlock();
        }
    }

    /** Puts a replica into its place; gives the place back if there is none, or if the host was closed meanwhile. */
    private boolean place(ReplicaSpec spec, @Nullable Replica replica) {
        binding.lock();
        try {
            reserved.remove(List.of(spec.pool(), spec.replica()));
            if (replica == null || closed) {
                return false;
            }
            pools.computeIfAbsent(spec.pool(), Pool::new).add(replica);
            return true;
        } finally {
            binding.unlock();
        }
    }

    private String freeId(String pool) {
        int number = 0;
        while (isTaken(pool, "r" + number)) {
            number++;
        }
        return "r" + number;
    }

    private boolean isTaken(String pool, String replica) {
        Pool target = pools.get(pool);
        return reserved.contains(List.of(pool, replica))
                || (target != null && target.find(replica).isPresent());
    }

    private WorkerAdapter create(AdapterFactory factory, ReplicaSpec spec) {
        AdapterConfig.Builder config =
                AdapterConfig.builder().replica(spec.pool(), spec.replica()).timeSource(time);
        spec.url().ifPresent(config::url);
        spec.token().ifPresent(config::token);
        spec.options().forEach(config::option);
        config.deliveryExecutor(executor);
        try {
            return Objects.requireNonNull(factory.create(config.build()), "create gave no adapter");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "replica " + spec.pool() + "/" + spec.replica() + " (" + spec.engine() + "): " + e.getMessage(), e);
        } catch (Throwable e) {
            Foreign.rethrowIfFatal(e);
            throw new WorkerException(WorkerError.builder(
                            ErrorCode.INTERNAL,
                            "the adapter for engine '" + spec.engine() + "' could not be created: " + e
                                    + "; this is its fault")
                    .engine(spec.engine())
                    .replica(spec.replica())
                    .cause(e)
                    .build());
        }
    }

    private <T> CompletionStage<T> ofPool(String pool, Function<Pool, CompletionStage<T>> question) {
        if (closed) {
            return CompletableFuture.failedStage(new IllegalStateException("the host is closed"));
        }
        Pool target = pools.get(pool);
        return target == null
                ? CompletableFuture.failedStage(new WorkerException(noSuchPool(pool)))
                : question.apply(target);
    }

    private WorkerError noSuchPool(String pool) {
        Set<String> known = pools();
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                "there is no pool '" + pool + "'"
                        + (known.isEmpty()
                                ? ": no replica is bound"
                                : ", only " + String.join(", ", known) + NearMiss.hint(pool, known)));
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the host is closed");
        }
    }

    /**
     * Collects what an {@link AdapterHost} is made of.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final AdapterRegistry registry;
        private TimeSource time = TimeSource.system();
        private Executor executor = AdapterConfig.builder().build().deliveryExecutor();

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
         * Sets where subscribers that may block are called, see {@link AdapterConfig.Builder#deliveryExecutor}.
         *
         * @param deliveryExecutor the executor
         * @return this
         */
        public Builder deliveryExecutor(Executor deliveryExecutor) {
            this.executor = Objects.requireNonNull(deliveryExecutor, "deliveryExecutor");
            return this;
        }

        /** {@return the host} */
        public AdapterHost build() {
            return new AdapterHost(this);
        }
    }
}
