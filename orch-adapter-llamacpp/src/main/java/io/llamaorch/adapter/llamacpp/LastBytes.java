package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;

/** When any stream last received bytes from the engine: what tells a busy engine from a dead one (HLT-03). */
final class LastBytes {

    private final TimeSource time;
    private final long recent;
    private volatile boolean ever;
    private volatile long last;

    LastBytes(TimeSource time, Duration recent) {
        this.time = time;
        this.recent = recent.toNanos();
    }

    void came() {
        last = time.nanoTime();
        ever = true;
    }

    boolean isRecent() {
        return ever && time.nanoTime() - last < recent;
    }
}
