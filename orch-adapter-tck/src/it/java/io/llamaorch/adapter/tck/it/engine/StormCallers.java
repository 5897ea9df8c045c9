package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Callers who have as many tasks under way as they may for as long as a storm lasts, and leave some of them.
 *
 * <p>Thread safety: calls must be serial.
 */
final class StormCallers {
    private static final int CALLERS = 4;
    private static final long BREATH = 1_000_000;

    private final AdapterHost host;
    private final Runnable beforeEach;
    private final int atOnce;
    private final Queue<StormTask> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private interface Work {
        void run() throws InterruptedException;
    }

    /**
     * Nobody calls yet.
     *
     * @param host who is called
     * @param beforeEach what is done before each call
     * @param atOnce how many tasks are under way
     */
    StormCallers(AdapterHost host, Runnable beforeEach, int atOnce) {
        this.host = host;
        this.beforeEach = beforeEach;
        this.atOnce = atOnce;
    }

    /** Calls for so long, and blocks until every task has ended; gives all tasks that there were. */
    List<StormTask> call(long seed, Duration time) throws InterruptedException {
        List<Thread> callers = new ArrayList<>();
        long end = System.nanoTime() + time.toNanos();
        for (int i = 0; i < CALLERS; i++) {
            SplittableRandom random = new SplittableRandom(seed - 1 - i);
            callers.add(started("caller-" + i, () -> call(random, end)));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertNull(failure.get(), () -> "seed " + seed + ": " + failure.get());
        Patience.await(
                "every task has ended",
                () -> tasks.stream().allMatch(task -> task.over().isDone()));
        return List.copyOf(tasks);
    }

    private void call(SplittableRandom random, long end) throws InterruptedException {
        Semaphore mayCall = new Semaphore(atOnce / CALLERS);
        StormTask last = null;
        for (int i = 0; System.nanoTime() - end < 0 && failure.get() == null; i++) {
            assertTrue(
                    mayCall.tryAcquire(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS), "no task ends any more");
            beforeEach.run();
            String job = Thread.currentThread().getName() + "-" + i;
            int leavesAfter = random.nextInt(20) == 0 ? 1 + random.nextInt(StormTask.TOKENS) : StormTask.STAYS;
            StormTask task = StormTask.submit(host, StormTask.request(job), leavesAfter);
            tasks.add(task);
            switch (random.nextInt(40)) {
                case 0 -> task.cancel();
                case 1 -> {
                    if (last != null) {
                        last.cancel(); // while it waits, evaluates or speaks, or between two attempts
                    }
                }
                default -> {
                    // most stay
                }
            }
            task.over().whenComplete((ended, thrown) -> mayCall.release());
            if (task.over().isDone()) {
                LockSupport.parkNanos(BREATH); // refused at once: nobody calls again without a breath
            }
            last = task;
        }
    }

    private Thread started(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.start();
        return thread;
    }
}
