package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen to one replica later, and no more once it has left.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Timers {

    private final HostSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<TimeSource.Scheduled> waiting = new HashSet<>();
    private boolean closed;

    Timers(HostSettings settings) {
        this.settings = settings;
    }

    /** Does something later, on the executor. */
    TimeSource.Scheduled later(Duration delay, String what, Runnable task) {
        AtomicReference<TimeSource.@Nullable Scheduled> self = new AtomicReference<>();
        TimeSource.Scheduled timer = settings.later(delay, what, () -> {
            forget(self.get());
            task.run();
        });
        TimeSource.Scheduled handle = () -> {
            forget(self.get());
            timer.cancel();
        };
        self.set(handle);
        boolean tooLate;
        lock.lock();
        try {
            tooLate = closed;
            if (!tooLate) {
                waiting.add(handle);
            }
        } finally {
            lock.unlock();
        }
        if (tooLate) {
            timer.cancel();
        }
        return handle;
    }

    /** Nothing of this happens any more. */
    void close() {
        Set<TimeSource.Scheduled> left;
        lock.lock();
        try {
            closed = true;
            left = Set.copyOf(waiting);
        } finally {
            lock.unlock();
        }
        left.forEach(TimeSource.Scheduled::cancel);
    }

    private void forget(TimeSource.@Nullable Scheduled handle) {
        lock.lock();
        try {
            waiting.remove(handle);
        } finally {
            lock.unlock();
        }
    }
}
