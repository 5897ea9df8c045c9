package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;

/**
 * The replicas of one pool, and the choice among them.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Pool {

    private static final Comparator<Replica> BY_LOAD =
            Comparator.comparingInt(Replica::running).thenComparing(Replica::id);

    /** By difference, since the clock may wrap. */
    private static final Comparator<Replica> BY_FAILURE =
            (one, other) -> Long.signum(one.failedAt() - other.failedAt());

    private final String name;
    private final ConcurrentSkipListMap<String, Replica> replicas = new ConcurrentSkipListMap<>();

    /**
     * Makes a pool without replicas.
     *
     * @param name its name
     */
    public Pool(String name) {
        this.name = name;
    }

    /**
     * Lets a replica have work.
     *
     * @param replica the replica, of an id that the pool does not have
     */
    public void add(Replica replica) {
        replicas.put(replica.id(), replica);
    }

    /**
     * Takes a replica out, without closing it.
     *
     * @param id its id
     * @return the replica, if it was there
     */
    public Optional<Replica> remove(String id) {
        return Optional.ofNullable(replicas.remove(id));
    }

    /** {@return all replicas, taken out without closing them} */
    public List<Replica> removeAll() {
        List<Replica> all = List.copyOf(replicas.values());
        replicas.clear();
        return all;
    }

    /**
     * Looks a replica up.
     *
     * @param id its id
     * @return the replica, if it is there
     */
    public Optional<Replica> find(String id) {
        return Optional.ofNullable(replicas.get(id));
    }

    /** {@return whether there is none} */
    public boolean isEmpty() {
        return replicas.isEmpty();
    }

    /** {@return how each replica is now} */
    public List<ReplicaStatus> statuses() {
        return replicas.values().stream().map(Replica::status).toList();
    }

    /**
     * Starts a task on the replica that is best now.
     *
     * @param task the task
     * @return its stream
     */
    public TokenStream submit(TaskRequest task) {
        Optional<Pin> pin = task.pin();
        if (pin.isPresent()) {
            return find(pin.get().replica())
                    .flatMap(replica -> replica.submit(task))
                    .orElseGet(() -> TokenStream.failed(task.jobId(), noSuchReplica(pin.get())));
        }
        // A replica that was unbound between the choice and the start refuses; the next one is chosen then.
        while (true) {
            Optional<Replica> best = choose();
            if (best.isEmpty()) {
                return TokenStream.failed(
                        task.jobId(),
                        WorkerError.of(
                                ErrorCode.POOL_UNAVAILABLE,
                                "pool '" + name + "' has no replica any more: bind one, or use another pool"));
            }
            Optional<TokenStream> stream = best.get().submit(task);
            if (stream.isPresent()) {
                return stream.get();
            }
            replicas.remove(best.get().id(), best.get());
        }
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
            Replica best = best(left).orElseThrow();
            Optional<T> capability = best.capability(type);
            if (capability.isPresent()) {
                return capability;
            }
            left.remove(best);
        }
        return Optional.empty();
    }

    /** {@return a stage with every replica's health} */
    public CompletionStage<Map<String, WorkerHealth>> health() {
        return askAll(Replica::health);
    }

    /** {@return a stage with every replica's properties, or why there are none} */
    public CompletionStage<Map<String, ReplicaResult<WorkerProperties>>> properties() {
        return askAll(Replica::properties);
    }

    private Optional<Replica> choose() {
        replicas.values().forEach(Replica::lookAgainIfDue);
        return best(replicas.values());
    }

    /** Ready before not ready; of the ready the least loaded, of the others the one that failed longest ago. */
    private static Optional<Replica> best(Collection<Replica> candidates) {
        return candidates.stream()
                .filter(Replica::isReady)
                .min(BY_LOAD)
                .or(() -> candidates.stream().min(BY_FAILURE));
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

    private WorkerError noSuchReplica(Pin pin) {
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                "the task is pinned to replica '" + pin.replica() + "', which pool '" + name + "' does not have"
                        + NearMiss.hint(pin.replica(), replicas.keySet()) + "; its replicas are "
                        + String.join(", ", replicas.keySet()));
    }
}
