package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is to happen later to a replica, a task, or those who wait, and no more once that is over.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Timers {

    private final HostSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Later> waiting = new HashSet<>();
    private boolean closed;

    Timers(HostSettings settings) {
        this.settings = settings;
    }

    /** Does something later, on the executor. */
    TimeSource.Scheduled later(Duration delay, String what, Runnable task) {
        Later later = new Later(task);
        if (later.waits()) {
            later.timedBy(settings.later(delay, what, later::run));
        }
        return later;
    }

    /** Nothing of this happens any more. */
    void close() {
        Set<Later> left;
        lock.lock();
        try {
            closed = true;
            left = Set.copyOf(waiting);
        } finally {
            lock.unlock();
        }
        left.forEach(Later::cancel);
    }

    /** Something that is to happen; it may do so before whoever asks for it has the timer in hand. */
    private final class Later implements TimeSource.Scheduled {
        private final Runnable task;

        // Guarded by the lock.
        private boolean over;
        private TimeSource.@Nullable Scheduled timer;

        private Later(Runnable task) {
            this.task = task;
        }

        private boolean waits() {
            lock.lock();
            try {
                over = closed;
                return !closed && waiting.add(this);
            } finally {
                lock.unlock();
            }
        }

        private void timedBy(TimeSource.Scheduled set) {
            boolean tooLate;
            lock.lock();
            try {
                timer = set;
                tooLate = over;
            } finally {
                lock.unlock();
            }
            if (tooLate) {
                set.cancel();
            }
        }

        private void run() {
            if (end()) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            end();
            TimeSource.Scheduled armed;
            lock.lock();
            try {
                armed = timer;
            } finally {
                lock.unlock();
            }
            if (armed != null) {
                armed.cancel();
            }
        }

        private boolean end() {
            lock.lock();
            try {
                boolean first = !over;
                over = true;
                waiting.remove(this);
                return first;
            } finally {
                lock.unlock();
            }
        }
    }
}
