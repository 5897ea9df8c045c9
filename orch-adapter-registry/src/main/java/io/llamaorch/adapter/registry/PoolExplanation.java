package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.List;
import java.util.Optional;

/**
 * What would become of a task that came to a pool now, and why (DSP-08).
 *
 * <p>Thread safety: immutable.
 *
 * @param pool the pool
 * @param waiting how many tasks wait for a place
 * @param refusal what it would end with; empty if it would be served, now or when it has a place
 * @param replicas each replica of the pool, by id, those that drain at the end
 */
public record PoolExplanation(
        String pool, int waiting, Optional<WorkerError> refusal, List<ReplicaExplanation> replicas) {

    /**
     * Copies the list.
     *
     * @param pool the pool
     * @param waiting how many tasks wait for a place
     * @param refusal what it would end with
     * @param replicas each replica of the pool
     */
    public PoolExplanation {
        replicas = List.copyOf(replicas);
    }

    /** {@return the replica that it would go to now; empty if it would wait or be refused} */
    public Optional<ReplicaExplanation> chosen() {
        return replicas.stream()
                .filter(replica -> replica.verdict() == Verdict.CHOSEN)
                .findFirst();
    }

    /** {@return what would become of it, in one line} */
    public String outcome() {
        return refusal.map(error -> "it would be refused: " + error)
                .or(() -> chosen().map(replica ->
                        "it would go to replica " + replica.status().replica()))
                .orElseGet(() -> waiting == 0
                        ? "it would wait for a place"
                        : "it would wait behind " + waiting + (waiting == 1 ? " other" : " others"));
    }
}
