package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A few threads for all subscribers, and more of them as soon as a task has waited for {@link #PATIENCE}. To wake a thread
 * is what a delivery costs, and a few that are busy already need no waking. But subscribers may block, so their number has
 * no limit: with one, as many subscribers would hold up all the others (FLW-06). Threads that are not needed go away.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class DeliveryPool implements Executor {

    /** A task that has waited for so long waits for subscribers that block. */
    static final Duration PATIENCE = Duration.ofMillis(10);

    /** By how much the number of threads grows at a time, so that a thousand blocked ones are found in 50 ms. */
    private static final int GROWTH = 4;

    /** What the thread at hand notes. */
    private static final ThreadLocal<AtomicInteger> SINCE = new ThreadLocal<>();

    private final int few;
    private final TimeSource time;
    private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    private final Workers workers;
    private final AtomicLong submitted = new AtomicLong();
    private final AtomicBoolean watched = new AtomicBoolean();

    /** How many tasks there had been at the last look; of the thread that watches. */
    private volatile long submittedBefore;

    /**
     * Makes a pool without threads yet.
     *
     * @param few how many threads there are as long as nobody blocks
     * @param first makes these
     * @param more makes all others
     * @param idle how long a thread without work stays
     * @param time tells when a task has waited too long
     */
    DeliveryPool(int few, ThreadFactory first, ThreadFactory more, Duration idle, TimeSource time) {
        this.few = few;
        this.time = time;
        this.workers = new Workers(few, task -> (threads() < few ? first : more).newThread(task), idle);
    }

    int threads() {
        return workers.getPoolSize();
    }

    @Override
    public void execute(Runnable task) {
        submitted.incrementAndGet();
        try {
            workers.execute(task);
        } catch (OutOfMemoryError noThread) {
            if (threads() == 0) {
                throw noThread;
            }
            waiting.add(task);
            workers.prestartCoreThread(); // if all went away meanwhile
        }
        if (!waiting.isEmpty()) {
            watch();
        }
    }

    private void watch() {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            submittedBefore = submitted.get();
            lookLater();
        }
    }

    private void lookLater() {
        time.schedule(PATIENCE, new Runnable() {
            @Override
            public void run() {
                look();
            }

            @Override
            public String toString() {
                return "look at subscribers that block";
            }
        });
    }

    private void look() {
        boolean goOn = true;
        try {
            int left = waiting.size();
            boolean oneWaitedTooLong = left > 0 && submitted.get() - left < submittedBefore;
            submittedBefore = submitted.get();
            int blocked = workers.blocked();
            if (oneWaitedTooLong) {
                workers.resize(Math.max(blocked + few, threads() + Math.min(left, (GROWTH - 1) * threads())));
            } else if (left == 0) {
                workers.resize(blocked + few);
                goOn = blocked > 0;
            }
        } catch (OutOfMemoryError noThread) {
            goOn = true; // the tasks wait for the threads that there are
        }
        if (goOn) {
            lookLater();
        } else {
            watched.set(false);
            if (!waiting.isEmpty()) {
                watch();
            }
        }
    }

    /** The threads. Each notes since which look it has been at its task, and so shows whether it is blocked. */
    private final class Workers extends ThreadPoolExecutor {

        private static final int IDLE = -1;

        private final Set<AtomicInteger> atWork = ConcurrentHashMap.newKeySet();
        private volatile int looks;

        Workers(int few, ThreadFactory threads, Duration idle) {
            super(few, few, idle.toNanos(), TimeUnit.NANOSECONDS, waiting, threads);
            allowCoreThreadTimeOut(true);
            setThreadFactory(work -> threads.newThread(() -> {
                AtomicInteger own = new AtomicInteger(IDLE);
                SINCE.set(own);
                atWork.add(own);
                try {
                    work.run();
                } finally {
                    atWork.remove(own);
                }
            }));
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            SINCE.get().set(looks);
        }

        @Override
        protected void afterExecute(Runnable task, Throwable thrown) {
            SINCE.get().lazySet(IDLE);
        }

        /** Looks, and says how many have been at their task since the look before the last one. */
        int blocked() {
            int last = looks & Integer.MAX_VALUE;
            looks = (last + 1) & Integer.MAX_VALUE;
            return (int) atWork.stream()
                    .mapToInt(AtomicInteger::get)
                    .filter(look -> look != IDLE && look != last)
                    .count();
        }

        /** Starts threads for tasks that wait, and has new ones for those to come; lets go of those that idle. */
        void resize(int size) {
            if (size > getMaximumPoolSize()) {
                setMaximumPoolSize(size);
            }
            setCorePoolSize(size);
            setMaximumPoolSize(size);
        }
    }
}
