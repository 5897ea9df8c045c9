package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Limits;
import java.time.Duration;

/**
 * How a host looks after the health of its replicas (HLT-04). Looks cost no tokens, take no slot and wake nothing.
 *
 * <p>A refused connection, and an engine's own word that it is not ready, count at once; anything else by threshold.
 *
 * <p>Thread safety: immutable.
 */
public final class HealthPolicy {

    /** What a host does unless it is told otherwise. */
    public static final HealthPolicy DEFAULT = builder().build();

    private final Duration interval;
    private final double jitter;
    private final int failureThreshold;
    private final int successThreshold;
    private final Duration firstBackoff;
    private final Duration longestBackoff;

    private HealthPolicy(Builder builder) {
        interval = builder.interval;
        jitter = builder.jitter;
        failureThreshold = builder.failureThreshold;
        successThreshold = builder.successThreshold;
        firstBackoff = builder.firstBackoff;
        longestBackoff = builder.longestBackoff;
    }

    /** {@return a builder that holds the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.interval = interval;
        builder.jitter = jitter;
        builder.failureThreshold = failureThreshold;
        builder.successThreshold = successThreshold;
        builder.firstBackoff = firstBackoff;
        builder.longestBackoff = longestBackoff;
        return builder;
    }

    /** {@return the time between two looks at a replica that is ready} */
    public Duration interval() {
        return interval;
    }

    /** {@return by which part of it each interval is longer or shorter, by chance} */
    public double jitter() {
        return jitter;
    }

    /** {@return how many looks in a row must fail before the replica is not ready} */
    public int failureThreshold() {
        return failureThreshold;
    }

    /** {@return how many looks in a row must go well before it is ready again} */
    public int successThreshold() {
        return successThreshold;
    }

    /** {@return the time to the next look after a failed one} */
    public Duration firstBackoff() {
        return firstBackoff;
    }

    /** {@return the longest time between two looks at a replica that is not ready} */
    public Duration longestBackoff() {
        return longestBackoff;
    }

    /**
     * Collects the values of a {@link HealthPolicy}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private Duration interval = Duration.ofSeconds(10);
        private double jitter = 0.2;
        private int failureThreshold = 3;
        private int successThreshold = 1;
        private Duration firstBackoff = Duration.ofSeconds(1);
        private Duration longestBackoff = Duration.ofSeconds(15);

        private Builder() {}

        /**
         * Sets the time between two looks at a replica that is ready; without this, 10 s.
         *
         * @param interval above zero
         * @return this
         */
        public Builder interval(Duration interval) {
            this.interval = Limits.positive("interval", interval);
            return this;
        }

        /**
         * Sets by which part of it each interval is longer or shorter, by chance; without this, 0.2.
         *
         * @param jitter 0 to 1
         * @return this
         */
        public Builder jitter(double jitter) {
            this.jitter = Limits.fraction("jitter", jitter);
            return this;
        }

        /**
         * Sets how many looks in a row must fail before the replica is not ready; without this, 3.
         *
         * @param failureThreshold 1 or more
         * @return this
         */
        public Builder failureThreshold(int failureThreshold) {
            this.failureThreshold = Limits.range("failureThreshold", failureThreshold, 1, 1_000);
            return this;
        }

        /**
         * Sets how many looks in a row must go well before it is ready again; without this, 1.
         *
         * @param successThreshold 1 or more
         * @return this
         */
        public Builder successThreshold(int successThreshold) {
            this.successThreshold = Limits.range("successThreshold", successThreshold, 1, 1_000);
            return this;
        }

        /**
         * Sets the time to the next look after a failed one; it doubles with each that follows; without this, 1 s.
         *
         * @param firstBackoff above zero
         * @return this
         */
        public Builder firstBackoff(Duration firstBackoff) {
            this.firstBackoff = Limits.positive("firstBackoff", firstBackoff);
            return this;
        }

        /**
         * Sets the longest time between two looks at a replica that is not ready; without this, 15 s.
         *
         * @param longestBackoff above zero
         * @return this
         */
        public Builder longestBackoff(Duration longestBackoff) {
            this.longestBackoff = Limits.positive("longestBackoff", longestBackoff);
            return this;
        }

        /** {@return the policy} */
        public HealthPolicy build() {
            return new HealthPolicy(this);
        }
    }
}
