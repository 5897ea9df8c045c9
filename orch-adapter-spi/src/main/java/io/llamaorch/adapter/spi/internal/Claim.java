package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TokenEvent;

/** Who receives a stream. */
interface Claim {

    /** Something changed: an event waits, the stream ended, or what waits is to be dropped. Never blocks. */
    void signal();

    /** Hands an event over at once if that is possible now, nothing waits before it, and it may run here. */
    default boolean deliverNow(TokenEvent event) {
        return false;
    }

    /**
     * Calls back when no token is being handed over and none can be from now on: here if that is so already.
     *
     * @param quiet must not block
     */
    void whenQuiet(Runnable quiet);
}
