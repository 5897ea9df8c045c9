package io.llamaorch.adapter.llamacpp.internal.slots;

/**
 * How far a job had come when it was cancelled: what the engine could have made of it, and how soon it notices that its
 * client has gone.
 *
 * <p>Thread safety: immutable.
 */
public enum JobPhase {
    /** No byte of it was sent: the engine knows nothing of it. */
    UNSENT,
    /** The request was sent, in part or as a whole, and no answer came: it may wait in the engine's queue. */
    SENT,
    /** The engine has given it a slot, and evaluates its prompt. */
    ACCEPTED,
    /** Tokens flow. */
    STREAMING;

    boolean hadSlot() {
        return compareTo(ACCEPTED) >= 0;
    }
}
