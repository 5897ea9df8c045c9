package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.slf4j.event.Level;

/** OBS-01, as slf4j-simple writes it to the standard error stream. Its level here is WARN: only failures are seen. */
@ResourceLock(value = Resources.SYSTEM_ERR, mode = ResourceAccessMode.READ_WRITE)
class HostLogTest {

    private static final String HUSH = "hush-0123456789";

    private final ReplicaSpec spec = ReplicaSpec.builder("fake")
            .pool("p")
            .replica("r7")
            .url("http://u:" + HUSH + "@a:1")
            .token(Secret.of(HUSH))
            .option("key", HUSH)
            .build();
    private final TaskRequest task = TaskRequest.builder(HUSH)
            .jobId("j1")
            .sessionId("s1")
            .correlationId("c1")
            .extra("x", HUSH)
            .build();

    @Test
    void ended_whenItFailed_hasTheFieldsAndASentence() {
        WorkerError error = WorkerError.builder(ErrorCode.WORKER_RESET, "the engine hung up")
                .usage(Usage.of(12, 0, 34))
                .build();
        String record = written(() -> new HostLog().onTask(ended(task, new TokenEvent.Error(error))));
        for (String field : new String[] {
            "WARN io.llamaorch.adapter.registry.tasks",
            "job_id=j1",
            "session_id=s1",
            "correlation_id=c1",
            "engine=fake",
            "engine_version=b1234",
            "attempt=2",
            "first_token_ms=250",
            "decode_time_ms=1000",
            "pool_id=p",
            "replica_id=r7",
            "tokens_in=12",
            "tokens_out=34",
            "code=WORKER_RESET",
            "human=Job j1 failed after 1.3 s: the engine hung up",
            " failed"
        }) {
            assertTrue(record.contains(field), "'" + field + "' is not in: " + record);
        }
        assertEquals(1, record.lines().count(), record);
        assertFalse(record.contains(HUSH), record);
    }

    @Test
    void ended_whenUnknown_leavesFieldsOut() {
        TaskRequest bare = TaskRequest.builder(HUSH).jobId("j1").build();
        WorkerError error = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");
        String record = written(() -> new HostLog().onTask(ended(bare, new TokenEvent.Error(error))));
        for (String field : new String[] {"session_id", "correlation_id", "tokens_in", "tokens_out"}) {
            assertFalse(record.contains(field), record);
        }
    }

    @Test
    void submittedAndEnded_whenNothingFailed_areNoWarnings() {
        TokenEvent.End end =
                new TokenEvent.End(StopReason.END_OF_TEXT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
        assertEquals("", written(() -> {
            HostLog log = new HostLog();
            log.onTask(TaskReport.builder(TaskStage.SUBMITTED, "p", task).build());
            log.onTask(
                    TaskReport.builder(TaskStage.ENDED, "p", task).terminal(end).build());
        }));
    }

    /** A sentence for each stage, for people. */
    @Test
    void human_tellsEachStageInASentence() {
        WorkerError error = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");
        TokenEvent.End end =
                new TokenEvent.End(StopReason.END_OF_TEXT, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
        TokenEvent.End cancelled = new TokenEvent.End(
                StopReason.CANCELLED,
                Usage.UNKNOWN,
                Timings.UNKNOWN,
                EndDetails.builder().cancelCause(CancelCause.STALLED).build());
        Map<TaskReport.Builder, String> sentences = new LinkedHashMap<>();
        sentences.put(at(TaskStage.SUBMITTED), "Job j1 came to pool p.");
        sentences.put(at(TaskStage.QUEUED).queued(0, Optional.empty()), "Job j1 waits and is next.");
        sentences.put(at(TaskStage.QUEUED).queued(1, Optional.empty()), "Job j1 waits behind 1 other.");
        sentences.put(
                at(TaskStage.QUEUED).queued(12, Optional.of(Duration.ofMillis(2_340))),
                "Job j1 waits behind 12 others, probably for 2.3 s.");
        sentences.put(at(TaskStage.DISPATCHED).attempt(1, spec), "Job j1 goes to replica r7.");
        sentences.put(at(TaskStage.DISPATCHED).attempt(2, spec), "Job j1 goes to replica r7 as attempt 2.");
        sentences.put(
                at(TaskStage.RETRIED).attempt(1, spec).error(error),
                "Job j1 failed on replica r7 and is tried again: the engine hung up (docs/errors.md#worker_reset)");
        sentences.put(at(TaskStage.STARTED).attempt(1, spec), "Job j1 started on replica r7 after 1.3 s.");
        sentences.put(at(TaskStage.ENDED).terminal(end), "Job j1 ended after 1.3 s: END_OF_TEXT.");
        sentences.put(at(TaskStage.CANCELLED).terminal(cancelled), "Job j1 was cancelled after 1.3 s: by STALLED.");
        sentences.put(
                at(TaskStage.FAILED).terminal(new TokenEvent.Error(error)),
                "Job j1 failed after 1.3 s: the engine hung up (docs/errors.md#worker_reset)");
        sentences.forEach((report, sentence) -> assertEquals(sentence, HostLog.human(report.build())));
        assertEquals(
                EnumSet.allOf(TaskStage.class),
                sentences.keySet().stream()
                        .map(report -> report.build().stage())
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(TaskStage.class))));
    }

    private TaskReport.Builder at(TaskStage stage) {
        return TaskReport.builder(stage, "p", task).elapsed(Duration.ofMillis(1_250));
    }

    @Test
    void level_isThatOfAWarningForFailuresOnly() {
        for (TaskStage stage : TaskStage.values()) {
            Level level = HostLog.level(stage);
            assertEquals(stage == TaskStage.FAILED || stage == TaskStage.RETRIED, level == Level.WARN, "" + stage);
        }
    }

    @Test
    void queued_whenItIsWritten_hasItsPositionAndPrediction() {
        WorkerError error = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");
        TaskReport report = at(TaskStage.RETRIED)
                .attempt(1, spec)
                .queued(3, Optional.of(Duration.ofSeconds(2)))
                .error(error)
                .build();
        String record = written(() -> new HostLog().onTask(report));
        assertTrue(record.contains("queue_position=3 predicted_start_ms=2000"), record);
    }

    private TaskReport ended(TaskRequest request, TokenEvent.Error failure) {
        return TaskReport.builder(TaskStage.FAILED, "p", request)
                .attempt(2, spec)
                .engineVersion("b1234")
                .elapsed(Duration.ofMillis(1_250))
                .timeToFirstToken(Duration.ofMillis(250))
                .decodeTime(Duration.ofSeconds(1))
                .terminal(failure)
                .build();
    }

    private static String written(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
