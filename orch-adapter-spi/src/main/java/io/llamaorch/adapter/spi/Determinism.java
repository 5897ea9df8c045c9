package io.llamaorch.adapter.spi;

/**
 * How firmly a task asks for a repeatable answer (DET-02).
 *
 * <p>Thread safety: immutable.
 */
public enum Determinism {
    /** The parameters are sent as given; the engine may batch and reuse its caches. */
    BEST_EFFORT,
    /** The most likely token each time: temperature 0, top-p 1, nothing shared with other requests. */
    GREEDY,
    /** The task's temperature and seed, nothing shared with other requests. */
    SEEDED
}
