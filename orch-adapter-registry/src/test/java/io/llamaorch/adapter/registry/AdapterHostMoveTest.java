package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DSP-05 and LIF-03: tasks whose replica is taken away before their first token go elsewhere, at no cost. */
@NoLeaks
class AdapterHostMoveTest extends HostFixture {

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(
                RetryPolicy.builder().attempts(3).budget(0).reserve(0).build());
    }

    @Test
    void task_whenItsReplicaIsTakenAwayBeforeItsFirstToken_goesElsewhereAtOnce() {
        FakeAdapter r0 = bind("r0", 9);
        FakeAdapter r1 = bind("r1", 1).says("hello");
        Heard heard = heard("a");
        TokenEmitter emitter = r0.emitter("a");
        emitter.started("fake-model", StartDetails.NONE);
        emitter.progress(90, 100, 0);
        unbindNow("r0");
        time.advance(Duration.ZERO);
        assertEquals("Started Token End", heard.kinds());
        assertEquals(List.of("a"), r1.jobs);
    }

    @Test
    void task_whenItsReplicaIsTakenAwayAfterItsFirstToken_fails() {
        FakeAdapter r0 = bind("r0", 9);
        FakeAdapter r1 = bind("r1", 1);
        Heard heard = heard("a");
        r0.emitter("a").started("fake-model", StartDetails.NONE);
        r0.emitter("a").token("hello");
        unbindNow("r0");
        time.advance(Duration.ZERO);
        assertEquals(1, heard.assertFailed(ErrorCode.POOL_UNAVAILABLE).tokensDelivered());
        assertEquals(List.of(), r1.jobs);
    }

    @Test
    void task_whileItsReplicaDrains_runsOnThereUntilTheLimit() {
        FakeAdapter r0 = bind("r0", 9);
        FakeAdapter r1 = bind("r1", 1).says("hello");
        heard("a");
        Heard slow = heard("b");
        var going = host.unbind(POOL, "r0", Duration.ofSeconds(5));
        FakeAdapter.end(r0.emitter("a"), "hello");
        time.advance(Duration.ofSeconds(5));
        assertEquals(1, over(going).ended());
        time.advance(Duration.ZERO);
        slow.assertEnded();
        assertEquals(List.of("b"), r1.jobs);
    }

    @Test
    void task_whenItsReplicaIsBoundAnew_goesToTheNewOne() {
        bind("r0");
        Heard heard = heard("a");
        fake.eachIs(adapter -> adapter.says("hello"));
        var going = host.rebind(spec("r0"));
        time.advance(AdapterHost.DRAIN_LIMIT);
        over(going);
        time.advance(Duration.ZERO);
        heard.assertEnded();
    }

    @Test
    void task_whenItsReplicasAreTakenAwayAgainAndAgain_isTriedNoOftenerThanThePolicySays() {
        FakeAdapter last = null;
        for (int i = 0; i < 3; i++) {
            last = bind("r" + i);
        }
        Heard heard = heard("a");
        for (int i = 0; i < 3; i++) {
            unbindNow("r" + i);
            time.advance(Duration.ZERO);
        }
        WorkerError error = heard.assertFailed(ErrorCode.REPLICA_EXHAUSTED);
        assertTrue(error.message().startsWith("3 attempts failed, on r0, r1, r2; the last:"), error.message());
        assertEquals(List.of("a"), last.jobs);
    }

    @Test
    void task_whenNobodyIsLeft_failsWithWhatBecameOfItsReplica() {
        bind("r0");
        Heard heard = heard("a");
        unbindNow("r0");
        time.advance(Duration.ZERO);
        assertEquals("r0", heard.assertFailed(ErrorCode.POOL_UNAVAILABLE).replica());
    }

    /** A pin is refused rather than changed, also by a replica's end. */
    @Test
    void task_whenItIsPinnedToAReplicaThatIsTakenAway_goesNowhereElse() {
        bind("r0");
        FakeAdapter r1 = bind("r1");
        Heard heard = heard(task("a").toBuilder().pin(Pin.toReplica("r0")).build());
        unbindNow("r0");
        time.advance(Duration.ZERO);
        heard.assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertEquals(List.of(), r1.jobs);
    }

    @Test
    void task_whenAReplicaFailsThatIsThere_hasNoBudgetHere() {
        bind("r0", 9).fails(WorkerError.of(ErrorCode.WORKER_RESET, "as scripted"));
        FakeAdapter r1 = bind("r1", 1);
        heard("a").assertFailed(ErrorCode.WORKER_RESET);
        assertEquals(List.of(), r1.jobs);
    }
}
