package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that a test moves by hand; what is due runs on the test's thread. */
final class ManualTime implements TimeSource {

    private record Entry(long due, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now = 1L << 62; // far from zero, as System.nanoTime() may be

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Entry entry = new Entry(now + delay.toNanos(), task);
        entries.add(entry);
        notifyAll();
        return () -> remove(entry);
    }

    private synchronized void remove(Entry entry) {
        entries.removeIf(candidate -> candidate == entry);
    }

    synchronized int waiting() {
        return entries.size();
    }

    /** Waits until a task with this delay from now is scheduled. */
    synchronized void awaitTimer(Duration delay) throws InterruptedException {
        long end = System.nanoTime() + Await.MUST_HAPPEN.toNanos();
        while (entries.stream().noneMatch(entry -> entry.due - now == delay.toNanos())) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no timer of " + delay);
            }
            wait(100);
        }
    }

    void advance(Duration by) {
        List<Entry> due;
        synchronized (this) {
            now += by.toNanos();
            due = entries.stream()
                    .filter(entry -> entry.due - now <= 0)
                    .sorted(Comparator.comparingLong(Entry::due))
                    .toList();
            entries.removeAll(due);
        }
        due.forEach(entry -> entry.task.run());
    }
}
