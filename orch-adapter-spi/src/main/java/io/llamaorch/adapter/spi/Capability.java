package io.llamaorch.adapter.spi;

/**
 * What an adapter declares that it can do. What is not declared is answered with
 * {@link ErrorCode#UNSUPPORTED}, never with silence.
 *
 * <p>Thread safety: immutable.
 */
public enum Capability {
    /** Prompts given as token ids. */
    TOKEN_PROMPTS,
    /** Prompts given as chat messages. */
    CHAT_PROMPTS,
    /** Images or audio inside chat messages. */
    MEDIA,
    /** Tools offered with a chat, and {@link TokenEvent.ToolCall} events. */
    TOOL_CALLS,
    /** Reasoning on a {@linkplain Channel#REASONING channel} of its own. */
    REASONING,
    /** Stop strings. */
    STOP_STRINGS,
    /** A seed that makes sampling repeatable on one replica. */
    SEED,
    /** The levels of {@link Determinism} above best effort. */
    DETERMINISM,
    /** {@link Constraint.JsonSchema}. */
    JSON_SCHEMA,
    /** {@link Constraint.Grammar}. */
    GRAMMAR,
    /** Log-probabilities in {@link TokenDetails}. */
    LOG_PROBABILITIES,
    /** {@link TokenEvent.Progress} while the prompt is evaluated. */
    PROGRESS,
    /** Sessions that reuse the engine's cache, and the capability interface {@link Sessions}. */
    SESSIONS,
    /** A {@link Pin} to one slot of the engine. */
    SLOT_PIN,
    /** A {@link CancelReceipt} that can say {@code SLOT_FREE}. */
    CANCEL_PROOF,
    /** The capability interface {@link Tokenization}. */
    TOKENIZATION,
    /** The capability interface {@link ChatTemplates}. */
    CHAT_TEMPLATES,
    /** The capability interface {@link Embeddings}. */
    EMBEDDINGS,
    /** The capability interface {@link EngineMetrics}. */
    ENGINE_METRICS,
    /** The capability interface {@link SlotCaches}. */
    SLOT_CACHES
}
