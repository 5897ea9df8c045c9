package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** OBS-01 and OBS-02: what is told of a task, and when. */
@NoLeaks
class AdapterHostReportTest extends HostFixture {

    private static final WorkerError CUT = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(RetryPolicy.DEFAULT);
    }

    /** The stages so far, in order. */
    private String stages() {
        return reports.stream().map(report -> report.stage().name()).collect(Collectors.joining(" "));
    }

    private TaskReport the(TaskStage stage) {
        List<TaskReport> all =
                reports.stream().filter(report -> report.stage() == stage).toList();
        assertEquals(1, all.size(), stages());
        return all.get(0);
    }

    private static void start(TokenEmitter emitter) {
        emitter.started(
                "fake-model", StartDetails.builder().engineVersion("b1234").build());
    }

    private static void end(TokenEmitter emitter, Timings timings) {
        emitter.usage(12, 0, 34);
        emitter.end(StopReason.END_OF_TEXT, timings, EndDetails.NONE);
    }

    @Test
    void task_thatIsServed_isToldOfOnceAtEachStage() {
        bind("r0").says("hello");
        submit("a");
        assertEquals("SUBMITTED DISPATCHED STARTED ENDED", stages());
    }

    @Test
    void task_whateverItSays_isNotToldOfAtEachToken() {
        FakeAdapter r0 = bind("r0");
        heard("a");
        start(r0.emitter("a"));
        for (int i = 0; i < 1_000; i++) {
            r0.emitter("a").token("x");
            r0.emitter("a").progress(i, 1_000, 0);
        }
        end(r0.emitter("a"), Timings.UNKNOWN);
        assertEquals("SUBMITTED DISPATCHED STARTED ENDED", stages());
    }

    @Test
    void everyStage_tellsTheTasksNames() {
        bind("r0").says("hello");
        host.submit(
                POOL,
                task("a").toBuilder()
                        .sessionId("s")
                        .correlationId("c")
                        .priority(Priority.BATCH)
                        .build());
        assertEquals(
                Set.of("default a s c BATCH"),
                reports.stream()
                        .map(report -> report.pool() + " " + report.jobId() + " "
                                + report.sessionId().orElseThrow() + " "
                                + report.correlationId().orElseThrow() + " " + report.priority())
                        .collect(Collectors.toSet()));
    }

    @Test
    void stages_tellWhereAndWhen() {
        FakeAdapter r0 = bind("r0");
        heard("a");
        time.advance(Duration.ofSeconds(1));
        start(r0.emitter("a"));
        time.advance(Duration.ofSeconds(1));
        r0.emitter("a").token("hello");
        time.advance(Duration.ofSeconds(3));
        end(r0.emitter("a"), Timings.UNKNOWN);

        TaskReport submitted = the(TaskStage.SUBMITTED);
        assertEquals(0, submitted.attempt());
        assertEquals(Optional.empty(), submitted.replica());
        TaskReport dispatched = the(TaskStage.DISPATCHED);
        assertEquals(1, dispatched.attempt());
        assertEquals(Optional.of(spec("r0")), dispatched.replica());
        TaskReport started = the(TaskStage.STARTED);
        assertEquals(Optional.of("b1234"), started.engineVersion());
        assertEquals(Optional.of(Duration.ofSeconds(2)), started.timeToFirstToken());
        assertEquals(Duration.ofSeconds(2), started.elapsed());
        TaskReport ended = the(TaskStage.ENDED);
        assertEquals(Optional.of(Duration.ofSeconds(2)), ended.timeToFirstToken());
        assertEquals(Duration.ofSeconds(5), ended.elapsed());
        assertEquals(Optional.of(Duration.ofSeconds(3)), ended.decodeTime());
        TokenEvent.End end = (TokenEvent.End) ended.terminal().orElseThrow();
        assertEquals(34, end.usage().generated().orElseThrow());
    }

    @Test
    void ended_whenTheEngineTellsHowLongItGenerated_tellsThat() {
        FakeAdapter r0 = bind("r0");
        heard("a");
        start(r0.emitter("a"));
        r0.emitter("a").token("hello");
        time.advance(Duration.ofSeconds(3));
        end(r0.emitter("a"), Timings.of(Duration.ZERO, Duration.ofMillis(2_500)));
        assertEquals(Optional.of(Duration.ofMillis(2_500)), the(TaskStage.ENDED).decodeTime());
    }

    /** Some engines send other things first; the time to the first token is that of a token all the same. */
    @Test
    void timeToFirstToken_whenOtherEventsComeFirst_isThatOfTheFirstToken() {
        FakeAdapter r0 = bind("r0");
        heard("a");
        start(r0.emitter("a"));
        time.advance(Duration.ofSeconds(1));
        r0.emitter("a").extension("queue", "{}");
        time.advance(Duration.ofSeconds(1));
        r0.emitter("a").token("hello");
        end(r0.emitter("a"), Timings.UNKNOWN);
        assertEquals(Optional.of(Duration.ofSeconds(2)), the(TaskStage.ENDED).timeToFirstToken());
    }

    @Test
    void task_thatWaits_isToldOfOnceHoweverOftenItsPositionChanges() {
        FakeAdapter r0 = bind("r0", 1);
        heard("first");
        heard("second");
        reports.clear();
        heard("a");
        FakeAdapter.end(r0.emitter("first"), "hello");
        time.advance(Duration.ofSeconds(1));
        assertEquals(1, the(TaskStage.QUEUED).queuePosition().orElseThrow());
        assertEquals(Optional.empty(), the(TaskStage.QUEUED).predictedStart());
    }

    @Test
    void queued_onceTasksHaveEnded_tellsThePredictedStart() {
        FakeAdapter r0 = bind("r0", 1);
        heard("first");
        time.advance(Duration.ofSeconds(4));
        FakeAdapter.end(r0.emitter("first"), "hello");
        heard("second");
        heard("a");
        assertEquals(Optional.of(Duration.ofSeconds(4)), the(TaskStage.QUEUED).predictedStart());
    }

    @Test
    void task_thatIsTriedAgain_isToldOfAtEachAttempt() {
        bind("r0", 9).fails(CUT);
        bind("r1", 1).says("hello");
        heard("a");
        time.advance(Duration.ofSeconds(1));
        assertEquals("SUBMITTED DISPATCHED RETRIED DISPATCHED STARTED ENDED", stages());
        assertEquals(
                List.of("1 r0", "1 r0", "2 r1"),
                reports.subList(1, 4).stream()
                        .map(report -> report.attempt() + " "
                                + report.replica().orElseThrow().replica())
                        .toList());
        assertEquals(
                ErrorCode.WORKER_RESET,
                the(TaskStage.RETRIED).error().orElseThrow().code());
    }

    @Test
    void task_thatCannotBeTriedAgain_isNotSaidToBe() {
        bind("r0").refuses(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "connection refused"));
        heard("a");
        time.advance(Duration.ofSeconds(1));
        assertEquals("SUBMITTED DISPATCHED FAILED", stages());
    }

    @Test
    void task_thatFails_isToldOfWithWhy() {
        bind("r0").fails(ErrorCode.PROTOCOL);
        submit("a");
        assertEquals("SUBMITTED DISPATCHED FAILED", stages());
        assertEquals(
                ErrorCode.PROTOCOL, the(TaskStage.FAILED).error().orElseThrow().code());
    }

    @Test
    void task_thatIsCancelled_isToldOfWithTheCause() {
        bind("r0");
        submit("a").cancel();
        assertEquals("SUBMITTED DISPATCHED CANCELLED", stages());
        TokenEvent.End end =
                (TokenEvent.End) the(TaskStage.CANCELLED).terminal().orElseThrow();
        assertEquals(CancelCause.CALLER, end.details().cancelCause().orElseThrow());
    }

    @Test
    void task_thatIsCancelledInTheQueue_isToldOf() {
        bind("r0", 1);
        submit("first");
        reports.clear();
        submit("a").cancel();
        assertEquals("SUBMITTED QUEUED CANCELLED", stages());
        assertEquals(Optional.empty(), the(TaskStage.CANCELLED).replica());
    }

    @Test
    void task_thatIsRefused_isToldOf() {
        bind("r0").healthIs(FakeAdapter.LOADING);
        now(host.health(POOL));
        submit("a");
        assertEquals("SUBMITTED FAILED", stages());
    }

    @Test
    void task_forAPoolThatThereIsNot_isToldOf() {
        host.submit("nowhere", task("a"));
        assertEquals("SUBMITTED FAILED", stages());
        assertEquals("nowhere", the(TaskStage.FAILED).pool());
    }

    @Test
    void task_whoseJobIdIsRunning_isToldOf() {
        bind("r0");
        submit("a");
        reports.clear();
        submit("a");
        assertEquals("SUBMITTED FAILED", stages());
        assertEquals(
                ErrorCode.INVALID_PARAMS,
                the(TaskStage.FAILED).error().orElseThrow().code());
    }

    @Test
    void correlationId_whenTheTaskHasOne_isPassedOn() {
        FakeAdapter r0 = bind("r0");
        host.submit(POOL, task("a").toBuilder().correlationId("mine").build());
        assertEquals("mine", r0.tasks.get(0).correlationId().orElseThrow());
    }

    @Test
    void correlationId_whenTheTaskHasNone_isMadeOnceAndPassedOnToAllItsAttempts() {
        FakeAdapter r0 = bind("r0").fails(CUT);
        heard("a");
        time.advance(Duration.ofSeconds(1));
        String made = the(TaskStage.SUBMITTED).correlationId().orElseThrow();
        assertTrue(made.matches("c-[0-9a-f]{1,16}"), made);
        assertEquals(3, r0.tasks.size());
        assertEquals(
                Set.of(made),
                r0.tasks.stream()
                        .map(TaskRequest::correlationId)
                        .map(Optional::orElseThrow)
                        .collect(Collectors.toSet()));
        assertEquals(
                Set.of(made),
                reports.stream()
                        .map(report -> report.correlationId().orElseThrow())
                        .collect(Collectors.toSet()));
    }

    @Test
    void correlationId_ofAnotherTask_isAnother() {
        FakeAdapter r0 = bind("r0");
        submit("a");
        submit("b");
        assertNotEquals(r0.tasks.get(0).correlationId(), r0.tasks.get(1).correlationId());
    }

    @Test
    void pool_whoseNameWouldForgeALineOfTheLog_isShownInOneLine() {
        host.submit("a\nreplica r0 was unbound", task("a"));
        assertEquals("SUBMITTED FAILED", stages());
        reports.forEach(report -> assertEquals("a?replica r0 was unbound", report.pool()));
    }

    @Test
    void report_showsNothingOfWhatWasSaid() {
        bind("r0").says("a secret answer");
        host.submit(POOL, TaskRequest.builder("a secret question").jobId("a").build());
        reports.forEach(report -> assertEquals("job a in pool default: " + report.stage(), report.toString()));
    }
}
