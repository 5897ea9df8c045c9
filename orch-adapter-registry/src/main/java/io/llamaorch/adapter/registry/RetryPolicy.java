package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Limits;
import java.time.Duration;

/**
 * What a host does about a failure that may be repeated: it tries again, elsewhere if it can, as long as no token was
 * delivered (DSP-05). The wait before each further attempt is chosen by chance between zero and a bound that doubles
 * ("full jitter").
 *
 * <p>A budget for each pool keeps retries from becoming a storm: each task adds {@link #budget} of a retry to it, a retry
 * takes one, and {@link #reserve} of them are there from the start.
 *
 * <p>Thread safety: immutable.
 */
public final class RetryPolicy {

    /** What a host does unless it is told otherwise. */
    public static final RetryPolicy DEFAULT = builder().build();

    private final int attempts;
    private final Duration firstBackoff;
    private final Duration longestBackoff;
    private final Duration retryAfterCeiling;
    private final double budget;
    private final int reserve;

    private RetryPolicy(Builder builder) {
        attempts = builder.attempts;
        firstBackoff = builder.firstBackoff;
        longestBackoff = builder.longestBackoff;
        retryAfterCeiling = builder.retryAfterCeiling;
        budget = builder.budget;
        reserve = builder.reserve;
    }

    /** {@return a builder that holds the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.attempts = attempts;
        builder.firstBackoff = firstBackoff;
        builder.longestBackoff = longestBackoff;
        builder.retryAfterCeiling = retryAfterCeiling;
        builder.budget = budget;
        builder.reserve = reserve;
        return builder;
    }

    /** {@return how often a task is tried at most, the first attempt included} */
    public int attempts() {
        return attempts;
    }

    /** {@return the longest wait before the second attempt} */
    public Duration firstBackoff() {
        return firstBackoff;
    }

    /** {@return the longest wait before any attempt} */
    public Duration longestBackoff() {
        return longestBackoff;
    }

    /** {@return how long an engine that asks to be left alone is left alone at most} */
    public Duration retryAfterCeiling() {
        return retryAfterCeiling;
    }

    /** {@return how much of a retry each task adds to the budget of its pool} */
    public double budget() {
        return budget;
    }

    /** {@return how many retries a pool has before any task came, and how few it saves at least} */
    public int reserve() {
        return reserve;
    }

    /**
     * Collects the values of a {@link RetryPolicy}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private int attempts = 3;
        private Duration firstBackoff = Duration.ofMillis(100);
        private Duration longestBackoff = Duration.ofSeconds(5);
        private Duration retryAfterCeiling = Duration.ofSeconds(30);
        private double budget = 0.2;
        private int reserve = 10;

        private Builder() {}

        /**
         * Sets how often a task is tried at most, the first attempt included; without this, 3.
         *
         * @param attempts 1 or more; 1 repeats nothing
         * @return this
         */
        public Builder attempts(int attempts) {
            this.attempts = Limits.range("attempts", attempts, 1, 100);
            return this;
        }

        /**
         * Sets the longest wait before the second attempt; it doubles for each further one; without this, 100 ms.
         *
         * @param firstBackoff above zero
         * @return this
         */
        public Builder firstBackoff(Duration firstBackoff) {
            this.firstBackoff = Limits.positive("firstBackoff", firstBackoff);
            return this;
        }

        /**
         * Sets the longest wait before any attempt; without this, 5 s.
         *
         * @param longestBackoff above zero
         * @return this
         */
        public Builder longestBackoff(Duration longestBackoff) {
            this.longestBackoff = Limits.positive("longestBackoff", longestBackoff);
            return this;
        }

        /**
         * Sets how long an engine that asks to be left alone (its retry-after) is left alone at most; without this, 30 s.
         *
         * @param retryAfterCeiling above zero
         * @return this
         */
        public Builder retryAfterCeiling(Duration retryAfterCeiling) {
            this.retryAfterCeiling = Limits.positive("retryAfterCeiling", retryAfterCeiling);
            return this;
        }

        /**
         * Sets how much of a retry each task adds to the budget of its pool; without this, 0.2.
         *
         * @param budget 0 to 1
         * @return this
         */
        public Builder budget(double budget) {
            this.budget = Limits.fraction("budget", budget);
            return this;
        }

        /**
         * Sets how many retries a pool has before any task came; without this, 10.
         *
         * @param reserve 0 or more
         * @return this
         */
        public Builder reserve(int reserve) {
            this.reserve = Limits.range("reserve", reserve, 0, 1_000_000);
            return this;
        }

        /** {@return the policy} */
        public RetryPolicy build() {
            return new RetryPolicy(this);
        }
    }
}
