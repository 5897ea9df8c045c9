package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.PoolExplanation;
import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The replicas of one pool, and the choice among them.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Pool {

    private static final Comparator<Replica> BY_LOAD = Comparator.comparing((Replica replica) -> !replica.isReady())
            .thenComparingInt(Replica::running)
            .thenComparing(Replica::id);

    private final String name;
    private final Dispatch dispatch;
    private final ConcurrentSkipListMap<String, Replica> replicas = new ConcurrentSkipListMap<>();
    private final Set<Replica> leaving = ConcurrentHashMap.newKeySet();

    Pool(String name, HostSettings settings) {
        this.name = name;
        this.dispatch = new Dispatch(name, settings);
    }

    /** Lets a replica have work, in place of the one of its id if there is one. */
    void put(Replica replica) {
        replica.start(dispatch);
        Replica old = replicas.put(replica.id(), replica);
        dispatch.follows(
                replica.seat(),
                Stream.concat(leaving.stream(), Stream.ofNullable(old))
                        .filter(other -> isAtSameEngine(other.spec(), replica.spec()))
                        .map(Replica::seat)
                        .toList());
        seat();
    }

    private static boolean isAtSameEngine(ReplicaSpec one, ReplicaSpec other) {
        return one.engine().equals(other.engine())
                && one.url().isPresent()
                && one.url().equals(other.url());
    }

    /** Takes a replica out, which then drains; {@link #gone} follows. */
    boolean leave(Replica replica) {
        boolean left = replicas.remove(replica.id(), replica);
        leaving.add(replica);
        if (left) {
            seat();
        }
        return left;
    }

    private void seat() {
        dispatch.seats(replicas.values().stream().map(Replica::seat).toList());
    }

    /** A replica that was taken out has closed. */
    void gone(Replica replica) {
        leaving.remove(replica);
    }

    Optional<Replica> find(String id) {
        return Optional.ofNullable(replicas.get(id));
    }

    /** All that are not closed yet. */
    List<Replica> all() {
        List<Replica> all = new ArrayList<>(replicas.values());
        all.addAll(leaving);
        return all;
    }

    boolean isEmpty() {
        return replicas.isEmpty() && leaving.isEmpty();
    }

    /** How each replica is now, those that drain after the others. */
    List<ReplicaStatus> statuses() {
        return all().stream().map(Replica::status).toList();
    }

    /**
     * Takes a task in.
     *
     * @param task the task
     * @param emitter the end of its stream that is fed
     */
    public void submit(TaskRequest task, TokenEmitter emitter) {
        TaskRun.begin(task, emitter, dispatch);
    }

    /**
     * Explains what would become of a task.
     *
     * @param task the task; empty for one that every replica can serve
     * @return what would become of it now
     */
    public PoolExplanation explain(Optional<TaskRequest> task) {
        return Explainer.explain(name, dispatch, task, List.copyOf(leaving));
    }

    /**
     * Finds a capability on the replica that is best now among those that have it.
     *
     * @param type the capability's interface
     * @param <T> the same
     * @return the capability
     */
    public <T> Optional<T> capability(Class<T> type) {
        // Taken one by one and never sorted: what the order goes by may change at any moment.
        List<Replica> left = new ArrayList<>(replicas.values());
        while (!left.isEmpty()) {
            Replica best = Collections.min(left, BY_LOAD);
            Optional<T> capability = best.capability(type);
            if (capability.isPresent()) {
                return capability;
            }
            left.remove(best);
        }
        return Optional.empty();
    }

    /**
     * Finds a capability on every replica that has it.
     *
     * @param type the capability's interface
     * @param <T> the same
     * @return replica id to capability
     */
    public <T> Map<String, T> capabilities(Class<T> type) {
        Map<String, T> found = new TreeMap<>();
        for (Replica replica : replicas.values()) {
            replica.capability(type).ifPresent(capability -> found.put(replica.id(), capability));
        }
        return found;
    }

    /** {@return a stage with every replica's health} */
    public CompletionStage<Map<String, WorkerHealth>> health() {
        return askAll(Replica::health);
    }

    /** {@return a stage with every replica's properties, or why there are none} */
    public CompletionStage<Map<String, ReplicaResult<WorkerProperties>>> properties() {
        return askAll(Replica::properties);
    }

    private <T> CompletionStage<Map<String, T>> askAll(Function<Replica, CompletionStage<T>> question) {
        CompletableFuture<Map<String, T>> all = CompletableFuture.completedFuture(new TreeMap<>());
        for (Replica replica : replicas.values()) {
            all = all.thenCombine(question.apply(replica), (answers, answer) -> {
                answers.put(replica.id(), answer);
                return answers;
            });
        }
        return all.minimalCompletionStage();
    }

    /** Says that the pool does not have a replica. */
    WorkerError noSuchReplica(String id) {
        return dispatch.look(() -> dispatch.refusals().unknown("pool '" + name + "' has no replica '" + id + "'", id));
    }
}
