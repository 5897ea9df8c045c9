package io.llamaorch.adapter.registry;

/**
 * Whether a replica's failures keep work from it (DSP-06).
 *
 * <p>Thread safety: immutable.
 */
public enum BreakerState {
    /** It gets work. */
    CLOSED,
    /** Too many tasks failed on it: it gets none. */
    OPEN,
    /** It is tried with one task at a time. */
    HALF_OPEN
}
