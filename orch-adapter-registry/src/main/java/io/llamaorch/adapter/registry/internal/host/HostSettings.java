package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;

/**
 * What all parts of a host share.
 *
 * @param time the clock
 * @param executor where others' code is called that may block
 * @param policies how the host behaves
 * @param announcements who hears of it
 * @param chance gives numbers from 0 to below 1, for jitter
 */
public record HostSettings(
        TimeSource time, Executor executor, Policies policies, Announcements announcements, DoubleSupplier chance) {

    /** Runs what may call others' code, or an adapter, on the executor. */
    void handOver(Runnable task) {
        Handover.run(executor, task);
    }

    /** Calls something on the executor, later. */
    TimeSource.Scheduled later(Duration delay, String what, Runnable task) {
        return time.schedule(delay, new Runnable() {
            @Override
            public void run() {
                handOver(task);
            }

            @Override
            public String toString() {
                return what;
            }
        });
    }
}
