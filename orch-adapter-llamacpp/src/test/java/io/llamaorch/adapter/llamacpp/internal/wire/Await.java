package io.llamaorch.adapter.llamacpp.internal.wire;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waiting with an end. */
final class Await {

    /** How long a test waits for what must happen. */
    static final Duration MUST_HAPPEN = Duration.ofSeconds(20);

    private Await() {}

    static void latch(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("did not happen within " + MUST_HAPPEN);
        }
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + MUST_HAPPEN);
        }
        return next;
    }

    /** Checks at the end of a while that something has not happened. */
    static void notWithin(Duration patience, BooleanSupplier happened) throws InterruptedException {
        new CountDownLatch(1).await(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (happened.getAsBoolean()) {
            throw new AssertionError("happened within " + patience);
        }
    }

    /** The CPU time that the thread of this name has used. */
    static Duration cpuOf(String threadName) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(threadName))
                .map(thread -> Duration.ofNanos(threads.getThreadCpuTime(thread.getId())))
                .findFirst()
                .orElseThrow();
    }

    static void end(Thread thread) throws InterruptedException {
        thread.join(MUST_HAPPEN.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not end");
        }
    }
}
