package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One record when a task is submitted and one when it ends (OBS-01); never one a token, and never what was said. */
final class TaskLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.llamaorch.adapter.registry.tasks");

    private TaskLog() {}

    static void submitted(ReplicaSpec spec, TaskRequest task) {
        record(LOG.atDebug(), spec, task)
                .addKeyValue("human", "Job " + task.jobId() + " goes to replica " + spec.replica() + ".")
                .log("submit");
    }

    static void ended(ReplicaSpec spec, TaskRequest task, TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.End end) {
            boolean cancelled = end.reason() == StopReason.CANCELLED;
            usage(record(LOG.atInfo(), spec, task), end.usage())
                    .addKeyValue(
                            "human",
                            "Job " + task.jobId()
                                    + (cancelled ? " was cancelled: " + end.details() : " ended: " + end.reason())
                                    + ".")
                    .log(cancelled ? "cancel" : "end");
        } else if (terminal instanceof TokenEvent.Error failure) {
            ErrorCode code = failure.error().code();
            usage(record(LOG.atWarn(), spec, task), failure.error().usage())
                    .addKeyValue("code", code)
                    .addKeyValue(
                            "human",
                            "Job " + task.jobId() + " failed: "
                                    + failure.error().message())
                    .log("failure");
        }
    }

    private static LoggingEventBuilder record(LoggingEventBuilder event, ReplicaSpec spec, TaskRequest task) {
        LoggingEventBuilder record = event.addKeyValue("job_id", task.jobId())
                .addKeyValue("engine", spec.engine())
                .addKeyValue("pool_id", spec.pool())
                .addKeyValue("replica_id", spec.replica());
        if (task.sessionId().isPresent()) {
            record = record.addKeyValue("session_id", task.sessionId().get());
        }
        if (task.correlationId().isPresent()) {
            record = record.addKeyValue("correlation_id", task.correlationId().get());
        }
        return record;
    }

    private static LoggingEventBuilder usage(LoggingEventBuilder event, Usage usage) {
        LoggingEventBuilder record = event;
        if (usage.prompt().isPresent()) {
            record = record.addKeyValue("tokens_in", usage.prompt().getAsInt());
        }
        if (usage.generated().isPresent()) {
            record = record.addKeyValue("tokens_out", usage.generated().getAsInt());
        }
        return record;
    }
}
