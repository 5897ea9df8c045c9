package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** HLT-04: when a replica is looked at. */
@NoLeaks
class AdapterHostProbeTest extends HostFixture {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(1);

    private static final HealthPolicy POLICY = HealthPolicy.builder()
            .interval(INTERVAL)
            .jitter(0.2)
            .failureThreshold(3)
            .successThreshold(1)
            .firstBackoff(Duration.ofSeconds(1))
            .longestBackoff(Duration.ofSeconds(15))
            .build();

    /** No jitter of intervals, and none of pauses at 0. */
    private double chance = 0.5;

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.health(POLICY).chance(() -> chance);
    }

    private void answers(WorkerHealth health) {
        fake.eachIs(adapter -> adapter.healthIs(health));
    }

    /** The times between the next looks at a replica. */
    private List<Duration> pauses(FakeAdapter adapter, int count) {
        List<Duration> pauses = new ArrayList<>();
        while (pauses.size() < count) {
            int before = adapter.healthChecks.get();
            Duration pause = Duration.ZERO;
            while (adapter.healthChecks.get() == before && pause.compareTo(Duration.ofMinutes(1)) < 0) {
                time.advance(TICK);
                pause = pause.plus(TICK);
            }
            pauses.add(pause);
        }
        return pauses;
    }

    private static List<Duration> millis(long... millis) {
        List<Duration> durations = new ArrayList<>();
        for (long each : millis) {
            durations.add(Duration.ofMillis(each));
        }
        return durations;
    }

    @Test
    void look_whenAReplicaIsBound_isMadeAtOnceAndThenAtIntervals() {
        FakeAdapter r0 = bind("r0");
        assertEquals(1, r0.healthChecks.get());
        assertEquals(millis(10_000, 10_000, 10_000), pauses(r0, 3));
    }

    @ParameterizedTest
    @CsvSource({"0, 8000", "0.25, 9000", "0.75, 11000"})
    void interval_isLongerOrShorterByChance(double drawn, long millis) {
        chance = drawn;
        assertEquals(millis(millis, millis), pauses(bind("r0"), 2));
    }

    @Test
    void pause_whileTheReplicaIsDown_doublesUpToTheLongest() {
        chance = 0;
        answers(FakeAdapter.NOBODY);
        assertEquals(millis(1_000, 2_000, 4_000, 8_000, 15_000, 15_000), pauses(bind("r0"), 6));
    }

    @Test
    void pause_isShortenedByChance() {
        answers(FakeAdapter.NOBODY);
        assertEquals(millis(900, 1_800, 3_600), pauses(bind("r0"), 3));
    }

    @Test
    void pause_onceTheReplicaIsBack_beginsAnew() {
        chance = 0;
        answers(FakeAdapter.NOBODY);
        FakeAdapter r0 = bind("r0");
        pauses(r0, 4);
        chance = 0.5;
        r0.healthIs(FakeAdapter.WELL);
        pauses(r0, 1);
        assertEquals(INTERVAL, pauses(r0, 1).get(0));
        chance = 0;
        r0.healthIs(FakeAdapter.NOBODY);
        pauses(r0, 1);
        assertEquals(millis(1_000, 2_000), pauses(r0, 2));
    }

    @ParameterizedTest
    @CsvSource({"3000, 3000", "60000, 15000", "1, 1000", "0, 1000", "9223372036854775807, 15000"})
    void pause_whenTheEngineSaysWhenToComeBack_isThatWithinReason(long asked, long millis) {
        chance = 0;
        answers(WorkerHealth.degraded("it loads its model", Duration.ofMillis(asked)));
        assertEquals(millis(millis, millis, millis), pauses(bind("r0"), 3));
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"POOL_UNAVAILABLE", "POOL_UNREADY", "WORKER_RESET", "DECODE_TIMEOUT", "PROTOCOL", "UNAUTHORIZED"})
    void look_whenATaskHasFailed_isMadeSoon(ErrorCode code) {
        FakeAdapter r0 = bind("r0").fails(code);
        time.advance(Duration.ofSeconds(3));
        submit("a");
        submit("b");
        assertEquals(millis(1_000), pauses(r0, 1));
        assertEquals(List.of(INTERVAL), pauses(r0, 1));
    }

    @Test
    void look_whenATaskFailsAndTheLastLookIsLongAgo_isMadeAtOnce() {
        FakeAdapter r0 = bind("r0").fails(ErrorCode.WORKER_RESET);
        time.advance(Duration.ofSeconds(3));
        submit("a");
        assertEquals(2, r0.healthChecks.get());
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"INVALID_PARAMS", "ADMISSION_REJECT", "INTERNAL", "DEADLINE_UNMET"})
    void look_whenATaskHasFailedByNoFaultOfTheReplica_isMadeInItsTurn(ErrorCode code) {
        FakeAdapter r0 = bind("r0").fails(code);
        submit("a");
        assertEquals(List.of(INTERVAL), pauses(r0, 1));
    }

    /** What the look found was perhaps so before the failure. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"POOL_UNAVAILABLE", "WORKER_RESET"})
    void look_whenATaskFailsWhileItIsMade_isFollowedByAnotherSoon(ErrorCode code) {
        FakeAdapter r0 = bind("r0").fails(code);
        CompletableFuture<WorkerHealth> answer = new CompletableFuture<>();
        r0.healthIs(() -> answer);
        time.advance(INTERVAL);
        submit("a");
        r0.healthIs(FakeAdapter.WELL);
        answer.complete(FakeAdapter.WELL);
        assertEquals(millis(1_000), pauses(r0, 1));
        assertEquals(List.of(INTERVAL), pauses(r0, 1));
    }

    @Test
    void looks_areNeverTwoAtOnce() {
        CompletableFuture<WorkerHealth> answer = new CompletableFuture<>();
        fake.eachIs(adapter -> adapter.healthIs(() -> answer).fails(ErrorCode.WORKER_RESET));
        FakeAdapter r0 = bind("r0");
        submit("a");
        time.advance(Duration.ofSeconds(14));
        assertEquals(1, r0.healthChecks.get());
        r0.healthIs(FakeAdapter.WELL);
        answer.complete(FakeAdapter.WELL);
        time.advance(Duration.ofSeconds(1));
        assertEquals(2, r0.healthChecks.get());
    }

    @Test
    void look_whenItIsNeverAnswered_isGivenUpAndMadeAgain() {
        chance = 0;
        fake.eachIs(adapter -> adapter.healthIs(CompletableFuture::new));
        assertEquals(millis(15_000 + 1_000, 15_000 + 2_000), pauses(bind("r0"), 2));
    }

    @Test
    void looks_whenTheReplicaIsTakenAway_stop() {
        FakeAdapter r0 = bind("r0");
        heard("a");
        var going = host.unbind(POOL, "r0");
        time.advance(Duration.ofSeconds(29));
        r0.emitter("a").error(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        over(going);
        time.advance(Duration.ofMinutes(1));
        assertEquals(1, r0.healthChecks.get());
    }

    @Test
    void looks_whenTheReplicaIsTakenAwayDuringOne_stop() {
        CompletableFuture<WorkerHealth> answer = new CompletableFuture<>();
        fake.eachIs(adapter -> adapter.healthIs(() -> answer));
        FakeAdapter r0 = bind("r0");
        unbindNow("r0");
        answer.complete(FakeAdapter.WELL);
        time.advance(Duration.ofMinutes(1));
        assertEquals(1, r0.healthChecks.get());
        assertEquals(0, time.waiting(), () -> time.pending().toString());
    }

    @Test
    void looks_whenTheHostCloses_stop() {
        FakeAdapter r0 = bind("r0");
        host.close();
        time.advance(Duration.ofMinutes(1));
        assertEquals(1, r0.healthChecks.get());
    }
}
