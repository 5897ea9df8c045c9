package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerMove;
import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.ReplicaMove;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What a host writes into the log: one record for each step of a task and of a replica, with fields for machines and a
 * sentence for people (OBS-01). Never one a token, and never what was said.
 */
final class HostLog implements HostListener {

    private static final Logger TASKS = LoggerFactory.getLogger("io.llamaorch.adapter.registry.tasks");
    private static final Logger REPLICAS = LoggerFactory.getLogger("io.llamaorch.adapter.registry.replicas");

    /** Whether a record of this stage is written at all. */
    boolean wants(TaskStage stage) {
        return TASKS.isEnabledForLevel(level(stage));
    }

    @Override
    public void onMove(ReplicaMove move) {
        replica(REPLICAS.atInfo(), move.spec())
                .addKeyValue("from", move.from())
                .addKeyValue("to", move.to())
                .addKeyValue(
                        "human", "Replica " + move.spec().replica() + " is " + move.to() + ": " + move.cause() + ".")
                .log("move");
    }

    @Override
    public void onBreaker(BreakerMove move) {
        replica(REPLICAS.atInfo(), move.spec())
                .addKeyValue("from", move.from())
                .addKeyValue("to", move.to())
                .addKeyValue(
                        "human",
                        "The breaker of replica " + move.spec().replica() + " is " + move.to() + ": " + move.cause()
                                + ".")
                .log("breaker");
    }

    @Override
    public void onTask(TaskReport report) {
        LoggingEventBuilder event = TASKS.atLevel(level(report.stage())).addKeyValue("job_id", report.jobId());
        event = report.sessionId().map(value("session_id", event)).orElse(event);
        event = report.correlationId().map(value("correlation_id", event)).orElse(event);
        event = event.addKeyValue("pool_id", report.pool());
        event = report.replica().isPresent() ? placed(event, report) : event;
        event = report.engineVersion().map(value("engine_version", event)).orElse(event);
        if (report.queuePosition().isPresent()) {
            event = event.addKeyValue("queue_position", report.queuePosition().getAsInt());
        }
        event = millis(event, "predicted_start_ms", report.predictedStart());
        event = millis(event, "first_token_ms", report.timeToFirstToken());
        event = millis(event, "decode_time_ms", report.decodeTime());
        event = report.terminal().isPresent() ? usage(event, report.terminal().get()) : event;
        event = report.error().map(WorkerError::code).map(value("code", event)).orElse(event);
        event.addKeyValue("human", human(report)).log(report.stage().name().toLowerCase(Locale.ROOT));
    }

    static Level level(TaskStage stage) {
        return switch (stage) {
            case QUEUED, DISPATCHED -> Level.DEBUG;
            case SUBMITTED, STARTED, ENDED, CANCELLED -> Level.INFO;
            case RETRIED, FAILED -> Level.WARN;
        };
    }

    private static LoggingEventBuilder placed(LoggingEventBuilder event, TaskReport report) {
        ReplicaSpec spec = report.replica().orElseThrow();
        return event.addKeyValue("replica_id", spec.replica())
                .addKeyValue("engine", spec.engine())
                .addKeyValue("attempt", report.attempt());
    }

    private static LoggingEventBuilder replica(LoggingEventBuilder event, ReplicaSpec spec) {
        return event.addKeyValue("pool_id", spec.pool())
                .addKeyValue("replica_id", spec.replica())
                .addKeyValue("engine", spec.engine());
    }

    private static Function<Object, LoggingEventBuilder> value(String name, LoggingEventBuilder event) {
        return value -> event.addKeyValue(name, value);
    }

    private static LoggingEventBuilder millis(LoggingEventBuilder event, String name, Optional<Duration> time) {
        return time.isEmpty() ? event : event.addKeyValue(name, time.get().toMillis());
    }

    private static LoggingEventBuilder usage(LoggingEventBuilder event, TokenEvent.Terminal terminal) {
        Usage usage = usageOf(terminal);
        LoggingEventBuilder record = event;
        if (usage.prompt().isPresent()) {
            record = record.addKeyValue("tokens_in", usage.prompt().getAsInt());
        }
        if (usage.generated().isPresent()) {
            record = record.addKeyValue("tokens_out", usage.generated().getAsInt());
        }
        return record;
    }

    private static Usage usageOf(TokenEvent.Terminal terminal) {
        return terminal instanceof TokenEvent.End end
                ? end.usage()
                : ((TokenEvent.Error) terminal).error().usage();
    }

    static String human(TaskReport report) {
        String job = "Job " + report.jobId();
        String replica =
                report.replica().map(spec -> "replica " + spec.replica()).orElse("no replica");
        String error = report.error().map(WorkerError::message).orElse("");
        return switch (report.stage()) {
            case SUBMITTED -> job + " came to pool " + report.pool() + ".";
            case QUEUED ->
                job + " waits" + behind(report.queuePosition().orElse(0))
                        + report.predictedStart()
                                .map(wait -> ", probably for " + seconds(wait))
                                .orElse("")
                        + ".";
            case DISPATCHED ->
                job + " goes to " + replica + (report.attempt() > 1 ? " as attempt " + report.attempt() : "") + ".";
            case RETRIED -> job + " failed on " + replica + " and is tried again: " + error;
            case STARTED -> job + " started on " + replica + " after " + seconds(report.elapsed()) + ".";
            case ENDED -> job + " ended after " + seconds(report.elapsed()) + ": " + ending(report) + ".";
            case CANCELLED -> job + " was cancelled after " + seconds(report.elapsed()) + ": " + ending(report) + ".";
            case FAILED -> job + " failed after " + seconds(report.elapsed()) + ": " + error;
        };
    }

    private static String behind(int position) {
        return switch (position) {
            case 0 -> " and is next";
            case 1 -> " behind 1 other";
            default -> " behind " + position + " others";
        };
    }

    private static String ending(TaskReport report) {
        return report.terminal()
                .filter(TokenEvent.End.class::isInstance)
                .map(TokenEvent.End.class::cast)
                .map(end ->
                        end.details().cancelCause().map(cause -> "by " + cause).orElse(end.reason() + ""))
                .orElse("");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
