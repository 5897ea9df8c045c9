package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that stands still until it is told to advance, and then runs what is due on the thread that tells it. It
 * begins one second before its count overflows, so that arithmetic that does not survive that is seen.
 */
public final class ManualTime implements TimeSource {

    private static final Runnable NOTHING = () -> {};

    private final PriorityQueue<Task> tasks = new PriorityQueue<>(
            Comparator.<Task>comparingLong(task -> task.due).thenComparingLong(task -> task.number));
    private final long origin = Long.MAX_VALUE - 1_000_000_000L;
    private long passed;
    private long number;
    private Runnable atNextLook = NOTHING;

    /** A clock that stands still. */
    public ManualTime() {}

    @Override
    public long nanoTime() {
        Runnable hook;
        synchronized (this) {
            hook = atNextLook;
            atNextLook = NOTHING;
        }
        long seen = now();
        hook.run();
        return seen;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Task entry = new Task(passed + Math.max(0, delay.toNanos()), number++, task);
        tasks.add(entry);
        return () -> {
            synchronized (this) {
                tasks.remove(entry);
            }
        };
    }

    /** Lets time pass; what is due runs in the order of its time. */
    public void advance(Duration duration) {
        long until;
        synchronized (this) {
            until = passed + duration.toNanos();
        }
        Task task = nextUntil(until);
        while (task != null) {
            task.action.run();
            task = nextUntil(until);
        }
        synchronized (this) {
            passed = until;
        }
    }

    /** How many tasks wait for their time. */
    public synchronized int pending() {
        return tasks.size();
    }

    /** Runs something once, just after the next reading of this clock was made: a thread that overtakes there. */
    public synchronized void atNextLook(Runnable hook) {
        atNextLook = hook;
    }

    private synchronized long now() {
        return origin + passed;
    }

    private synchronized Task nextUntil(long until) {
        Task task = tasks.peek();
        if (task == null || task.due > until) {
            return null;
        }
        passed = Math.max(passed, task.due);
        return tasks.poll();
    }

    private record Task(long due, long number, Runnable action) {}
}
