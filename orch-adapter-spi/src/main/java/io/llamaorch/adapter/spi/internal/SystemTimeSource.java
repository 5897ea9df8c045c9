package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Real time. All timers of this JVM share one daemon thread, which goes away when none has been waiting for a while. It is
 * woken only for a timer that comes before all others; the JDK's own shared timers wake their thread each time from JDK 25
 * on. While timers wait, the thread looks around once a second, so that a timer of more than that never comes before all
 * others, not even where one stream follows another: to set it and to take it back costs a stream next to nothing.
 */
public final class SystemTimeSource implements TimeSource {

    /** The only instance. */
    public static final TimeSource INSTANCE = new SystemTimeSource();

    private static final int IDLE_SECONDS = 2;

    private static final int ROUND_SECONDS = 1;

    private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, SystemTimeSource::thread);

    private final Set<Timer> pending = ConcurrentHashMap.newKeySet();

    /** Whether the thread will look around by itself. */
    private final AtomicBoolean onRounds = new AtomicBoolean();

    private SystemTimeSource() {
        timers.setRemoveOnCancelPolicy(true);
        timers.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        long nanos = delay.toNanos();
        Timer timer = new Timer(task);
        pending.add(timer); // first of all, or it could be over before
        goOnRounds();
        Future<?> armed = timers.schedule(timer, nanos, TimeUnit.NANOSECONDS);
        return () -> {
            pending.remove(timer);
            armed.cancel(false);
        };
    }

    @Override
    public List<String> pending() {
        return pending.stream().map(timer -> timer.task.toString()).toList();
    }

    /** Sees to it that the thread looks around by itself; does nothing if it will. */
    private void goOnRounds() {
        if (!onRounds.get() && onRounds.compareAndSet(false, true)) {
            var unused = timers.schedule(this::lookAround, ROUND_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void lookAround() {
        onRounds.set(false);
        if (!pending.isEmpty()) {
            goOnRounds();
        }
    }

    private final class Timer implements Runnable {
        private final Runnable task;

        private Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            pending.remove(this);
            task.run();
        }
    }

    private static Thread thread(Runnable work) {
        return SharedThreads.platform(work, "orch-timer");
    }
}
