package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.DrainResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which replica is where: the pools of a host, and each change to them. A place is taken before its adapter is made, and
 * no lock is held while a factory works; what a submit sees changes in one step (LIF-02).
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Bindings {

    private final AdapterMaker maker;
    private final ConcurrentMap<String, Pool> pools = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Place, ReplicaSpec> starting = new HashMap<>();
    private volatile boolean closed;

    /** Where a replica is. */
    record Place(String pool, String replica) {

        static Place of(ReplicaSpec spec) {
            return new Place(spec.pool(), spec.replica());
        }

        @Override
        public String toString() {
            return pool + "/" + replica;
        }
    }

    /**
     * Makes the bindings of a host that has none.
     *
     * @param maker makes the adapters
     */
    public Bindings(AdapterMaker maker) {
        this.maker = maker;
    }

    AdapterMaker maker() {
        return maker;
    }

    /**
     * Binds a replica, see {@code AdapterHost.bind}.
     *
     * @param spec the replica
     * @return the replica with its id
     */
    public ReplicaSpec bind(ReplicaSpec spec) {
        maker.registry().factory(spec.engine());
        ReplicaSpec placed = reserve(spec);
        @Nullable Replica replica = null;
        try {
            replica = maker.make(placed, Owner.HAND);
        } finally {
            boolean bound = place(placed, replica, null);
            if (replica != null && !bound) {
                Closing.await(List.of(replica.drain(Duration.ZERO, "the host was closed meanwhile")));
                requireOpen();
            }
        }
        return placed;
    }

    /**
     * Binds a replica anew, see {@code AdapterHost.rebind}.
     *
     * @param spec the replica, of an id that is bound
     * @param limit how long the streams of the old one may run on
     * @return how the old one went
     */
    public CompletionStage<DrainResult> rebind(ReplicaSpec spec, Duration limit) {
        Replica old = takeOver(spec);
        @Nullable Replica replica = null;
        boolean bound = false;
        try {
            replica = maker.make(spec, old.owner());
        } finally {
            bound = place(spec, replica, old);
            if (replica != null && !bound) {
                Closing.await(List.of(replica.drain(Duration.ZERO, "its place was taken away meanwhile")));
            }
        }
        if (!bound) {
            requireOpen();
            throw new WorkerException(noSuchReplica(Place.of(spec)));
        }
        return told(drain(old, limit, "it was bound anew"));
    }

    /**
     * Takes a replica away, see {@code AdapterHost.unbind}.
     *
     * @param pool the pool
     * @param id the replica's id
     * @param limit how long its streams may run on
     * @param why what its life will say
     * @return how it went
     */
    public CompletionStage<DrainResult> unbind(String pool, String id, Duration limit, String why) {
        Place place = new Place(pool, id);
        Replica replica;
        lock.lock();
        try {
            Optional<Replica> found = find(place);
            if (found.isEmpty()) {
                return CompletableFuture.failedStage(new WorkerException(noSuchReplica(place)));
            }
            replica = found.get();
            pool(pool).orElseThrow().leave(replica);
        } finally {
            lock.unlock();
        }
        return told(drain(replica, limit, why));
    }

    /** Takes all replicas away at once, waits until they are closed, and refuses everything from now on. */
    public void close() {
        List<Replica> all = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (Pool pool : pools.values()) {
                for (Replica replica : pool.all()) {
                    pool.leave(replica);
                    all.add(replica);
                }
            }
        } finally {
            lock.unlock();
        }
        Closing.await(all.stream()
                .map(replica -> drain(replica, Duration.ZERO, "the host was closed"))
                .toList());
    }

    /**
     * Looks a pool up.
     *
     * @param name its name
     * @return the pool, if it has replicas
     */
    public Optional<Pool> pool(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    /**
     * Takes a task in; one for a pool that there is not fails.
     *
     * @param pool the pool
     * @param task the task
     * @param emitter the end of its stream that is fed
     */
    public void submit(String pool, TaskRequest task, TokenEmitter emitter) {
        pool(pool).ifPresentOrElse(found -> found.submit(task, emitter), () -> {
            WorkerError error = noSuchPool(pool);
            emitter.refused(error);
            refused(pool, task, new TokenEvent.Error(error));
        });
    }

    /**
     * Tells of a task that no pool has seen.
     *
     * @param pool the pool that it was meant for
     * @param task the task
     * @param why its end
     */
    public void refused(String pool, TaskRequest task, TokenEvent.Terminal why) {
        Announcements announcements = maker.settings().announcements();
        announcements.add(
                TaskStage.SUBMITTED,
                () -> TaskReport.builder(TaskStage.SUBMITTED, pool, task).build());
        announcements.add(
                TaskStage.FAILED,
                () -> TaskReport.builder(TaskStage.FAILED, pool, task)
                        .terminal(why)
                        .build());
        announcements.tell();
    }

    /** {@return the names of the pools that have replicas, sorted} */
    public Set<String> names() {
        return Collections.unmodifiableSet(new TreeSet<>(pools.keySet()));
    }

    /**
     * Tells how the replicas of a pool are, those included that start or drain.
     *
     * @param pool the pool
     * @return one status each, by id
     */
    public List<ReplicaStatus> statuses(String pool) {
        List<ReplicaStatus> statuses = new ArrayList<>();
        lock.lock();
        try {
            pool(pool).ifPresent(target -> statuses.addAll(target.statuses()));
            starting.forEach((place, spec) -> {
                if (place.pool().equals(pool)) {
                    statuses.add(new ReplicaStatus(spec, ReplicaState.STARTING, 0, Lifecycle.STARTING_REASON));
                }
            });
        } finally {
            lock.unlock();
        }
        statuses.sort(Comparator.comparing(ReplicaStatus::replica)); // stable: what drains stands after what serves
        return List.copyOf(statuses);
    }

    /** {@return whether {@link #close} was called} */
    public boolean isClosed() {
        return closed;
    }

    /** Throws {@link IllegalStateException} if {@link #close} was called. */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the host is closed");
        }
    }

    /**
     * Says that there is no such pool.
     *
     * @param pool the pool
     * @return what to tell the caller
     */
    public WorkerError noSuchPool(String pool) {
        Set<String> known = names();
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                "there is no pool '" + pool + "'"
                        + (known.isEmpty()
                                ? ": no replica is bound"
                                : ", only " + String.join(", ", known) + NearMiss.hint(pool, known)));
    }

    /** Takes a free place before there is anything to put there. */
    private ReplicaSpec reserve(ReplicaSpec spec) {
        lock.lock();
        try {
            requireOpen();
            ReplicaSpec placed = spec.replica().isEmpty()
                    ? spec.toBuilder().replica(freeId(spec.pool())).build()
                    : spec;
            if (isTaken(Place.of(placed))) {
                throw new IllegalArgumentException("pool '" + spec.pool() + "' has a replica '" + spec.replica()
                        + "' already: unbind it first, rebind it, or choose another id");
            }
            starting.put(Place.of(placed), placed);
            return placed;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the place of a replica that goes on working until there is another. */
    private Replica takeOver(ReplicaSpec spec) {
        Place place = Place.of(spec);
        lock.lock();
        try {
            requireOpen();
            Replica old = find(place).orElseThrow(() -> new WorkerException(noSuchReplica(place)));
            if (starting.putIfAbsent(place, spec) != null) {
                throw new IllegalArgumentException(
                        "replica " + place + " is being bound anew at this moment: wait for that");
            }
            return old;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a replica into its place, instead of the old one if there is one. Without a replica, or if the host was closed
     * or the old one taken away meanwhile, gives the place back.
     */
    private boolean place(ReplicaSpec spec, @Nullable Replica replica, @Nullable Replica old) {
        Place place = Place.of(spec);
        boolean placed;
        lock.lock();
        try {
            starting.remove(place);
            placed = replica != null && !closed && Objects.equals(find(place).orElse(null), old);
            if (replica != null && placed) {
                Pool pool = poolOf(spec.pool());
                pool.put(replica);
                if (old != null) {
                    pool.leave(old);
                }
            }
        } finally {
            lock.unlock();
        }
        if (replica != null && placed) {
            replica.begin();
        }
        return placed;
    }

    /** What is bound at a place now, if it is bound by this owner. */
    Optional<ReplicaSpec> at(Place place, Owner owner) {
        return find(place).filter(replica -> replica.owner() == owner).map(Replica::spec);
    }

    /** Takes several places at once, or none; says what is wrong with those that cannot be taken. */
    Map<Place, String> reserve(Collection<ReplicaSpec> specs, Owner owner) {
        Map<Place, String> faults = new LinkedHashMap<>();
        lock.lock();
        try {
            requireOpen();
            for (Place place : specs.stream().map(Place::of).toList()) {
                Optional<Replica> there = find(place);
                if (starting.containsKey(place)) {
                    faults.put(place, "is being bound at this moment: this is tried again");
                } else if (there.isPresent()
                        && there.get().owner() != owner
                        && !there.get().owner().isGone()) {
                    faults.put(
                            place, "is bound already, and not by this source: unbind it, or give it another id here");
                }
            }
            if (faults.isEmpty()) {
                specs.forEach(spec -> starting.put(Place.of(spec), spec));
            }
            return faults;
        } finally {
            lock.unlock();
        }
    }

    /** Gives reserved places back. */
    void release(Collection<ReplicaSpec> specs) {
        lock.lock();
        try {
            specs.forEach(spec -> starting.remove(Place.of(spec)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts replicas of an owner into their reserved places and takes others of the same owner away, in one step; what goes
     * drains. Does nothing if the host was closed, or the owner is gone.
     */
    boolean swap(Owner owner, List<Replica> fresh, Collection<Place> away, Duration limit, String why) {
        List<Replica> going = new ArrayList<>();
        lock.lock();
        try {
            if (closed || owner.isGone()) {
                return false;
            }
            for (Replica replica : fresh) {
                Place place = Place.of(replica.spec());
                starting.remove(place);
                Optional<Replica> old = find(place);
                Pool pool = poolOf(place.pool());
                pool.put(replica);
                old.ifPresent(going::add);
                old.ifPresent(pool::leave);
            }
            for (Place place : away) {
                find(place).filter(replica -> replica.owner() == owner).ifPresent(replica -> {
                    going.add(replica);
                    pool(place.pool()).orElseThrow().leave(replica);
                });
            }
        } finally {
            lock.unlock();
        }
        fresh.forEach(Replica::begin);
        for (Replica replica : going) {
            var unused = drain(replica, limit, why);
        }
        return true;
    }

    /** Waits for a change that is being made at this moment. */
    void settle() {
        lock.lock();
        try {
            return; // whoever made it has left
        } finally {
            lock.unlock();
        }
    }

    private CompletionStage<DrainResult> told(CompletableFuture<DrainResult> result) {
        return Handover.stage(maker.settings().executor(), result);
    }

    private CompletableFuture<DrainResult> drain(Replica replica, Duration limit, String why) {
        return replica.drain(limit, why).thenApply(result -> {
            forget(replica);
            return result;
        });
    }

    private void forget(Replica replica) {
        lock.lock();
        try {
            String name = replica.spec().pool();
            pool(name).ifPresent(pool -> {
                pool.gone(replica);
                if (pool.isEmpty()) {
                    pools.remove(name);
                }
            });
        } finally {
            lock.unlock();
        }
    }

    private Pool poolOf(String name) {
        return pools.computeIfAbsent(name, unknown -> new Pool(unknown, maker.settings()));
    }

    private Optional<Replica> find(Place place) {
        return pool(place.pool()).flatMap(pool -> pool.find(place.replica()));
    }

    private String freeId(String pool) {
        int number = 0;
        while (isTaken(new Place(pool, "r" + number))) {
            number++;
        }
        return "r" + number;
    }

    private boolean isTaken(Place place) {
        return starting.containsKey(place) || find(place).isPresent();
    }

    private WorkerError noSuchReplica(Place place) {
        return pool(place.pool())
                .map(pool -> pool.noSuchReplica(place.replica()))
                .orElseGet(() -> noSuchPool(place.pool()));
    }
}
