package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Real time. The timers ride on the one that {@link CompletableFuture} keeps for its own time-outs: it exists once in a
 * JVM, is a daemon, forgets cancelled entries at once, and belongs to no class loader of ours.
 */
public final class SystemTimeSource implements TimeSource {

    /** The only instance. */
    public static final TimeSource INSTANCE = new SystemTimeSource();

    private final Set<Timer> pending = ConcurrentHashMap.newKeySet();

    private SystemTimeSource() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        Timer timer = new Timer(task);
        pending.add(timer); // first of all, or it could be over before
        var unused = timer.thenRun(() -> begin(timer)); // before it is armed, or a delay of nothing would run it here
        var armed = timer.completeOnTimeout(null, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        return () -> {
            pending.remove(timer);
            armed.cancel(false);
        };
    }

    @Override
    public List<String> pending() {
        return pending.stream().map(timer -> timer.task.toString()).toList();
    }

    private void begin(Timer timer) {
        pending.remove(timer);
        timer.task.run();
    }

    private static final class Timer extends CompletableFuture<Void> {
        private final Runnable task;

        private Timer(Runnable task) {
            this.task = task;
        }
    }
}
