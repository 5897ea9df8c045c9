package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The one place where these tests wait by looking again: a process of its own tells nobody when it is ready. It looks
 * every 10 ms, so a wait is over soon after the fact, and gives up at a limit that only a broken engine reaches.
 */
final class Await {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Await() {}

    /** Blocks until the condition holds; false when it did not within the limit. An interrupt ends the wait at once. */
    static boolean holds(Duration limit, BooleanSupplier condition) {
        return holds(limit, PAUSE, condition);
    }

    /** The same, looking only so often: llama-server notices less of its clients while it is asked for its slots. */
    static boolean holds(Duration limit, Duration pause, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Patience.scaled(limit).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("interrupted while waiting for llama-server");
            }
            LockSupport.parkNanos(pause.toNanos());
        }
        return true;
    }
}
