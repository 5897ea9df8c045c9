package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.Limits;
import java.time.Duration;

/**
 * How a pool takes in work for which no place is free: it waits in a bounded queue, or is refused with
 * {@link io.llamaorch.adapter.spi.ErrorCode#ADMISSION_REJECT} (DSP-03).
 *
 * <p>Thread safety: immutable.
 */
public final class AdmissionPolicy {

    /** What a host does unless it is told otherwise. */
    public static final AdmissionPolicy DEFAULT = builder().build();

    private final int queueCapacity;
    private final Duration ageing;
    private final Duration longestWait;
    private final Duration unreadyWait;
    private final Duration quarantine;

    private AdmissionPolicy(Builder builder) {
        queueCapacity = builder.queueCapacity;
        ageing = builder.ageing;
        longestWait = builder.longestWait;
        unreadyWait = builder.unreadyWait;
        quarantine = builder.quarantine;
    }

    /** {@return a builder that holds the defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.queueCapacity = queueCapacity;
        builder.ageing = ageing;
        builder.longestWait = longestWait;
        builder.unreadyWait = unreadyWait;
        builder.quarantine = quarantine;
        return builder;
    }

    /** {@return how many tasks may wait in one pool at once; those that are tried again wait beside them} */
    public int queueCapacity() {
        return queueCapacity;
    }

    /** {@return by how long an interactive task may come later than a batch task and still go before it} */
    public Duration ageing() {
        return ageing;
    }

    /** {@return how long a task may wait for a place} */
    public Duration longestWait() {
        return longestWait;
    }

    /** {@return how long a task goes on waiting while no replica is ready that could serve it} */
    public Duration unreadyWait() {
        return unreadyWait;
    }

    /** {@return how long a place stays taken after a stream that may have left its request at the engine} */
    public Duration quarantine() {
        return quarantine;
    }

    /**
     * Collects the values of an {@link AdmissionPolicy}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private int queueCapacity = 1000;
        private Duration ageing = Duration.ofSeconds(30);
        private Duration longestWait = Duration.ofMinutes(2);
        private Duration unreadyWait = Duration.ofSeconds(20);
        private Duration quarantine = Duration.ofSeconds(30);

        private Builder() {}

        /**
         * Sets how many tasks may wait in one pool at once; without this, 1,000.
         *
         * @param queueCapacity 0 or more; 0 refuses what cannot run at once
         * @return this
         */
        public Builder queueCapacity(int queueCapacity) {
            this.queueCapacity = Limits.range("queueCapacity", queueCapacity, 0, 1_000_000);
            return this;
        }

        /**
         * Sets by how long an interactive task may come later than a batch task and still go before it: so long is a batch task overtaken, and then no more; without this, 30 s.
         *
         * @param ageing above zero
         * @return this
         */
        public Builder ageing(Duration ageing) {
            this.ageing = Limits.positive("ageing", ageing);
            return this;
        }

        /**
         * Sets how long a task may wait for a place, if its deadline is not earlier; without this, 2 minutes.
         *
         * @param longestWait above zero
         * @return this
         */
        public Builder longestWait(Duration longestWait) {
            this.longestWait = Limits.positive("longestWait", longestWait);
            return this;
        }

        /**
         * Sets how long a task goes on waiting while no replica is ready that could serve it; without this, 20 s, in which a replica can restart. Those that come meanwhile are refused at once.
         *
         * @param unreadyWait above zero
         * @return this
         */
        public Builder unreadyWait(Duration unreadyWait) {
            this.unreadyWait = Limits.positive("unreadyWait", unreadyWait);
            return this;
        }

        /**
         * Sets how long a place stays taken after a cancel, a cut or a time limit, if nothing proves that the engine has let go; without this, 30 s.
         *
         * @param quarantine above zero
         * @return this
         */
        public Builder quarantine(Duration quarantine) {
            this.quarantine = Limits.positive("quarantine", quarantine);
            return this;
        }

        /** {@return the policy} */
        public AdmissionPolicy build() {
            return new AdmissionPolicy(this);
        }
    }
}
