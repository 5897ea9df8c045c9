package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

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
