package io.llamaorch.adapter.tck;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The two times that tests wait: for what must happen, which is generous and costs nothing when it does happen, and for
 * what must not happen, which is short and always spent. Both scale by the system property {@value #FACTOR_PROPERTY}.
 *
 * <p>Thread safety: immutable.
 */
public final class Patience {

    /** The system property that scales all waits: 2 for a machine that is half as fast. */
    public static final String FACTOR_PROPERTY = "orch.time-factor";

    private static final Duration MUST_HAPPEN = Duration.ofSeconds(20);
    private static final Duration MUST_NOT_HAPPEN = Duration.ofMillis(150);
    private static final long LOOK_EVERY_NANOS = 500_000;

    private Patience() {}

    /** {@return how long to wait for what must happen} */
    public static Duration mustHappen() {
        return scaled(MUST_HAPPEN);
    }

    /** {@return how long to wait for what must not happen} */
    public static Duration mustNotHappen() {
        return scaled(MUST_NOT_HAPPEN);
    }

    /**
     * Scales a time of a test's own.
     *
     * @param time on a machine as fast as most
     * @return the time on this one
     * @throws IllegalArgumentException if the property is set to something that is no number above 0
     */
    public static Duration scaled(Duration time) {
        String factor = System.getProperty(FACTOR_PROPERTY, "1");
        try {
            double by = Double.parseDouble(factor);
            if (by > 0 && by <= 1000) {
                return Duration.ofNanos((long) (time.toNanos() * by));
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(complaint(factor), e);
        }
        throw new IllegalArgumentException(complaint(factor));
    }

    private static String complaint(String factor) {
        return FACTOR_PROPERTY + " must be a number above 0 and up to 1000, not '" + factor + "'";
    }

    /**
     * Waits for a stage that must complete.
     *
     * @param stage the stage
     * @param <T> what it gives
     * @return what it gave
     * @throws AssertionError if it does not complete in time
     * @throws ExecutionException if it fails
     * @throws InterruptedException if the thread is interrupted
     */
    public static <T> T get(CompletionStage<T> stage) throws ExecutionException, InterruptedException {
        try {
            return stage.toCompletableFuture().get(mustHappen().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not completed within " + mustHappen() + ": " + stage, e);
        }
    }

    /**
     * Waits for a stage that must fail.
     *
     * @param stage the stage
     * @return why it failed
     * @throws AssertionError if it completes, or does neither in time
     * @throws InterruptedException if the thread is interrupted
     */
    public static Throwable failure(CompletionStage<?> stage) throws InterruptedException {
        Object value;
        try {
            value = get(stage);
        } catch (ExecutionException e) {
            return e.getCause() == null ? e : e.getCause();
        }
        throw new AssertionError("it should have failed, and completed with " + value);
    }

    /**
     * Waits for what comes next through a queue.
     *
     * @param queue the queue
     * @param <T> what comes
     * @return what came
     * @throws AssertionError if nothing comes in time
     * @throws InterruptedException if the thread is interrupted
     */
    public static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(mustHappen().toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            throw new AssertionError("nothing came within " + mustHappen());
        }
        return next;
    }

    /**
     * Waits for a latch that must open.
     *
     * @param latch the latch
     * @throws AssertionError if it does not open in time
     * @throws InterruptedException if the thread is interrupted
     */
    public static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(mustHappen().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("not opened within " + mustHappen() + ": " + latch);
        }
    }

    /**
     * Waits for a thread that must end.
     *
     * @param thread the thread
     * @throws AssertionError if it does not end in time
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static void end(Thread thread) throws InterruptedException {
        thread.join(mustHappen().toMillis());
        if (thread.isAlive()) {
            throw new AssertionError("not ended within " + mustHappen() + ": " + thread);
        }
    }

    /**
     * Waits for what must happen and has no better way to be waited for.
     *
     * @param what it is, for the failure
     * @param happened looked at again and again; must be quick
     * @throws AssertionError if it does not happen in time
     */
    public static void await(String what, BooleanSupplier happened) {
        if (!within(mustHappen(), happened)) {
            throw new AssertionError("did not happen within " + mustHappen() + ": " + what);
        }
    }

    /**
     * Waits a while for what must not happen.
     *
     * @param what it is, for the failure
     * @param happened looked at again and again; must be quick
     * @throws AssertionError if it happens
     */
    public static void awaitNot(String what, BooleanSupplier happened) {
        if (within(mustNotHappen(), happened)) {
            throw new AssertionError("happened: " + what);
        }
    }

    /**
     * Waits at most so long.
     *
     * @param atMost how long, not scaled any more
     * @param happened looked at again and again; must be quick
     * @return whether it happened; an interrupt ends the wait
     */
    public static boolean within(Duration atMost, BooleanSupplier happened) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() - end > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        return true;
    }
}
