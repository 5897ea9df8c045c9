package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that a test moves by hand; what is due runs on the test's thread. */
final class ManualTime implements TimeSource {

    private record Entry(long due, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1_000_000_000L; // wraps within a second, as System.nanoTime() may

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Entry entry = new Entry(now + delay.toNanos(), task);
        entries.add(entry);
        return () -> remove(entry);
    }

    private synchronized void remove(Entry entry) {
        entries.removeIf(candidate -> candidate == entry);
    }

    /** How many timers have neither run nor been taken back. */
    synchronized int waiting() {
        return entries.size();
    }

    void advance(Duration by) {
        List<Entry> due;
        synchronized (this) {
            now += by.toNanos();
            due = entries.stream()
                    .filter(entry -> entry.due - now <= 0)
                    .sorted(Comparator.comparingLong(entry -> entry.due - now))
                    .toList();
            entries.removeAll(due);
        }
        due.forEach(entry -> entry.task.run());
    }
}
