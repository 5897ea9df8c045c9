package io.llamaorch.adapter.registry;

/**
 * Watches what becomes of a host's replicas.
 *
 * <p>It is called on the host's delivery threads, one call at a time and in the order in which things happened, a moment
 * after they did. It may block: that delays what it is told next, and nothing else. What it throws is logged.
 *
 * <p>Thread safety: calls are serial.
 */
public interface HostListener {

    /**
     * A replica moved from one state of its life to another (LIF-01).
     *
     * @param move from where, to where, and why
     */
    default void onMove(ReplicaMove move) {}
}
