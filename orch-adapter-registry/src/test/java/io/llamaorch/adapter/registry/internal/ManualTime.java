package io.llamaorch.adapter.registry.internal;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that moves when a test says so; what is due runs on the test's thread. */
final class ManualTime implements TimeSource {

    private final List<Timer> timers = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos(); // soon wraps, as a real one may

    private record Timer(long due, Runnable task) {}

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(now + delay.toNanos(), task);
        timers.add(timer);
        return () -> cancel(timer);
    }

    synchronized int timers() {
        return timers.size();
    }

    void advance(Duration by) {
        List<Timer> due;
        synchronized (this) {
            now += by.toNanos();
            due = timers.stream()
                    .filter(timer -> timer.due - now <= 0)
                    .sorted(Comparator.comparingLong(timer -> timer.due - now))
                    .toList();
            timers.removeAll(due);
        }
        due.forEach(timer -> timer.task.run());
    }

    private synchronized void cancel(Timer timer) {
        timers.removeIf(waiting -> waiting == timer);
    }
}
