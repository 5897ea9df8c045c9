package io.llamaorch.adapter.tck.internal.engine;

/** How a server speaks: which paths it knows, and what it makes of a request. */
interface Dialect {
    /** Answers a request; blocks while a completion waits for a slot. Never throws what the server would refuse. */
    Reply answer(Call call);

    /** Whether a path, without the engine's prefix, is one of completions. */
    default boolean completes(String path) {
        return path.endsWith("/completion") || path.endsWith("/completions");
    }

    /** The dialect that an engine's options name. */
    static Dialect of(EngineState engine) {
        return switch (engine.options().dialect()) {
            case LLAMA_CPP -> new LlamaDialect(engine);
            case LLAMA_CPP_2024 -> new Llama2024Dialect(engine);
            case OPENAI -> new OpenAiDialect(engine);
        };
    }
}
