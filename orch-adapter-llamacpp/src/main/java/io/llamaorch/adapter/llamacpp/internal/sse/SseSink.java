package io.llamaorch.adapter.llamacpp.internal.sse;

/** Hears the events of a stream. Calls are serial; an exception goes to the caller of {@link SseDecoder#feed}. */
public interface SseSink {

    /**
     * A part of the current event's data. Parts come as they were read: they end anywhere, also inside a character.
     *
     * @param bytes holds the part; valid until {@link #keep} is called, or {@link #event} has returned
     * @param from where the part begins
     * @param to where it ends
     */
    void data(byte[] bytes, int from, int to);

    /** The current event is not whole, and the bytes of its parts are no longer valid when this has returned. */
    void keep();

    /**
     * The current event is whole: its empty line was read.
     *
     * @param error whether the data came in a field named {@code error}, as servers before late 2025 send failures
     * @return whether to go on; false ends the decoding, and what follows is ignored
     */
    boolean event(boolean error);
}
