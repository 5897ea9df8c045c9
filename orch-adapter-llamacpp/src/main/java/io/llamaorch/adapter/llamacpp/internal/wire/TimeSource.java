package io.llamaorch.adapter.llamacpp.internal.wire;

import java.time.Duration;

/** Stands in for the SPI's type of the same name and shape. */
public interface TimeSource {

    /** {@return nanoseconds on a monotonic scale with an arbitrary origin} */
    long nanoTime();

    /**
     * Calls a task once, later, on a thread of the time source.
     *
     * @param delay how long to wait
     * @param task what to call; short, and must not block
     * @return a handle that takes the task back
     */
    Scheduled schedule(Duration delay, Runnable task);

    /** A task that waits for its time. */
    interface Scheduled {

        /** Takes the task back if it has not begun. */
        void cancel();
    }
}
