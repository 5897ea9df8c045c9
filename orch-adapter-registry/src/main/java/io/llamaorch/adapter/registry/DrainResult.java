package io.llamaorch.adapter.registry;

import java.time.Duration;

/**
 * How a replica went (LIF-03).
 *
 * <p>Thread safety: immutable.
 *
 * @param spec what was bound
 * @param finished how many streams ended by themselves after it was taken away
 * @param ended how many still ran at the limit, and were ended with {@code POOL_UNAVAILABLE}
 * @param took from when it was taken away until its adapter was closed, or was left to itself because it did not close
 */
public record DrainResult(ReplicaSpec spec, int finished, int ended, Duration took) {}
