package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;

/** What one completion sounds like: its events in a stream, or its answer in one piece. */
interface Speech {
    /** The event for one generated token; empty if the token is passed over in silence. */
    byte[] tokenEvent(Generation generation, Generation.Step step);

    /** The event for a part of the prompt that is evaluated. */
    byte[] progressEvent(Generation generation, int processed, double millis);

    /** The event that ends a text. */
    byte[] lastEvent(Generation generation);

    /** What is said after the last event of a stream that went well; empty for nothing. */
    default byte[] farewell() {
        return new byte[0];
    }

    /** An error inside a stream. */
    byte[] errorEvent(EngineError error);

    /** The answer to a request that does not stream. */
    Object whole(Generation generation);

    /** One event of one line. */
    static byte[] event(String field, Object value) {
        return event(field, Json.write(value));
    }

    /** One event of one line whose value is written already. */
    static byte[] event(String field, byte[] value) {
        byte[] name = (field + ": ").getBytes(StandardCharsets.UTF_8);
        byte[] event = new byte[name.length + value.length + 2];
        System.arraycopy(name, 0, event, 0, name.length);
        System.arraycopy(value, 0, event, name.length, value.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }
}
