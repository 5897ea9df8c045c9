package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that stands until it is told to go on; timers run on the thread that tells it. */
final class ManualTime implements TimeSource {

    private record Timer(long at, Runnable task) {}

    private final List<Timer> timers = new ArrayList<>();
    private long now;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(now + Math.max(0, delay.toNanos()), task);
        timers.add(timer);
        return () -> remove(timer);
    }

    /** How many timers are set. */
    synchronized int timers() {
        return timers.size();
    }

    /** Lets time pass, and runs each timer at its time. */
    void pass(Duration time) {
        long end = nanoTime() + time.toNanos();
        for (Timer next = next(end); next != null; next = next(end)) {
            next.task().run();
        }
    }

    private synchronized void remove(Timer timer) {
        timers.removeIf(other -> other == timer);
    }

    private synchronized Timer next(long end) {
        Timer next = timers.stream()
                .filter(timer -> timer.at() <= end)
                .min(Comparator.comparingLong(Timer::at))
                .orElse(null);
        if (next == null) {
            now = end;
        } else {
            now = Math.max(now, next.at());
            remove(next);
        }
        return next;
    }
}
