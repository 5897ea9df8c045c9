package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A clock that stands still until it is told to advance, and then runs what is due, in the order of its time, on the
 * thread that tells it. It begins one second before its count overflows, so that arithmetic that does not survive that
 * is seen.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ManualTime implements TimeSource {

    /** What waits on any of these clocks. It is the one thing they share, for what was left behind is found by it. */
    private static final Set<Timer> WAITING = ConcurrentHashMap.newKeySet();

    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.due).thenComparingLong(timer -> timer.number));
    private final long origin = Long.MAX_VALUE - 1_000_000_000L;
    private long passed;
    private long number;
    private @Nullable Runnable atNextLook;

    /** Makes a clock that stands still. */
    public ManualTime() {}

    /** A timer that waits; told apart from its likes by what it is, not by what it says. */
    static final class Timer {
        private final long due;
        private final long number;
        private final Runnable task;

        private Timer(long due, long number, Runnable task) {
            this.due = due;
            this.number = number;
            this.task = task;
        }

        @Override
        public String toString() {
            return task.toString();
        }
    }

    /** All that waits on all clocks of this kind. */
    static Set<Timer> waitingOnAny() {
        return Set.copyOf(WAITING);
    }

    @Override
    public long nanoTime() {
        Runnable hook;
        long seen;
        synchronized (this) {
            hook = atNextLook;
            atNextLook = null;
            seen = origin + passed;
        }
        if (hook != null) {
            hook.run();
        }
        return seen;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(passed + Math.max(0, delay.toNanos()), number++, task);
        timers.add(timer);
        WAITING.add(timer);
        notifyAll();
        return () -> remove(timer);
    }

    private synchronized void remove(Timer timer) {
        timers.remove(timer);
        WAITING.remove(timer);
    }

    /**
     * Lets time pass. Each timer that becomes due runs on this thread, at its time; timers that it sets run too if they
     * become due.
     *
     * @param by how much
     */
    public void advance(Duration by) {
        long until;
        synchronized (this) {
            until = passed + by.toNanos();
        }
        for (Timer due = nextUntil(until); due != null; due = nextUntil(until)) {
            due.task.run();
        }
        synchronized (this) {
            passed = Math.max(passed, until);
        }
    }

    private synchronized @Nullable Timer nextUntil(long until) {
        Timer next = timers.peek();
        if (next == null || next.due > until) {
            return null;
        }
        passed = Math.max(passed, next.due);
        remove(next);
        return next;
    }

    /** {@return how many timers have neither run nor been taken back} */
    public synchronized int waiting() {
        return timers.size();
    }

    /** {@return the timers that have neither run nor been taken back, by what they call, the next one first} */
    @Override
    public synchronized List<String> pending() {
        List<Timer> sorted = new ArrayList<>(timers);
        sorted.sort(timers.comparator());
        return sorted.stream()
                .map(timer -> timer.task + " in " + Duration.ofNanos(timer.due - passed))
                .toList();
    }

    /**
     * Waits until a timer with this delay from now is set.
     *
     * @param delay from now to when it is due
     * @throws InterruptedException if the thread is interrupted
     */
    public synchronized void awaitTimer(Duration delay) throws InterruptedException {
        long end = System.nanoTime() + Patience.mustHappen().toNanos();
        while (timers.stream().noneMatch(timer -> timer.due - passed == delay.toNanos())) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("no timer of " + delay + ", only " + pending());
            }
            wait(Math.max(1, left / 1_000_000));
        }
    }

    /**
     * Runs something once, just after the next reading of this clock was made: a thread that overtakes there.
     *
     * @param hook what to run, on the thread that reads the clock
     */
    public synchronized void atNextLook(Runnable hook) {
        atNextLook = hook;
    }
}
