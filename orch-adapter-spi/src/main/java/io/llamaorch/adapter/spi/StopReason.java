package io.llamaorch.adapter.spi;

/**
 * Why a stream ended well.
 *
 * <p>Thread safety: immutable.
 */
public enum StopReason {
    /** The model ended its text. */
    END_OF_TEXT,
    /** A limit was reached: the task's {@code maxTokens}, or the engine's context. */
    LIMIT,
    /** One of the task's stop strings came up; it is not part of the text. */
    STOP_STRING,
    /** The model asks for tools to be called. */
    TOOL_CALLS,
    /** The stream was cancelled; {@link EndDetails#cancelCause()} tells by what. */
    CANCELLED,
    /** The engine ended the text and did not say why. */
    UNKNOWN
}
