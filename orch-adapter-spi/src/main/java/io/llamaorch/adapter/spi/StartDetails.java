package io.llamaorch.adapter.spi;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known when a task starts besides job, engine and model.
 *
 * <p>Thread safety: immutable.
 */
public final class StartDetails {

    /** Nothing more is known. */
    public static final StartDetails NONE = builder().build();

    private final @Nullable String engineVersion;
    private final String replica;
    private final boolean cacheCold;
    private final @Nullable Fingerprint fingerprint;

    private StartDetails(Builder builder) {
        engineVersion = builder.engineVersion;
        replica = builder.replica;
        cacheCold = builder.cacheCold;
        fingerprint = builder.fingerprint;
    }

    /** {@return a builder that knows nothing yet} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.engineVersion = engineVersion;
        builder.replica = replica;
        builder.cacheCold = cacheCold;
        builder.fingerprint = fingerprint;
        return builder;
    }

    /** {@return the engine's version in its own words, where it was known in time} */
    public Optional<String> engineVersion() {
        return Optional.ofNullable(engineVersion);
    }

    /** {@return the replica that took the task; empty for an adapter that was given no name for it} */
    public String replica() {
        return replica;
    }

    /** {@return whether the task's session had to move away from the replica that holds its cache (DSP-04)} */
    public boolean cacheCold() {
        return cacheCold;
    }

    /** {@return what the answer will depend on besides the prompt} */
    public Optional<Fingerprint> fingerprint() {
        return Optional.ofNullable(fingerprint);
    }

    @Override
    public String toString() {
        return "version " + engineVersion + ", replica " + replica + (cacheCold ? ", cache cold" : "");
    }

    /**
     * Collects the values of {@link StartDetails}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private @Nullable String engineVersion;
        private String replica = "";
        private boolean cacheCold;
        private @Nullable Fingerprint fingerprint;

        private Builder() {}

        /**
         * Sets the engine's version.
         *
         * @param engineVersion in the engine's own words
         * @return this
         */
        public Builder engineVersion(String engineVersion) {
            this.engineVersion = Objects.requireNonNull(engineVersion, "engineVersion");
            return this;
        }

        /**
         * Sets the replica.
         *
         * @param replica the replica's id
         * @return this
         */
        public Builder replica(String replica) {
            this.replica = Objects.requireNonNull(replica, "replica");
            return this;
        }

        /**
         * Sets whether the session's cache is elsewhere.
         *
         * @param cacheCold true if the session moved
         * @return this
         */
        public Builder cacheCold(boolean cacheCold) {
            this.cacheCold = cacheCold;
            return this;
        }

        /**
         * Sets the fingerprint.
         *
         * @param fingerprint what the answer will depend on
         * @return this
         */
        public Builder fingerprint(Fingerprint fingerprint) {
            this.fingerprint = Objects.requireNonNull(fingerprint, "fingerprint");
            return this;
        }

        /** {@return the details} */
        public StartDetails build() {
            return new StartDetails(this);
        }
    }
}
