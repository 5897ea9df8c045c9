package io.llamaorch.adapter.llamacpp.internal.wire;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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

    static void end(Thread thread) throws InterruptedException {
        thread.join(MUST_HAPPEN.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not end");
        }
    }
}
