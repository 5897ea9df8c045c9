package io.llamaorch.adapter.spi.internal;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Where subscribers that may block are called when nobody supplied an executor: one pool for all streams of this JVM. */
public final class Deliveries {

    private static final String NAME = "orch-delivery";
    private static final Duration IDLE = Duration.ofSeconds(2);

    private static final Executor SHARED = pool();

    private Deliveries() {}

    /** {@return the executor that all streams of this JVM share unless they are given another} */
    public static Executor shared() {
        return SHARED;
    }

    /**
     * Guards an executor that may be shut down while streams still use it. What it took before that, it must run.
     *
     * @param executor the executor
     * @return an executor that falls back to {@link #shared()}
     */
    static Executor orShared(Executor executor) {
        if (executor == SHARED) {
            return executor;
        }
        return task -> {
            try {
                executor.execute(task);
            } catch (RuntimeException e) { // it is shut down, or broken
                SHARED.execute(task);
            }
        };
    }

    private static DeliveryPool pool() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory platform = task -> SharedThreads.platform(task, NAME + "-" + number.incrementAndGet());
        int few = Math.max(2, Runtime.getRuntime().availableProcessors());
        ThreadFactory more =
                VirtualThreads.factory(NAME).map(SharedThreads::neutral).orElse(platform);
        return new DeliveryPool(few, platform, more, IDLE, SystemTimeSource.INSTANCE);
    }
}
