package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which protocol a {@link ScriptedEngine} speaks. What it does is the same in each: it obeys the same settings, has the
 * same slots and tells the same stories.
 *
 * <p>Thread safety: immutable.
 */
public enum EngineDialect {

    /**
     * llama-server of today (0.7.0), with {@code /completion} and what belongs to it, and with the OpenAI-compatible
     * paths of that server.
     */
    LLAMA_CPP,

    /**
     * llama-server of 2024, before December: {@code stopped_eos}, {@code stopped_word} and {@code stopped_limit} in
     * place of {@code stop_type}, an error inside a stream as a line of its own kind, no pings, the head of a stream
     * only when the prompt is evaluated, fields of a wrong type forgiven. A request that says {@code slot_id} for
     * {@code id_slot}, as in 2023, is answered with that name.
     */
    LLAMA_CPP_2024,

    /**
     * A server that speaks nothing but the OpenAI-compatible protocol, in llama-server's form of it:
     * {@code /v1/chat/completions}, {@code /v1/completions}, {@code /v1/models} and {@code /health}.
     */
    OPENAI;

    /** {@return the capabilities with an interface that no engine of this dialect has, whatever it was started for} */
    public Set<Capability> lacks() {
        return switch (this) {
            case LLAMA_CPP -> EnumSet.noneOf(Capability.class);
            case LLAMA_CPP_2024 -> EnumSet.of(Capability.CHAT_TEMPLATES);
            case OPENAI ->
                EnumSet.of(
                        Capability.TOKENIZATION,
                        Capability.CHAT_TEMPLATES,
                        Capability.EMBEDDINGS,
                        Capability.ENGINE_METRICS);
        };
    }

    /** {@return what an engine of this dialect tells} */
    public Set<TestEngine.Fact> tells() {
        return switch (this) {
            case LLAMA_CPP -> EnumSet.allOf(TestEngine.Fact.class);
            case LLAMA_CPP_2024 -> EnumSet.noneOf(TestEngine.Fact.class);
            // Its version stands in the events of an answer, which come after Started.
            case OPENAI -> EnumSet.of(TestEngine.Fact.MODEL);
        };
    }
}
