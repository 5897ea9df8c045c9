package io.llamaorch.adapter.tck.internal.engine;

/** How a generation of the server speaks: which paths it knows and what its answers look like. */
interface Dialect {
    /** Answers a request; blocks while a completion waits for a slot. Never throws what the server would refuse. */
    Reply answer(Call call);

    /** The event for one generated token. */
    byte[] tokenEvent(Generation generation, Generation.Step step);

    /** The event for a part of the prompt that is evaluated. */
    byte[] progressEvent(Generation generation, int processed, double millis);

    /** The event that ends a stream. */
    byte[] lastEvent(Generation generation);

    /** An error inside a stream. */
    byte[] errorEvent(EngineError error);
}
