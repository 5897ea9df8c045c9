package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-03: who waits, in which order, and who is refused. */
@NoLeaks
class AdapterHostAdmissionTest extends HostFixture {

    private static final int CAPACITY = 3;
    private static final Duration AGEING = Duration.ofSeconds(5);

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(RetryPolicy.DEFAULT)
                .admission(AdmissionPolicy.builder()
                        .queueCapacity(CAPACITY)
                        .ageing(AGEING)
                        .build());
    }

    private static TaskRequest batch(String job) {
        return task(job).toBuilder().priority(Priority.BATCH).build();
    }

    /** A replica of one place, which a task has. */
    private FakeAdapter full() {
        FakeAdapter r0 = bind("r0", 1);
        heard("first");
        return r0;
    }

    /** The engine ends the stream that runs. */
    private void endOne(FakeAdapter adapter) {
        String job = adapter.jobs.get(adapter.jobs.size() - 1);
        assertFalse(adapter.emitter(job).ended(), "nothing runs");
        FakeAdapter.end(adapter.emitter(job), "hello");
    }

    @Test
    void queue_ofEqualTasks_isServedInTheOrderOfComing() {
        FakeAdapter r0 = full();
        List.of("a", "b", "c").forEach(this::heard);
        for (int i = 0; i < CAPACITY; i++) {
            endOne(r0);
        }
        assertEquals(List.of("first", "a", "b", "c"), r0.jobs);
    }

    @Test
    void queue_servesInteractiveTasksBeforeBatchOnes() {
        FakeAdapter r0 = full();
        heard(batch("batch"));
        time.advance(AGEING.minusNanos(1));
        heard("late");
        endOne(r0);
        endOne(r0);
        assertEquals(List.of("first", "late", "batch"), r0.jobs);
    }

    @Test
    void queue_whenABatchTaskHasAged_servesItBeforeInteractiveOnesThatCameLater() {
        FakeAdapter r0 = full();
        heard(batch("batch"));
        time.advance(AGEING.plusNanos(1));
        heard("late");
        endOne(r0);
        assertEquals(List.of("first", "batch"), r0.jobs);
    }

    /** An interactive task comes each second, one is served each second, and there is always one too many. */
    @Test
    void batch_whileInteractiveTasksNeverCease_isServedAfterItsAgeing() {
        FakeAdapter r0 = full();
        heard("one ahead");
        heard(batch("batch"));
        int seconds = 0;
        while (!r0.jobs.contains("batch") && seconds < 60) {
            heard("quick" + seconds++);
            time.advance(Duration.ofSeconds(1));
            endOne(r0);
        }
        assertEquals(7, seconds, r0.jobs.toString());
    }

    @Test
    void queue_whenItIsFull_refusesWithWhatToDoAndWhen() {
        full();
        List.of("a", "b", "c").forEach(this::heard);
        WorkerError error = heard("surplus").assertFailed(ErrorCode.ADMISSION_REJECT);
        assertEquals(
                "pool 'default' has no free place, and 3 tasks wait already: try later, or add replicas"
                        + " (docs/errors.md#admission_reject)",
                error.message());
        assertTrue(error.retriable());
        assertEquals(Duration.ofSeconds(1), error.retryAfter().orElseThrow());
    }

    @Test
    void queue_whenOneLeavesIt_takesAnother() {
        full();
        List<Heard> waiting = List.of(heard("a"), heard("b"), heard("c"));
        waiting.get(1).stream.cancel();
        assertTrue(heard("d").isRunning());
        assertFalse(heard("surplus").isRunning());
    }

    /** Those who are tried again were let in once, and keep nobody else out. */
    @Test
    void queue_whenATaskIsTriedAgain_takesItBesideItsCapacity() {
        FakeAdapter r0 = full();
        r0.emitter("first").refused(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        heard("second");
        time.advance(RetryPolicy.DEFAULT.firstBackoff());
        assertEquals(1, host.explain(POOL).waiting());
        List.of("a", "b", "c").forEach(job -> assertTrue(heard(job).isRunning()));
        assertFalse(heard("surplus").isRunning());
    }

    @Test
    void retryAfter_isWhenATaskAtTheEndOfTheLineWouldStart() {
        FakeAdapter r0 = full();
        time.advance(Duration.ofSeconds(4));
        endOne(r0); // a task holds a place for 4 s
        List.of("second", "a", "b", "c").forEach(this::heard);
        assertEquals(
                Duration.ofSeconds(16), heard("surplus").error().retryAfter().orElseThrow());
    }

    @Test
    void retryAfter_isAtMostAMinute() {
        FakeAdapter r0 = full();
        time.advance(Duration.ofSeconds(29));
        endOne(r0);
        List.of("second", "a", "b", "c").forEach(this::heard);
        assertEquals(
                Duration.ofSeconds(60), heard("surplus").error().retryAfter().orElseThrow());
    }

    @Test
    void queue_whenAReplicaIsBound_goesThere() {
        full();
        heard("a");
        FakeAdapter r1 = bind("r1", 1);
        assertEquals(List.of("a"), r1.jobs);
    }

    @Test
    void queue_whenTheReplicaIsNotReady_waitsUntilItIs() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        r0.healthIs(FakeAdapter.LOADING);
        now(host.health(POOL));
        endOne(r0);
        assertEquals(List.of("first"), r0.jobs);
        r0.healthIs(FakeAdapter.WELL);
        now(host.health(POOL));
        assertEquals(List.of("first", "a"), r0.jobs);
        assertTrue(a.isRunning());
    }

    @Test
    void queue_whenTheLastReplicaIsTakenAway_isRefused() {
        full();
        List<Heard> waiting = new ArrayList<>();
        List.of("a", "b").forEach(job -> waiting.add(heard(job)));
        unbindNow("r0");
        for (Heard heard : waiting) {
            WorkerError error = heard.assertFailed(ErrorCode.POOL_UNAVAILABLE);
            assertTrue(
                    error.message().contains("the last replica of pool 'default' was taken away: bind one"),
                    error.message());
        }
    }

    @Test
    void queue_whenTheHostCloses_isRefused() {
        full();
        Heard a = heard("a");
        host.close();
        a.assertFailed(ErrorCode.POOL_UNAVAILABLE);
    }

    /** A caller that is told the moment it comes, and changes its mind: such a task must neither wait nor run. */
    @Test
    void task_whenItIsOverBeforeItIsLetIn_takesNeitherAPlaceNorARoomInTheQueue() {
        FakeAdapter r0 = bind("r0", 1);
        cancelWhenSubmitted.add("a");
        heard("a");
        assertEquals(List.of(), r0.jobs);
        heard("first");
        cancelWhenSubmitted.add("b");
        heard("b");
        assertEquals(0, host.explain(POOL).waiting());
    }

    private final List<String> cancelWhenSubmitted = new ArrayList<>();

    @Override
    void happened(TaskReport report) {
        if (report.stage() == TaskStage.SUBMITTED && cancelWhenSubmitted.remove(report.jobId())) {
            host.cancel(report.jobId());
        }
    }
}
