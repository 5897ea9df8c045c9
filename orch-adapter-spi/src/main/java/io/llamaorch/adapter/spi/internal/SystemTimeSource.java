package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Real time. The timers ride on the one that {@link CompletableFuture} keeps for its own time-outs: it exists once in a
 * JVM, is a daemon, forgets cancelled entries at once, and belongs to no class loader of ours.
 */
public final class SystemTimeSource implements TimeSource {

    /** The only instance; it has no state. */
    public static final TimeSource INSTANCE = new SystemTimeSource();

    private SystemTimeSource() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        CompletableFuture<Void> timer = new CompletableFuture<>();
        var unused = timer.thenRun(task); // first, so that a delay of nothing does not run the task on this thread
        var armed = timer.completeOnTimeout(null, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        return () -> armed.cancel(false);
    }
}
