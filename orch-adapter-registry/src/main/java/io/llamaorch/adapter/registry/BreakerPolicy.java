package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Limits;
import java.time.Duration;

/**
 * When a replica gets no more work because tasks fail on it, and when it is tried again (DSP-06). Only failures that are
 * the replica's fault count.
 *
 * <p>Thread safety: immutable.
 */
public final class BreakerPolicy {

    /** What a host does unless it is told otherwise. */
    public static final BreakerPolicy DEFAULT = builder().build();

    private final int failures;
    private final int window;
    private final Duration openFor;

    private BreakerPolicy(Builder builder) {
        failures = builder.failures;
        window = builder.window;
        openFor = builder.openFor;
    }

    /** {@return a builder that holds the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.failures = failures;
        builder.window = window;
        builder.openFor = openFor;
        return builder;
    }

    /** {@return how many of the latest tasks must have failed} */
    public int failures() {
        return failures;
    }

    /** {@return how many of the latest tasks are looked at} */
    public int window() {
        return window;
    }

    /** {@return how long the replica gets no work before it is tried with one task} */
    public Duration openFor() {
        return openFor;
    }

    /**
     * Collects the values of a {@link BreakerPolicy}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private int failures = 5;
        private int window = 10;
        private Duration openFor = Duration.ofSeconds(10);

        private Builder() {}

        /**
         * Sets how many of the latest tasks must have failed; without this, 5.
         *
         * @param failures 1 or more
         * @return this
         */
        public Builder failures(int failures) {
            this.failures = Limits.range("failures", failures, 1, 10_000);
            return this;
        }

        /**
         * Sets how many of the latest tasks are looked at; without this, 10.
         *
         * @param window 1 or more, and not less than the failures when it is built
         * @return this
         */
        public Builder window(int window) {
            this.window = Limits.range("window", window, 1, 10_000);
            return this;
        }

        /**
         * Sets how long the replica gets no work before it is tried with one task; without this, 10 s.
         *
         * @param openFor above zero
         * @return this
         */
        public Builder openFor(Duration openFor) {
            this.openFor = Limits.positive("openFor", openFor);
            return this;
        }

        /**
         * Makes the policy.
         *
         * @return the policy
         * @throws IllegalArgumentException if the window is smaller than the failures
         */
        public BreakerPolicy build() {
            if (failures > window) {
                throw new IllegalArgumentException("failures is " + failures + " of a window of " + window
                        + ": so many cannot come; make the window larger");
            }
            return new BreakerPolicy(this);
        }
    }
}
