package io.llamaorch.adapter.spi.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where subscribers that may block are called when nobody supplied an executor: virtual threads where the JVM has good
 * ones, else daemon threads that go away when they are not needed. Their number has no limit, for with one a few hundred
 * subscribers that block would hold up all the others (FLW-06); it is that of the subscribers that are busy at once.
 */
public final class Deliveries {

    private static final int IDLE_SECONDS = 2;
    private static final String NAME = "orch-delivery";

    private static final Executor SHARED = VirtualThreads.executor(NAME).orElseGet(Deliveries::pool);

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

    private static ThreadPoolExecutor pool() {
        AtomicInteger number = new AtomicInteger();
        return pool(task -> {
            Thread thread = new Thread(null, task, NAME + "-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts a thread only if none is idle, and makes tasks wait only if the system has no more threads to give. */
    static ThreadPoolExecutor pool(ThreadFactory threads) {
        IdleThreadsFirst queue = new IdleThreadsFirst();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, queue, threads) {
            @Override
            public void execute(Runnable task) {
                try {
                    super.execute(task);
                } catch (OutOfMemoryError noThread) {
                    if (getPoolSize() == 0) {
                        throw noThread;
                    }
                    queue.put(task);
                    if (getPoolSize() == 0) {
                        super.execute(() -> {}); // all went away meanwhile: this starts one, which finds the task
                    }
                }
            }
        };
    }

    /** A queue that refuses what no idle thread is waiting for, which makes the pool start a thread. */
    private static final class IdleThreadsFirst extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }
}
