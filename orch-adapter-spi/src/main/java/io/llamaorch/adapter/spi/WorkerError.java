package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.OneLine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure, as one value: the code decides, the message explains to a person what happened, to which replica, and what
 * to do (ERR-02).
 *
 * <p>Thread safety: immutable.
 */
public final class WorkerError {

    /** The longest excerpt of an engine's words that is kept, in characters. */
    public static final int EXCERPT_LIMIT = 512;

    private final ErrorCode code;
    private final String message;
    private final boolean repeatable;
    private final @Nullable Duration retryAfter;
    private final String engine;
    private final String replica;
    private final int tokensDelivered;
    private final Usage usage;
    private final String excerpt;
    private final @Nullable Throwable cause;

    private WorkerError(Builder builder) {
        code = builder.code;
        message = builder.message;
        tokensDelivered = builder.tokensDelivered;
        repeatable = builder.retriable;
        retryAfter = builder.retryAfter;
        engine = builder.engine;
        replica = builder.replica;
        usage = builder.usage;
        excerpt = builder.excerpt;
        cause = builder.cause;
    }

    /**
     * Makes an error of which only code and message are known.
     *
     * @param code what kind of failure it is
     * @param message what happened and what to do, in one line; control characters become spaces
     * @return the error
     */
    public static WorkerError of(ErrorCode code, String message) {
        return builder(code, message).build();
    }

    /**
     * Begins an error.
     *
     * @param code what kind of failure it is
     * @param message what happened and what to do, in one line; control characters become spaces
     * @return a builder
     */
    public static Builder builder(ErrorCode code, String message) {
        return new Builder(code, message);
    }

    /** {@return a builder that holds this error's values} */
    public Builder toBuilder() {
        Builder builder = new Builder(code, message);
        builder.retriable = repeatable;
        builder.retryAfter = retryAfter;
        builder.engine = engine;
        builder.replica = replica;
        builder.tokensDelivered = tokensDelivered;
        builder.usage = usage;
        builder.excerpt = excerpt;
        builder.cause = cause;
        return builder;
    }

    /** {@return what kind of failure it is} */
    public ErrorCode code() {
        return code;
    }

    /** {@return what happened and what to do, in one line that ends with the place where the code is described} */
    public String message() {
        return message + " (" + code.anchor() + ")";
    }

    /** {@return whether the same task may be sent again: never once a token was delivered} */
    public boolean retriable() {
        return repeatable && tokensDelivered == 0;
    }

    /** {@return how long the engine or the host asks to wait before the next try} */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** {@return the engine's name, or an empty string where none was involved} */
    public String engine() {
        return engine;
    }

    /** {@return the replica's id, or an empty string where none was involved} */
    public String replica() {
        return replica;
    }

    /** {@return how many pieces of text the stream carried before it failed} */
    public int tokensDelivered() {
        return tokensDelivered;
    }

    /** {@return the engine's count so far} */
    public Usage usage() {
        return usage;
    }

    /**
     * {@return what the engine said, without control characters and at most {@value #EXCERPT_LIMIT} characters of it;
     * empty if nothing}
     */
    public String excerpt() {
        return excerpt;
    }

    /** {@return the exception behind the failure} */
    public Optional<Throwable> cause() {
        return Optional.ofNullable(cause);
    }

    @Override
    public String toString() {
        return code + ": " + message();
    }

    /**
     * Collects the values of a {@link WorkerError}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final ErrorCode code;
        private final String message;
        private boolean retriable;
        private @Nullable Duration retryAfter;
        private String engine = "";
        private String replica = "";
        private int tokensDelivered;
        private Usage usage = Usage.UNKNOWN;
        private String excerpt = "";
        private @Nullable Throwable cause;

        private Builder(ErrorCode code, String message) {
            this.code = Objects.requireNonNull(code, "code");
            this.message = OneLine.of(message);
            this.retriable = code.retriable();
        }

        /**
         * Overrides what the code says about repeating.
         *
         * @param retriable whether the task may be sent again while no token was delivered
         * @return this
         */
        public Builder retriable(boolean retriable) {
            this.retriable = retriable;
            return this;
        }

        /**
         * Sets how long to wait before the next try.
         *
         * @param retryAfter the wait, not negative
         * @return this
         */
        public Builder retryAfter(Duration retryAfter) {
            if (retryAfter.isNegative()) {
                throw new IllegalArgumentException("retryAfter is negative: " + retryAfter);
            }
            this.retryAfter = retryAfter;
            return this;
        }

        /**
         * Sets the engine.
         *
         * @param engine the engine's name, such as {@code llamacpp}
         * @return this
         */
        public Builder engine(String engine) {
            this.engine = Objects.requireNonNull(engine, "engine");
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
         * Sets how far the stream had come; above zero, the error is not retriable.
         *
         * @param tokensDelivered pieces of text, 0 or more
         * @return this
         */
        public Builder tokensDelivered(int tokensDelivered) {
            if (tokensDelivered < 0) {
                throw new IllegalArgumentException("tokensDelivered is negative: " + tokensDelivered);
            }
            this.tokensDelivered = tokensDelivered;
            return this;
        }

        /**
         * Sets the engine's count so far.
         *
         * @param usage the usage
         * @return this
         */
        public Builder usage(Usage usage) {
            this.usage = Objects.requireNonNull(usage, "usage");
            return this;
        }

        /**
         * Sets what the engine said; control characters become spaces and the rest of a long text is cut off.
         *
         * @param said the engine's words, already without secrets
         * @return this
         */
        public Builder excerpt(String said) {
            int end = Math.min(said.length(), EXCERPT_LIMIT);
            if (end < said.length() && Character.isHighSurrogate(said.charAt(end - 1))) {
                end--;
            }
            this.excerpt = OneLine.of(said.substring(0, end)).strip();
            return this;
        }

        /**
         * Sets the exception behind the failure.
         *
         * @param cause the exception
         * @return this
         */
        public Builder cause(Throwable cause) {
            this.cause = Objects.requireNonNull(cause, "cause");
            return this;
        }

        /** {@return the error} */
        public WorkerError build() {
            return new WorkerError(this);
        }
    }
}
