package io.llamaorch.adapter.spi;

/**
 * What made a stream stop before the engine was done.
 *
 * <p>Thread safety: immutable.
 */
public enum CancelCause {
    /** Somebody cancelled by the stream's handle or by its job id. */
    CALLER,
    /** The subscriber cancelled its subscription, or requested less than one event. */
    SUBSCRIBER,
    /** A thread that waited in the blocking view was interrupted. */
    INTERRUPTED,
    /** Nobody subscribed for too long (FLW-04). */
    UNCLAIMED,
    /** The subscriber asked for nothing for too long while events waited (FLW-02). */
    STALLED,
    /** A time limit or the deadline passed; the terminal event is an {@code Error}. */
    TIME_LIMIT,
    /** The subscriber threw, or the adapter threw or broke the emitter's rules; the terminal event is an {@code Error}. */
    FAULT,
    /** The adapter was closed; the terminal event is an {@code Error}. */
    CLOSED
}
