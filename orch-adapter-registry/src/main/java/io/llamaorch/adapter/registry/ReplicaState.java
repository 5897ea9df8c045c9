package io.llamaorch.adapter.registry;

/**
 * Where a replica is in its life (LIF-01).
 *
 * <p>Thread safety: immutable.
 */
public enum ReplicaState {
    /** Its adapter is being made. */
    STARTING,
    /** It gets work. */
    READY,
    /** It failed lately: it gets no work until a health check finds it ready. */
    UNREADY,
    /** It gets no new work, and its streams may finish. */
    DRAINING,
    /** Its adapter is closed. */
    CLOSED,
    /** Its adapter could not be made. */
    FAILED
}
