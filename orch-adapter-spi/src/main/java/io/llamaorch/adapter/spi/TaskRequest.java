package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One text-generation task, in no engine's terms.
 *
 * <p>Thread safety: immutable. {@code toString} never shows the prompt.
 */
public final class TaskRequest {

    /** The longest identifier (job, session, model, correlation), in characters. */
    public static final int MAX_ID_LENGTH = 512;

    private final Prompt prompt;
    private final String jobId;
    private final @Nullable String sessionId;
    private final String model;
    private final int maxTokens;
    private final Sampling sampling;
    private final @Nullable Constraint constraint;
    private final Determinism determinism;
    private final Priority priority;
    private final @Nullable Duration deadline;
    private final @Nullable String correlationId;
    private final @Nullable Pin pin;
    private final boolean progress;
    private final Map<String, Object> extras;

    private TaskRequest(Builder builder) {
        prompt = builder.prompt;
        jobId = builder.jobId == null ? "job-" + UUID.randomUUID() : builder.jobId;
        sessionId = builder.sessionId;
        model = builder.model;
        maxTokens = builder.maxTokens;
        sampling = builder.sampling.build();
        constraint = builder.constraint;
        determinism = builder.determinism;
        priority = builder.priority;
        deadline = builder.deadline;
        correlationId = builder.correlationId;
        pin = builder.pin;
        progress = builder.progress;
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(builder.extras));
    }

    /**
     * Begins a task with a text prompt.
     *
     * @param prompt the text, not empty
     * @return a builder
     */
    public static Builder builder(String prompt) {
        return new Builder(new Prompt.Text(prompt));
    }

    /**
     * Begins a task with any prompt.
     *
     * @param prompt the prompt
     * @return a builder
     */
    public static Builder builder(Prompt prompt) {
        return new Builder(prompt);
    }

    /** {@return a builder that holds this task's values, the job id included} */
    public Builder toBuilder() {
        Builder builder = new Builder(prompt);
        builder.jobId = jobId;
        builder.sessionId = sessionId;
        builder.model = model;
        builder.maxTokens = maxTokens;
        builder.sampling = sampling.toBuilder();
        builder.constraint = constraint;
        builder.determinism = determinism;
        builder.priority = priority;
        builder.deadline = deadline;
        builder.correlationId = correlationId;
        builder.pin = pin;
        builder.progress = progress;
        builder.extras.putAll(extras);
        return builder;
    }

    /** {@return what to continue or answer} */
    public Prompt prompt() {
        return prompt;
    }

    /** {@return the name by which this run of the task is known and cancelled} */
    public String jobId() {
        return jobId;
    }

    /** {@return the session whose cache the task would like to reuse} */
    public Optional<String> sessionId() {
        return Optional.ofNullable(sessionId);
    }

    /** {@return the model asked for; empty for whatever is served} */
    public String model() {
        return model;
    }

    /** {@return how many tokens at most; absent for as many as the engine likes} */
    public OptionalInt maxTokens() {
        return maxTokens < 0 ? OptionalInt.empty() : OptionalInt.of(maxTokens);
    }

    /** {@return how tokens are chosen} */
    public Sampling sampling() {
        return sampling;
    }

    /** {@return the form that the answer must have} */
    public Optional<Constraint> constraint() {
        return Optional.ofNullable(constraint);
    }

    /** {@return how firmly a repeatable answer is asked for} */
    public Determinism determinism() {
        return determinism;
    }

    /** {@return how urgent it is} */
    public Priority priority() {
        return priority;
    }

    /** {@return the whole time that the task may take, counted from {@code submit} (TIM-02)} */
    public Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    /** {@return the id that ties this task to its caller's logs} */
    public Optional<String> correlationId() {
        return Optional.ofNullable(correlationId);
    }

    /** {@return where it must run} */
    public Optional<Pin> pin() {
        return Optional.ofNullable(pin);
    }

    /** {@return whether the evaluation of the prompt is to be told as {@link TokenEvent.Progress} where the engine can} */
    public boolean progress() {
        return progress;
    }

    /** {@return engine parameters that the SPI has no name for; values are String, Long, Double or Boolean} */
    public Map<String, Object> extras() {
        return extras;
    }

    @Override
    public String toString() {
        return "TaskRequest[job " + jobId + ", " + prompt + ", model " + (model.isEmpty() ? "any" : model) + "]";
    }

    /**
     * Collects the values of a {@link TaskRequest}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final Prompt prompt;
        private @Nullable String jobId;
        private @Nullable String sessionId;
        private String model = "";
        private int maxTokens = -1;
        private Sampling.Builder sampling = Sampling.builder();
        private @Nullable Constraint constraint;
        private Determinism determinism = Determinism.BEST_EFFORT;
        private Priority priority = Priority.INTERACTIVE;
        private @Nullable Duration deadline;
        private @Nullable String correlationId;
        private @Nullable Pin pin;
        private boolean progress;
        private final Map<String, Object> extras = new LinkedHashMap<>();

        private Builder(Prompt prompt) {
            this.prompt = Objects.requireNonNull(prompt, "prompt");
        }

        /**
         * Names the job; without this a name is made.
         *
         * @param jobId 1 to {@value TaskRequest#MAX_ID_LENGTH} characters, no control characters
         * @return this
         */
        public Builder jobId(String jobId) {
            this.jobId = checkId("jobId", jobId);
            return this;
        }

        /**
         * Names the session.
         *
         * @param sessionId 1 to {@value TaskRequest#MAX_ID_LENGTH} characters, no control characters
         * @return this
         */
        public Builder sessionId(String sessionId) {
            this.sessionId = checkId("sessionId", sessionId);
            return this;
        }

        /**
         * Names the model.
         *
         * @param model an alias, id or file name of the model; empty for whatever is served
         * @return this
         */
        public Builder model(String model) {
            this.model = model.isEmpty() ? model : checkId("model", model);
            return this;
        }

        /**
         * Sets how many tokens at most.
         *
         * @param maxTokens 1 or more; leave it out for as many as the engine likes
         * @return this
         */
        public Builder maxTokens(int maxTokens) {
            if (maxTokens < 1) {
                throw new IllegalArgumentException("maxTokens is " + maxTokens
                        + ": it must be 1 or more; leave it out for as many as the engine likes");
            }
            this.maxTokens = maxTokens;
            return this;
        }

        /**
         * Sets all of the sampling at once; later calls of the short forms below change single values of it.
         *
         * @param sampling how tokens are chosen
         * @return this
         */
        public Builder sampling(Sampling sampling) {
            this.sampling = sampling.toBuilder();
            return this;
        }

        /**
         * Sets the temperature, see {@link Sampling.Builder#temperature(double)}.
         *
         * @param temperature 0 or more
         * @return this
         */
        public Builder temperature(double temperature) {
            sampling.temperature(temperature);
            return this;
        }

        /**
         * Sets top-p, see {@link Sampling.Builder#topP(double)}.
         *
         * @param topP 0 to 1
         * @return this
         */
        public Builder topP(double topP) {
            sampling.topP(topP);
            return this;
        }

        /**
         * Sets the seed, see {@link Sampling.Builder#seed(long)}.
         *
         * @param seed 0 to {@link Sampling.Builder#MAX_SEED}
         * @return this
         */
        public Builder seed(long seed) {
            sampling.seed(seed);
            return this;
        }

        /**
         * Sets the stop strings, see {@link Sampling.Builder#stop(List)}.
         *
         * @param stop the texts, none of them empty
         * @return this
         */
        public Builder stop(String... stop) {
            sampling.stop(List.of(stop));
            return this;
        }

        /**
         * Sets the form that the answer must have.
         *
         * @param constraint the form
         * @return this
         */
        public Builder constraint(Constraint constraint) {
            this.constraint = Objects.requireNonNull(constraint, "constraint");
            return this;
        }

        /**
         * Sets how firmly a repeatable answer is asked for.
         *
         * @param determinism the level
         * @return this
         */
        public Builder determinism(Determinism determinism) {
            this.determinism = Objects.requireNonNull(determinism, "determinism");
            return this;
        }

        /**
         * Sets the urgency.
         *
         * @param priority the priority
         * @return this
         */
        public Builder priority(Priority priority) {
            this.priority = Objects.requireNonNull(priority, "priority");
            return this;
        }

        /**
         * Sets the whole time that the task may take, counted from {@code submit}.
         *
         * @param deadline above zero
         * @return this
         */
        public Builder deadline(Duration deadline) {
            if (deadline.isNegative() || deadline.isZero()) {
                throw new IllegalArgumentException("deadline is " + deadline + ": it must be above zero");
            }
            this.deadline = deadline;
            return this;
        }

        /**
         * Sets the id that ties the task to its caller's logs.
         *
         * @param correlationId 1 to {@value TaskRequest#MAX_ID_LENGTH} characters, no control characters
         * @return this
         */
        public Builder correlationId(String correlationId) {
            this.correlationId = checkId("correlationId", correlationId);
            return this;
        }

        /**
         * Sets where it must run.
         *
         * @param pin the place
         * @return this
         */
        public Builder pin(Pin pin) {
            this.pin = Objects.requireNonNull(pin, "pin");
            return this;
        }

        /**
         * Sets whether the evaluation of the prompt is to be told as {@link TokenEvent.Progress}. This is a wish: an engine
         * that has no {@link Capability#PROGRESS} takes the task all the same and tells none.
         *
         * @param progress true to be told; false at first
         * @return this
         */
        public Builder progress(boolean progress) {
            this.progress = progress;
            return this;
        }

        /**
         * Sets an engine parameter that the SPI has no name for. An adapter refuses names that it owns itself (SEC-04).
         *
         * @param name the engine's name for it
         * @param value the value
         * @return this
         */
        public Builder extra(String name, String value) {
            return putExtra(name, value);
        }

        /**
         * Sets an engine parameter that the SPI has no name for.
         *
         * @param name the engine's name for it
         * @param value the value
         * @return this
         */
        public Builder extra(String name, long value) {
            return putExtra(name, value);
        }

        /**
         * Sets an engine parameter that the SPI has no name for.
         *
         * @param name the engine's name for it
         * @param value the value, finite
         * @return this
         */
        public Builder extra(String name, double value) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("extra " + name + " is " + value + ": it must be finite");
            }
            return putExtra(name, value);
        }

        /**
         * Sets an engine parameter that the SPI has no name for.
         *
         * @param name the engine's name for it
         * @param value the value
         * @return this
         */
        public Builder extra(String name, boolean value) {
            return putExtra(name, value);
        }

        /** {@return the task} */
        public TaskRequest build() {
            return new TaskRequest(this);
        }

        private Builder putExtra(String name, Object value) {
            extras.put(checkId("an extra's name", name), Objects.requireNonNull(value, "value"));
            return this;
        }

        private static String checkId(String what, String id) {
            if (id.isBlank() || id.length() > MAX_ID_LENGTH) {
                throw new IllegalArgumentException(what + " is blank or longer than " + MAX_ID_LENGTH + " characters");
            }
            if (id.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(what + " contains a line break or another control character");
            }
            return id;
        }
    }
}
