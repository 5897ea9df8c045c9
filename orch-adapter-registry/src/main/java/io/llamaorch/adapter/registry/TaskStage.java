package io.llamaorch.adapter.registry;

/**
 * How far a task has come.
 *
 * <p>Thread safety: immutable.
 */
public enum TaskStage {
    /** It came to a pool. */
    SUBMITTED,
    /** It waits for a place. */
    QUEUED,
    /** It was handed to a replica; once for each attempt. */
    DISPATCHED,
    /** An attempt failed, and another follows. */
    RETRIED,
    /** Its first token, or its end, came. */
    STARTED,
    /** It ended well. */
    ENDED,
    /** It was cancelled. */
    CANCELLED,
    /** It failed, or was refused. */
    FAILED;

    /** {@return whether nothing is told of a task after this} */
    public boolean isLast() {
        return this == ENDED || this == CANCELLED || this == FAILED;
    }
}
