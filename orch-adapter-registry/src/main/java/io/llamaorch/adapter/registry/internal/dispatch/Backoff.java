package io.llamaorch.adapter.registry.internal.dispatch;

import io.llamaorch.adapter.registry.RetryPolicy;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a retry: by chance between nothing and a bound that doubles with each, so that those who failed
 * together do not come back together.
 *
 * <p>Thread safety: safe for concurrent use if its chance is.
 */
public final class Backoff {

    private static final int LONGEST_SHIFT = 30;

    private final long first;
    private final long longest;
    private final DoubleSupplier chance;

    /**
     * Makes the waits of a policy.
     *
     * @param policy the bounds
     * @param chance gives numbers from 0 to below 1
     */
    public Backoff(RetryPolicy policy, DoubleSupplier chance) {
        first = policy.firstBackoff().toNanos();
        longest = policy.longestBackoff().toNanos();
        this.chance = chance;
    }

    /**
     * Chooses a wait.
     *
     * @param retry which retry it is before, from 1
     * @return the wait
     */
    public Duration before(int retry) {
        return Duration.ofNanos((long) (bound(first, longest, retry) * chance.getAsDouble()));
    }

    /**
     * Doubles.
     *
     * @param first the first bound, in nanoseconds
     * @param longest no bound is above this
     * @param count which bound, from 1
     * @return the bound, in nanoseconds
     */
    public static long bound(long first, long longest, int count) {
        int doublings = Math.min(LONGEST_SHIFT, count - 1);
        return first > longest >> doublings ? longest : first << doublings;
    }
}
