package io.llamaorch.adapter.spi;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is known at the end of a stream besides reason, usage and timings.
 *
 * <p>Thread safety: immutable.
 */
public final class EndDetails {

    /** Nothing more is known. */
    public static final EndDetails NONE = builder().build();

    private final @Nullable CancelCause cancelCause;
    private final @Nullable String stopString;
    private final int slot;
    private final boolean truncated;
    private final @Nullable Fingerprint fingerprint;

    private EndDetails(Builder builder) {
        cancelCause = builder.cancelCause;
        stopString = builder.stopString;
        slot = builder.slot;
        truncated = builder.truncated;
        fingerprint = builder.fingerprint;
    }

    /** {@return a builder that knows nothing yet} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return what cancelled the stream, if its reason is {@link StopReason#CANCELLED}} */
    public Optional<CancelCause> cancelCause() {
        return Optional.ofNullable(cancelCause);
    }

    /** {@return the stop string that came up, if its reason is {@link StopReason#STOP_STRING} and the engine tells} */
    public Optional<String> stopString() {
        return Optional.ofNullable(stopString);
    }

    /** {@return the engine's slot in which the task ran} */
    public OptionalInt slot() {
        return slot < 0 ? OptionalInt.empty() : OptionalInt.of(slot);
    }

    /** {@return whether the engine says that it cut the prompt or the answer to fit its context} */
    public boolean truncated() {
        return truncated;
    }

    /** {@return what the answer depended on besides the prompt} */
    public Optional<Fingerprint> fingerprint() {
        return Optional.ofNullable(fingerprint);
    }

    @Override
    public String toString() {
        return "slot " + (slot < 0 ? "unknown" : slot)
                + (truncated ? ", truncated" : "")
                + (cancelCause == null ? "" : ", by " + cancelCause);
    }

    /**
     * Collects the values of {@link EndDetails}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private @Nullable CancelCause cancelCause;
        private @Nullable String stopString;
        private int slot = -1;
        private boolean truncated;
        private @Nullable Fingerprint fingerprint;

        private Builder() {}

        /**
         * Sets what cancelled the stream.
         *
         * @param cancelCause the cause
         * @return this
         */
        public Builder cancelCause(CancelCause cancelCause) {
            this.cancelCause = Objects.requireNonNull(cancelCause, "cancelCause");
            return this;
        }

        /**
         * Sets the stop string that came up.
         *
         * @param stopString one of the task's
         * @return this
         */
        public Builder stopString(String stopString) {
            this.stopString = Objects.requireNonNull(stopString, "stopString");
            return this;
        }

        /**
         * Sets the slot.
         *
         * @param slot the engine's number; negative for unknown
         * @return this
         */
        public Builder slot(int slot) {
            this.slot = slot;
            return this;
        }

        /**
         * Sets whether something was cut to fit the context.
         *
         * @param truncated what the engine says
         * @return this
         */
        public Builder truncated(boolean truncated) {
            this.truncated = truncated;
            return this;
        }

        /**
         * Sets the fingerprint.
         *
         * @param fingerprint what the answer depended on
         * @return this
         */
        public Builder fingerprint(Fingerprint fingerprint) {
            this.fingerprint = Objects.requireNonNull(fingerprint, "fingerprint");
            return this;
        }

        /** {@return the details} */
        public EndDetails build() {
            return new EndDetails(this);
        }
    }
}
