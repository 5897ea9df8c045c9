package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A clock that a test moves by hand; what is due runs on the test's thread. */
public final class ManualTime implements TimeSource {

    private record Entry(long due, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
    private long now = Long.MAX_VALUE - 1_000_000_000L; // overflows soon, as System.nanoTime() may

    /** A clock that stands still. */
    public ManualTime() {}

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Entry entry = new Entry(now + Math.max(0, delay.toNanos()), task);
        entries.add(entry);
        notifyAll();
        return () -> remove(entry);
    }

    private synchronized void remove(Entry entry) {
        entries.removeIf(candidate -> candidate == entry);
    }

    /** How many tasks wait for their time. */
    public synchronized int waiting() {
        return entries.size();
    }

    /** Waits until a task with this delay from now is scheduled. */
    public synchronized void awaitTimer(Duration delay) throws InterruptedException {
        long end = System.nanoTime() + Await.MUST_HAPPEN.toNanos();
        while (entries.stream().noneMatch(entry -> entry.due - now == delay.toNanos())) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("no timer of " + delay);
            }
            wait(100);
        }
    }

    /** Lets time pass; what is due runs in the order of its time. */
    public void advance(Duration by) {
        long until = nanoTime() + by.toNanos();
        for (Optional<Entry> due = nextUntil(until); due.isPresent(); due = nextUntil(until)) {
            due.get().task.run();
        }
        synchronized (this) {
            now = until;
        }
    }

    private synchronized Optional<Entry> nextUntil(long until) {
        Optional<Entry> next = entries.stream()
                .filter(entry -> entry.due - until <= 0)
                .min(Comparator.comparingLong(entry -> entry.due - now));
        next.ifPresent(entry -> {
            entries.remove(entry);
            now = entry.due - now > 0 ? entry.due : now;
        });
        return next;
    }
}
