package io.llamaorch.adapter.llamacpp;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Waiting with an end. */
public final class Await {

    /** How long a test waits for what must happen. */
    public static final Duration MUST_HAPPEN = Duration.ofSeconds(20);

    /** How long a test watches that something does not happen. */
    private static final Duration MUST_NOT_HAPPEN = Duration.ofMillis(300);

    private Await() {}

    /** What the stage completes with. */
    public static <T> T stage(CompletionStage<T> stage) throws InterruptedException, ExecutionException {
        try {
            return stage.toCompletableFuture().get(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the stage did not complete within " + MUST_HAPPEN, e);
        }
    }

    /** What the stage fails with. */
    public static Throwable failure(CompletionStage<?> stage) throws InterruptedException {
        try {
            throw new AssertionError("the stage completed with " + stage(stage));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    public static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + MUST_HAPPEN);
        }
        return next;
    }

    public static void latch(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("did not happen within " + MUST_HAPPEN);
        }
    }

    /** Checks at the end of a while that something has not happened. */
    public static void never(BooleanSupplier happened) throws InterruptedException {
        new CountDownLatch(1).await(MUST_NOT_HAPPEN.toMillis(), TimeUnit.MILLISECONDS);
        if (happened.getAsBoolean()) {
            throw new AssertionError("happened within " + MUST_NOT_HAPPEN);
        }
    }

    /** A question that may fail. */
    public interface Check {
        boolean holds() throws Exception;
    }

    /** Looks again and again until this holds. */
    public static void until(Check check) throws Exception {
        long end = System.nanoTime() + MUST_HAPPEN.toNanos();
        while (!check.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not happen within " + MUST_HAPPEN);
            }
            Thread.onSpinWait();
        }
    }

    public static void end(Thread thread) throws InterruptedException {
        thread.join(MUST_HAPPEN.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not end");
        }
    }
}
