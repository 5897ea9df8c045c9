package io.llamaorch.adapter.registry.internal.host;

import java.util.concurrent.ThreadLocalRandom;

/** Names for tasks whose callers gave none (OBS-02): visible ASCII, told apart by 64 bits of chance. */
public final class CorrelationIds {

    private CorrelationIds() {}

    /** {@return a new one} */
    public static String next() {
        return "c-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    }
}
