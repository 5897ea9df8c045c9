package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.SystemTimeSource;
import java.time.Duration;
import java.util.List;

/**
 * Where an adapter takes its time from: a monotonic clock and a way to be called later. Everything in this project that
 * waits, waits on one of these, so that its tests need not.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface TimeSource {

    /** {@return nanoseconds on a monotonic scale with an arbitrary origin; only differences mean something} */
    long nanoTime();

    /**
     * Calls a task once, later; never within this call, and never blocks.
     *
     * @param delay how long to wait; zero or negative means as soon as possible
     * @param task what to call, on a thread of the time source; it must be short and must not block, and what it throws
     *     is lost; its {@code toString} should tell what it is for, see {@link #pending}
     * @return a handle that takes the task back
     */
    Scheduled schedule(Duration delay, Runnable task);

    /**
     * Tells what waits for its time, so that a test can name what was left behind. Never blocks.
     *
     * @return what the tasks that have neither begun nor been taken back say of themselves by {@code toString}; empty
     *     also if this time source does not know
     */
    default List<String> pending() {
        return List.of();
    }

    /** {@return the JVM's clock, and timers on one daemon thread of the JVM's own, which comes and goes: nothing to close} */
    static TimeSource system() {
        return SystemTimeSource.INSTANCE;
    }

    /**
     * A task that waits for its time.
     *
     * <p>Thread safety: safe for concurrent use.
     */
    interface Scheduled {

        /** Takes the task back if it has not begun; does nothing otherwise. Never blocks. */
        void cancel();
    }
}
