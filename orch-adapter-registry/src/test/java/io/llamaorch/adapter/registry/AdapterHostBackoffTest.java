package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DSP-05, TIM-02 and TIM-04: how long a repeat waits, what ends the wait, and how many repeats there are. */
@NoLeaks
class AdapterHostBackoffTest extends HostFixture {

    private static final WorkerError CUT = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");
    private static final Duration TICK = Duration.ofNanos(1);

    private static final RetryPolicy POLICY = RetryPolicy.builder()
            .attempts(5)
            .firstBackoff(Duration.ofMillis(100))
            .longestBackoff(Duration.ofMillis(300))
            .retryAfterCeiling(Duration.ofSeconds(20))
            .budget(0.5)
            .reserve(4)
            .build();

    private double chance = 0.5;

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(POLICY)
                .breakers(BreakerPolicy.builder().failures(100).window(100).build())
                .chance(() -> chance);
    }

    private static WorkerError busy(Duration retryAfter) {
        return WorkerError.builder(ErrorCode.ADMISSION_REJECT, "all slots are busy")
                .retryAfter(retryAfter)
                .build();
    }

    /** The waits before each repeat of a task that always fails. */
    private List<Duration> waits(int count) {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        heard("a");
        List<Duration> waits = new ArrayList<>();
        for (int retry = 0; retry < count; retry++) {
            Duration waited = Duration.ZERO;
            time.advance(Duration.ZERO);
            while (r0.jobs.size() == retry + 1 && waited.compareTo(POLICY.longestBackoff()) < 0) {
                time.advance(Duration.ofMillis(1));
                waited = waited.plusMillis(1);
            }
            waits.add(waited);
        }
        return waits;
    }

    private static List<Duration> millis(int... millis) {
        return IntStream.of(millis).mapToObj(Duration::ofMillis).toList();
    }

    @Test
    void wait_isAPartOfABoundThatDoublesUpToTheLongest() {
        assertEquals(millis(50, 100, 150, 150), waits(4));
    }

    @Test
    void wait_whenChanceWillsIt_isNothing() {
        chance = 0;
        assertEquals(millis(0, 0, 0, 0), waits(4));
    }

    @Test
    void wait_whenChanceWillsIt_isAlmostTheBound() {
        chance = 0.99;
        assertEquals(millis(99, 198, 297, 297), waits(4));
    }

    @Test
    void attempts_areNoMoreThanThePolicySays() {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        Heard heard = heard("a");
        time.advance(Duration.ofMinutes(1));
        assertEquals(5, r0.jobs.size());
        heard.assertFailed(CUT.code()); // of one replica only: its own error says more
    }

    /** The reserve is 4, and each task brings half a repeat. */
    @Test
    void budget_whenItIsSpent_endsTasksWithTheirOwnErrors() {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        for (int i = 0; i < 8; i++) {
            heard("j" + i);
            time.advance(Duration.ofSeconds(1));
        }
        assertEquals(8 + 4 + 4, r0.jobs.size());
        heard("last").assertFailed(ErrorCode.WORKER_RESET);
    }

    @Test
    void budget_isAPoolsOwn() {
        bind("r0").refuses(CUT);
        for (int i = 0; i < 8; i++) {
            heard("j" + i);
            time.advance(Duration.ofSeconds(1));
        }
        host.bind(ReplicaSpec.builder("fake").pool("other").replica("r9").build());
        fake.of("r9").refuses(CUT);
        Heard heard = Heard.of(host.submit("other", task("a")));
        time.advance(Duration.ofSeconds(1));
        assertEquals(5, fake.of("r9").jobs.size());
        assertFalse(heard.isRunning());
    }

    @Test
    void cancel_duringTheWait_endsItAtOnce() {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        Heard heard = heard("a");
        Cancellation cancellation = host.cancel("a");
        assertEquals(Cancellation.Answer.ACCEPTED, now(cancellation.accepted()));
        TokenEvent.End end = (TokenEvent.End) heard.end();
        assertEquals(CancelCause.CALLER, end.details().cancelCause().orElseThrow());
        assertEquals(1, time.waiting(), () -> "more than the next look at the replica: " + time.pending());
        time.advance(Duration.ofSeconds(1));
        assertEquals(1, r0.jobs.size());
    }

    @Test
    void subscriber_whenItLeavesDuringTheWait_isNotServedAnyMore() {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        heard("a").leave();
        time.advance(Duration.ofSeconds(1));
        assertEquals(1, r0.jobs.size());
    }

    @Test
    void deadline_duringTheWait_endsItThen() {
        FakeAdapter r0 = bind("r0").refuses(CUT);
        Heard heard = heard(task("a").toBuilder()
                .deadline(Duration.ofMillis(50).minus(TICK))
                .build());
        time.advance(Duration.ofMillis(50).minus(TICK).minus(TICK));
        assertTrue(heard.isRunning());
        time.advance(TICK);
        heard.assertFailed(ErrorCode.DEADLINE_UNMET);
        time.advance(Duration.ofSeconds(1));
        assertEquals(1, r0.jobs.size());
    }

    @Test
    void deadline_ofTheNextAttempt_isWhatIsLeftOfIt() {
        FakeAdapter r0 = bind("r0");
        heard(task("a").toBuilder().deadline(Duration.ofSeconds(10)).build());
        time.advance(Duration.ofSeconds(3));
        r0.emitter("a").refused(CUT);
        time.advance(Duration.ofSeconds(1));
        assertEquals(
                List.of(Duration.ofSeconds(10), Duration.ofMillis(6_950)),
                r0.tasks.stream().map(task -> task.deadline().orElseThrow()).toList());
    }

    @Test
    void close_duringTheWait_endsIt() {
        bind("r0").refuses(CUT);
        Heard heard = heard("a");
        host.close();
        heard.assertFailed(ErrorCode.POOL_UNAVAILABLE);
    }

    @Test
    void retryAfter_keepsAllTasksFromTheReplicaForSoLong() {
        FakeAdapter r0 = bind("r0", 9).refuses(busy(Duration.ofSeconds(8)));
        FakeAdapter r1 = bind("r1", 1).says("hello");
        heard("a");
        r0.says("hello");
        time.advance(Duration.ofSeconds(8).minus(TICK));
        heard("b").assertEnded();
        assertEquals(List.of("a", "b"), r1.jobs);
        time.advance(TICK);
        heard("c").assertEnded();
        assertEquals(List.of("a", "c"), r0.jobs);
    }

    @Test
    void retryAfter_whenNoOtherReplicaIsThere_makesTheTaskWait() {
        FakeAdapter r0 = bind("r0").refuses(busy(Duration.ofSeconds(8)));
        Heard heard = heard("a");
        r0.says("hello");
        time.advance(Duration.ofSeconds(8).minus(TICK));
        assertTrue(heard.isRunning());
        time.advance(TICK);
        heard.assertEnded();
    }

    @Test
    void retryAfter_whenItIsVeryLong_isCutToTheCeiling() {
        FakeAdapter r0 = bind("r0").refuses(busy(Duration.ofHours(1)));
        Heard heard = heard("a");
        r0.says("hello");
        time.advance(Duration.ofSeconds(20).minus(TICK));
        assertTrue(heard.isRunning());
        time.advance(TICK);
        heard.assertEnded();
    }

    /** Two tasks are refused one after the other: what was asked for last, or for longest, counts. */
    @ParameterizedTest
    @ValueSource(ints = {8, 3})
    void retryAfter_whenItIsAskedForTwice_isKeptUntilBothHavePassed(int secondsOfTheSecond) {
        FakeAdapter r0 = bind("r0", 2);
        heard("a");
        heard("b");
        r0.emitter("a").refused(busy(Duration.ofSeconds(8)));
        time.advance(Duration.ofSeconds(4));
        r0.emitter("b").refused(busy(Duration.ofSeconds(secondsOfTheSecond)));
        Duration left = Duration.ofSeconds(Math.max(4, secondsOfTheSecond));
        r0.says("hello");
        time.advance(left.minus(TICK));
        assertEquals(List.of("a", "b"), r0.jobs);
        time.advance(TICK);
        assertEquals(List.of("a", "b", "a", "b"), r0.jobs);
    }
}
