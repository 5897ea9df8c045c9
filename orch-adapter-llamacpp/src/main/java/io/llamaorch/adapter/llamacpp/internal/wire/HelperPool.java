package io.llamaorch.adapter.llamacpp.internal.wire;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A few threads for what the JDK can only do blocking, or what takes so long that other streams would notice. The
 * threads come when they are needed and go when they are idle.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class HelperPool implements Executor, AutoCloseable {

    private static final int THREADS = 4;
    private static final int WAITING = 1024;
    private static final int IDLE_SECONDS = 5;

    private final ThreadPoolExecutor pool;

    /** Makes a pool whose threads have this name and a number; starts none yet. */
    HelperPool(String name) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(null, task, name + "-" + number.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Has a thread of the pool run this.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the pool is full or closed
     */
    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Lets the threads go; one that hangs in the system stays until the system gives up. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
