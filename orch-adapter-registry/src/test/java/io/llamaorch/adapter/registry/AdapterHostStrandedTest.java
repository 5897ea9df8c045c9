package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-09: nobody waits for what does not come. */
@NoLeaks
class AdapterHostStrandedTest extends HostFixture {

    private static final Duration WAIT = AdmissionPolicy.DEFAULT.unreadyWait();
    private static final Duration TICK = Duration.ofNanos(1);

    private Heard pinned(String job, String replica) {
        return heard(task(job).toBuilder().pin(Pin.toReplica(replica)).build());
    }

    private void isOut(FakeAdapter adapter) {
        adapter.healthIs(FakeAdapter.NOBODY);
        now(host.health(POOL));
    }

    private void isBack(FakeAdapter adapter) {
        adapter.healthIs(FakeAdapter.WELL);
        now(host.health(POOL));
    }

    @Test
    void wait_whenNoReplicaIsReadyForTooLong_endsWithTheReason() {
        FakeAdapter r0 = bind("r0", 1);
        heard("a");
        Heard waiting = heard("b");
        isOut(r0);
        time.advance(WAIT.minus(TICK));
        assertTrue(waiting.isRunning());
        time.advance(TICK);
        WorkerError error = waiting.assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertTrue(error.message().contains("replica r0: UNHEALTHY (nobody is there)"), error.message());
        assertTrue(error.retryAfter().isPresent());
    }

    @Test
    void wait_whenAReplicaIsReadyAgainInTime_goesOn() {
        FakeAdapter r0 = bind("r0", 1);
        heard("a");
        Heard waiting = heard("b");
        isOut(r0);
        time.advance(WAIT.minus(TICK));
        isBack(r0);
        time.advance(TICK);
        isOut(r0);
        time.advance(WAIT.minus(TICK));
        assertTrue(waiting.isRunning(), "the time before it was back does not count");
        time.advance(TICK);
        waiting.assertFailed(ErrorCode.POOL_UNAVAILABLE);
    }

    @Test
    void wait_whenOneBeganLater_isItsOwn() {
        FakeAdapter r0 = bind("r0", 1);
        FakeAdapter r1 = bind("r1", 1);
        heard("a");
        heard("b");
        Heard forR0 = pinned("c", "r0");
        Heard forR1 = pinned("d", "r1");
        isOut(r0);
        time.advance(WAIT.dividedBy(2));
        isOut(r1);
        time.advance(WAIT.dividedBy(2));
        forR0.assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertTrue(forR1.isRunning());
        time.advance(WAIT.dividedBy(2));
        forR1.assertFailed(ErrorCode.POOL_UNAVAILABLE);
    }

    @Test
    void wait_whenTheReplicaThatItIsPinnedToIsTakenAway_endsAtOnce() {
        bind("r0", 1);
        bind("r1", 1);
        heard("a");
        Heard waiting = pinned("b", "r0");
        unbindNow("r0");
        WorkerError error = waiting.assertFailed(ErrorCode.NOT_FOUND);
        assertTrue(
                error.message().contains("pinned to replica 'r0', which pool 'default' does not have"),
                error.message());
    }

    @Test
    void wait_whenNobodyCanServeItAnyMore_endsAtOnce() {
        FakeAdapter r0 = bind("r0", 1);
        heard("a");
        Heard waiting = heard(task("b").toBuilder().model("old").build());
        r0.has(WorkerProperties.builder().slots(1).modelNames(List.of("new")).build());
        now(host.properties(POOL));
        waiting.assertFailed(ErrorCode.NOT_FOUND);
    }

    @Test
    void wait_ofAnAttemptThatFollowsAnother_endsWithWhatTheLastOneFailedWith() {
        FakeAdapter r0 = bind("r0", 1);
        Heard first = heard("a");
        r0.emitter("a").refused(WorkerError.of(ErrorCode.POOL_UNREADY, "it loads its model"));
        WorkerError error = first.assertFailed(ErrorCode.POOL_UNREADY);
        assertTrue(error.message().startsWith("it loads its model"), error.message());
    }
}
