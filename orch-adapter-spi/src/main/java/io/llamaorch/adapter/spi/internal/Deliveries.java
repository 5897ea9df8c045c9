package io.llamaorch.adapter.spi.internal;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where subscribers that may block are called when nobody supplied an executor: virtual threads where the JVM has them,
 * else daemon threads, at most {@value #MOST_THREADS} in the JVM, that go away when they are not needed.
 */
public final class Deliveries {

    private static final int MOST_THREADS = 256;
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

    /** Starts a thread only if none is idle, and makes tasks wait only if there are as many as there may be. */
    static ThreadPoolExecutor pool() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                0,
                MOST_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new IdleThreadsFirst(),
                task -> {
                    Thread thread = new Thread(null, task, NAME + "-" + number.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    return thread;
                },
                Deliveries::makeWait);
    }

    private static void makeWait(Runnable task, ThreadPoolExecutor pool) {
        ((IdleThreadsFirst) pool.getQueue()).put(task);
        if (pool.getPoolSize() == 0) {
            pool.execute(() -> {}); // all went away meanwhile: this starts one, which finds the task
        }
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
