package io.llamaorch.adapter.registry;

/**
 * Watches what becomes of a host's replicas and tasks: the one place where logs, metrics and traces hook in (OBS-05).
 *
 * <p>It is called on the host's delivery threads, one call at a time and in the order in which things happened, a moment
 * after they did. It may block: that delays what it is told next, and nothing else; while very much waits to be told,
 * what becomes of tasks is told no more, and how much was left out is logged. What it throws is logged.
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

    /**
     * A replica's circuit breaker moved (DSP-06).
     *
     * @param move from where, to where, and why
     */
    default void onBreaker(BreakerMove move) {}

    /**
     * A task came to a new stage; never once a token.
     *
     * @param report what became of it
     */
    default void onTask(TaskReport report) {}
}
