package io.llamaorch.adapter.llamacpp.internal.wire;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
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
    private static final int IDLE_SECONDS = 5;

    private final ThreadPoolExecutor pool;

    /** Makes a pool whose threads have this name and a number, and for which so many tasks may wait; starts none yet. */
    HelperPool(String name, int waiting) {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(waiting), task -> {
                    Thread thread = new Thread(null, task, name + "-" + number.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Has a thread of the pool run this.
     *
     * @throws RejectedExecutionException if the pool is full or closed, or the system gives no thread
     */
    @Override
    public void execute(Runnable task) {
        try {
            pool.execute(task);
        } catch (OutOfMemoryError e) {
            throw new RejectedExecutionException("this system has no thread to give", e);
        }
    }

    /** Lets the threads go; one that hangs in the system stays until the system gives up. */
    @Override
    public void close() {
        pool.shutdownNow();
    }
}
