package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.registry.internal.OneLine;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What became of a task at one stage: what the log says of it, and what metrics are made of (OBS-01, OBS-05). It holds
 * neither prompt nor generated text.
 *
 * <p>Thread safety: immutable.
 */
public final class TaskReport {

    private final TaskStage stage;
    private final String pool;
    private final String jobId;
    private final @Nullable String sessionId;
    private final @Nullable String correlationId;
    private final Priority priority;
    private final int attempt;
    private final @Nullable ReplicaSpec replica;
    private final @Nullable String engineVersion;
    private final int queuePosition;
    private final @Nullable Duration predictedStart;
    private final Duration elapsed;
    private final @Nullable Duration timeToFirstToken;
    private final @Nullable Duration decodeTime;
    private final TokenEvent.@Nullable Terminal terminal;
    private final @Nullable WorkerError error;

    private TaskReport(Builder builder) {
        stage = builder.stage;
        pool = builder.pool;
        jobId = builder.jobId;
        sessionId = builder.sessionId;
        correlationId = builder.correlationId;
        priority = builder.priority;
        attempt = builder.attempt;
        replica = builder.replica;
        engineVersion = builder.engineVersion;
        queuePosition = builder.queuePosition;
        predictedStart = builder.predictedStart;
        elapsed = builder.elapsed;
        timeToFirstToken = builder.timeToFirstToken;
        decodeTime = builder.decodeTime;
        terminal = builder.terminal;
        error = builder.error;
    }

    /**
     * Begins a report.
     *
     * @param stage how far the task has come
     * @param pool the pool that it was submitted to
     * @param task the task, of which the names are kept
     * @return a builder
     */
    public static Builder builder(TaskStage stage, String pool, TaskRequest task) {
        return new Builder(stage, pool, task);
    }

    /** {@return how far the task has come} */
    public TaskStage stage() {
        return stage;
    }

    /** {@return the pool that it was submitted to, control characters replaced} */
    public String pool() {
        return pool;
    }

    /** {@return the job's id} */
    public String jobId() {
        return jobId;
    }

    /** {@return the session that it belongs to} */
    public Optional<String> sessionId() {
        return Optional.ofNullable(sessionId);
    }

    /** {@return the id that ties it to its caller's logs; a host makes one where the caller gave none} */
    public Optional<String> correlationId() {
        return Optional.ofNullable(correlationId);
    }

    /** {@return how urgent it is} */
    public Priority priority() {
        return priority;
    }

    /** {@return which attempt this is about, from 1; 0 before the first} */
    public int attempt() {
        return attempt;
    }

    /** {@return the replica of the latest attempt, if there was one} */
    public Optional<ReplicaSpec> replica() {
        return Optional.ofNullable(replica);
    }

    /** {@return the engine's version in its own words, once it is known} */
    public Optional<String> engineVersion() {
        return Optional.ofNullable(engineVersion);
    }

    /** {@return how many tasks wait before it, if it waits} */
    public OptionalInt queuePosition() {
        return queuePosition < 0 ? OptionalInt.empty() : OptionalInt.of(queuePosition);
    }

    /** {@return how long it will probably wait, if it waits and that can be told} */
    public Optional<Duration> predictedStart() {
        return Optional.ofNullable(predictedStart);
    }

    /** {@return the time since it was submitted} */
    public Duration elapsed() {
        return elapsed;
    }

    /** {@return the time from submit to its first piece of text, once that has come} */
    public Optional<Duration> timeToFirstToken() {
        return Optional.ofNullable(timeToFirstToken);
    }

    /** {@return how long the engine generated, by its own word or else from the first piece to the end; at the end only} */
    public Optional<Duration> decodeTime() {
        return Optional.ofNullable(decodeTime);
    }

    /** {@return its terminal event; at the end only} */
    public Optional<TokenEvent.Terminal> terminal() {
        return Optional.ofNullable(terminal);
    }

    /** {@return why the attempt, or the task, failed} */
    public Optional<WorkerError> error() {
        return Optional.ofNullable(error);
    }

    @Override
    public String toString() {
        return "job " + jobId + " in pool " + pool + ": " + stage;
    }

    /**
     * Collects the values of a {@link TaskReport}.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {
        private final TaskStage stage;
        private final String pool;
        private final String jobId;
        private final @Nullable String sessionId;
        private final @Nullable String correlationId;
        private final Priority priority;
        private int attempt;
        private @Nullable ReplicaSpec replica;
        private @Nullable String engineVersion;
        private int queuePosition = -1;
        private @Nullable Duration predictedStart;
        private Duration elapsed = Duration.ZERO;
        private @Nullable Duration timeToFirstToken;
        private @Nullable Duration decodeTime;
        private TokenEvent.@Nullable Terminal terminal;
        private @Nullable WorkerError error;

        private Builder(TaskStage stage, String pool, TaskRequest task) {
            this.stage = Objects.requireNonNull(stage, "stage");
            this.pool = OneLine.of(pool); // no replica's pool has any
            jobId = task.jobId();
            sessionId = task.sessionId().orElse(null);
            correlationId = task.correlationId().orElse(null);
            priority = task.priority();
        }

        /**
         * Sets the latest attempt.
         *
         * @param attempt its number, from 1
         * @param replica where it runs
         * @return this
         */
        public Builder attempt(int attempt, ReplicaSpec replica) {
            this.attempt = attempt;
            this.replica = Objects.requireNonNull(replica, "replica");
            return this;
        }

        /**
         * Sets the engine's version.
         *
         * @param engineVersion in its own words
         * @return this
         */
        public Builder engineVersion(String engineVersion) {
            this.engineVersion = Objects.requireNonNull(engineVersion, "engineVersion");
            return this;
        }

        /**
         * Sets the place in the queue.
         *
         * @param position how many tasks wait before it
         * @param predictedStart how long it will probably wait
         * @return this
         */
        public Builder queued(int position, Optional<Duration> predictedStart) {
            this.queuePosition = position;
            this.predictedStart = predictedStart.orElse(null);
            return this;
        }

        /**
         * Sets the time since the task was submitted.
         *
         * @param elapsed not negative
         * @return this
         */
        public Builder elapsed(Duration elapsed) {
            this.elapsed = Objects.requireNonNull(elapsed, "elapsed");
            return this;
        }

        /**
         * Sets when the first piece of text came.
         *
         * @param timeToFirstToken from submit
         * @return this
         */
        public Builder timeToFirstToken(Duration timeToFirstToken) {
            this.timeToFirstToken = Objects.requireNonNull(timeToFirstToken, "timeToFirstToken");
            return this;
        }

        /**
         * Sets how long the engine generated.
         *
         * @param decodeTime not negative
         * @return this
         */
        public Builder decodeTime(Duration decodeTime) {
            this.decodeTime = Objects.requireNonNull(decodeTime, "decodeTime");
            return this;
        }

        /**
         * Sets the terminal event.
         *
         * @param terminal the last event of its stream
         * @return this
         */
        public Builder terminal(TokenEvent.Terminal terminal) {
            this.terminal = Objects.requireNonNull(terminal, "terminal");
            return terminal instanceof TokenEvent.Error failure ? error(failure.error()) : this;
        }

        /**
         * Sets why an attempt failed.
         *
         * @param error the failure
         * @return this
         */
        public Builder error(WorkerError error) {
            this.error = Objects.requireNonNull(error, "error");
            return this;
        }

        /** {@return the report} */
        public TaskReport build() {
            return new TaskReport(this);
        }
    }
}
