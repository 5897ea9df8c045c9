package io.llamaorch.adapter.spi;

/**
 * Which of the model's voices a token belongs to.
 *
 * <p>Thread safety: immutable.
 */
public enum Channel {
    /** The answer. */
    TEXT,
    /** What the model thinks before it answers, where the engine tells the two apart. */
    REASONING
}
