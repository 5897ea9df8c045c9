package io.llamaorch.adapter.spi;

/**
 * What happens to a task, in order: {@link Queued} while a host makes it wait, {@link Started} once the engine took it,
 * any number of {@link Token}, {@link ToolCall}, {@link Progress}, {@link Metrics} and {@link Extension}, and exactly
 * one {@link Terminal} (EVT-01).
 *
 * <p>The set of kinds is closed for an SPI generation; what is new comes as {@link Extension} first.
 *
 * <p>Thread safety: immutable, all of them. {@code toString} never shows generated text.
 */
public sealed interface TokenEvent {

    /**
     * The task waits for its turn; the latest one wins.
     *
     * @param position how many tasks are before it, 0 or more
     * @param details what else is known
     */
    record Queued(int position, QueueDetails details) implements TokenEvent {}

    /**
     * The engine took the task.
     *
     * @param jobId the job
     * @param engine the engine's name, such as {@code llamacpp}
     * @param model the model that is served; empty where the engine does not tell
     * @param details the engine's version and what else is known
     */
    record Started(String jobId, String engine, String model, StartDetails details) implements TokenEvent {}

    /**
     * A piece of text, as the engine sent it: often one token, sometimes several, never half a character (EVT-03,
     * EVT-04).
     *
     * @param index counts the pieces of a stream from 0 without a gap
     * @param text the piece, never empty
     * @param channel the voice
     * @param details ids and probabilities where they were asked for
     */
    record Token(int index, String text, Channel channel, TokenDetails details) implements TokenEvent {

        @Override
        public String toString() {
            return "Token[" + index + ", " + text.length() + " chars, " + channel + "]";
        }
    }

    /**
     * The model wants a tool to be called; whole, never in pieces.
     *
     * @param index counts the calls of a stream from 0
     * @param id the call's id, to be named in the tool's answer
     * @param name the tool
     * @param argumentsJson the arguments, a JSON object
     */
    record ToolCall(int index, String id, String name, String argumentsJson) implements TokenEvent {

        @Override
        public String toString() {
            return "ToolCall[" + index + ", " + name + "]";
        }
    }

    /**
     * How far the evaluation of the prompt has come.
     *
     * @param processed tokens evaluated so far, the cached ones included
     * @param total tokens of the prompt
     * @param cached tokens that came from the engine's cache
     */
    record Progress(int processed, int total, int cached) implements TokenEvent {}

    /**
     * The engine's own numbers so far.
     *
     * @param usage how many tokens
     * @param timings how long
     */
    record Metrics(Usage usage, Timings timings) implements TokenEvent {}

    /**
     * Something that this generation of the SPI has no type for; may be ignored.
     *
     * @param name what it is
     * @param json its content
     */
    record Extension(String name, String json) implements TokenEvent {

        @Override
        public String toString() {
            return "Extension[" + name + "]";
        }
    }

    /** The last event of a stream. */
    sealed interface Terminal extends TokenEvent {}

    /**
     * The stream ended well, or was cancelled. With any reason but {@link StopReason#CANCELLED}, the engine's own end
     * marker was read whole (EVT-05).
     *
     * @param reason why
     * @param usage how many tokens, by the engine's count
     * @param timings how long, by the engine's clock
     * @param details what else is known
     */
    record End(StopReason reason, Usage usage, Timings timings, EndDetails details) implements Terminal {}

    /**
     * The stream failed.
     *
     * @param error what went wrong, and how far the stream had come
     */
    @SuppressWarnings("JavaLangClash") // always written TokenEvent.Error
    record Error(WorkerError error) implements Terminal {}
}
