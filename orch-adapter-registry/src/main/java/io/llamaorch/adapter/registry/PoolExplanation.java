package io.llamaorch.adapter.registry;

import java.util.List;

/**
 * What would become of a task that came to a pool now (DSP-08).
 *
 * <p>Thread safety: immutable.
 *
 * @param pool the pool
 * @param waiting how many tasks wait for a place
 * @param outcome what would become of it, in one line
 * @param replicas each replica of the pool, by id, those that drain at the end
 */
public record PoolExplanation(String pool, int waiting, String outcome, List<ReplicaExplanation> replicas) {

    /**
     * Copies the list.
     *
     * @param pool the pool
     * @param waiting how many tasks wait for a place
     * @param outcome what would become of it, in one line
     * @param replicas each replica of the pool
     */
    public PoolExplanation {
        replicas = List.copyOf(replicas);
    }
}
