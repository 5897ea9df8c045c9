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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Set<Replica> leaving = ConcurrentHashMap.newKeySet();

    Pool(String name) {
        this.name = name;
    }

    /** Lets a replica have work, in place of the one of its id if there is one. */
    void put(Replica replica) {
        replicas.put(replica.id(), replica);
    }

    /** Takes a replica out, which then drains; {@link #gone} follows. */
    boolean leave(Replica replica) {
        boolean left = replicas.remove(replica.id(), replica);
        leaving.add(replica);
        return left;
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
     * Starts a task on the replica that is best now.
     *
     * @param task the task
     * @return its stream
     */
    public TokenStream submit(TaskRequest task) {
        Optional<Pin> pin = task.pin();
        // A replica that was taken away between the choice and the start refuses; the next one is chosen then.
        while (true) {
            Optional<Replica> best = pin.isPresent() ? find(pin.get().replica()) : choose();
            if (best.isEmpty()) {
                return TokenStream.failed(task.jobId(), nobody(pin));
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

    private WorkerError nobody(Optional<Pin> pin) {
        return pin.map(Pin::replica)
                .map(id -> unknown(
                        "the task is pinned to replica '" + id + "', which pool '" + name + "' does not have", id))
                .orElseGet(() -> WorkerError.of(
                        ErrorCode.POOL_UNAVAILABLE,
                        "the last replica of pool '" + name + "' was taken away: bind one, or use another pool"));
    }

    /** Says that the pool does not have a replica. */
    WorkerError noSuchReplica(String id) {
        return unknown("pool '" + name + "' has no replica '" + id + "'", id);
    }

    private WorkerError unknown(String sentence, String id) {
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                sentence
                        + NearMiss.hint(id, replicas.keySet())
                        + (replicas.isEmpty()
                                ? "; it has none that takes work"
                                : "; its replicas are " + String.join(", ", replicas.keySet())));
    }
}
