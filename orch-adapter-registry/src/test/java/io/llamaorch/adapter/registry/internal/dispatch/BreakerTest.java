package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.dispatch.Breaker.Verdict;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DSP-06: three states, and what moves a breaker between them. */
class BreakerTest {

    private final Breaker breaker =
            new Breaker(BreakerPolicy.builder().failures(3).window(5).build());

    private static TokenEvent.Error error(ErrorCode code) {
        return new TokenEvent.Error(WorkerError.of(code, "as scripted"));
    }

    private static TokenEvent.End end(StopReason reason) {
        return new TokenEvent.End(reason, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
    }

    private void one(Verdict verdict) {
        breaker.over(breaker.begin(), verdict);
    }

    private void open() {
        for (int i = 0; i < 3; i++) {
            one(Verdict.BAD);
        }
        assertEquals(BreakerState.OPEN, breaker.state());
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"POOL_UNAVAILABLE", "WORKER_RESET", "DECODE_TIMEOUT", "PROTOCOL", "UNAUTHORIZED"})
    void judge_whenTheReplicaIsAtFault_isBad(ErrorCode code) {
        assertEquals(Verdict.BAD, breaker.judge("j", error(code)));
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"POOL_UNAVAILABLE", "WORKER_RESET", "DECODE_TIMEOUT", "PROTOCOL", "UNAUTHORIZED"})
    void judge_whenSomebodyElseIsAtFault_saysNothing(ErrorCode code) {
        assertEquals(Verdict.NONE, breaker.judge("j", error(code)));
    }

    @ParameterizedTest
    @EnumSource
    void judge_whenItEnded_isGoodUnlessItWasCancelled(StopReason reason) {
        assertEquals(reason == StopReason.CANCELLED ? Verdict.NONE : Verdict.GOOD, breaker.judge("j", end(reason)));
    }

    @Test
    void judge_whenTheEngineFailsWithThreeDifferentJobsInARow_isBadFromTheThird() {
        assertEquals(Verdict.NONE, breaker.judge("a", error(ErrorCode.INTERNAL)));
        assertEquals(Verdict.NONE, breaker.judge("b", error(ErrorCode.INTERNAL)));
        assertEquals(Verdict.BAD, breaker.judge("c", error(ErrorCode.INTERNAL)));
        assertEquals(Verdict.BAD, breaker.judge("d", error(ErrorCode.INTERNAL)));
    }

    /** llama.cpp answers 500 to callers' faults too: one caller that insists must not cost the others a replica. */
    @Test
    void judge_whenTheEngineFailsWithTheSameJobAgainAndAgain_saysNothing() {
        for (int i = 0; i < 10; i++) {
            assertEquals(Verdict.NONE, breaker.judge("a", error(ErrorCode.INTERNAL)));
            assertEquals(Verdict.NONE, breaker.judge("b", error(ErrorCode.INTERNAL)));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"INVALID_PARAMS", "WORKER_RESET"})
    void judge_whenSomethingElseComesBetween_countsAnew(ErrorCode between) {
        breaker.judge("a", error(ErrorCode.INTERNAL));
        breaker.judge("b", error(ErrorCode.INTERNAL));
        breaker.judge("c", error(between));
        assertEquals(Verdict.NONE, breaker.judge("d", error(ErrorCode.INTERNAL)));
    }

    @Test
    void judge_whenATaskIsServedBetween_countsAnew() {
        breaker.judge("a", error(ErrorCode.INTERNAL));
        breaker.judge("b", error(ErrorCode.INTERNAL));
        breaker.judge("c", end(StopReason.END_OF_TEXT));
        assertEquals(Verdict.NONE, breaker.judge("d", error(ErrorCode.INTERNAL)));
    }

    @Test
    void judge_whenOneIsCancelledBetween_countsOn() {
        breaker.judge("a", error(ErrorCode.INTERNAL));
        breaker.judge("b", error(ErrorCode.INTERNAL));
        breaker.judge("c", end(StopReason.CANCELLED));
        assertEquals(Verdict.BAD, breaker.judge("d", error(ErrorCode.INTERNAL)));
    }

    @Test
    void breaker_whenFewerFail_staysClosed() {
        one(Verdict.BAD);
        one(Verdict.BAD);
        assertEquals(BreakerState.CLOSED, breaker.state());
        assertTrue(breaker.permits());
    }

    @Test
    void breaker_whenSoManyOfTheLatestFail_opens() {
        open();
        assertFalse(breaker.permits());
    }

    @Test
    void breaker_whenTheFailuresAreLongAgo_staysClosed() {
        one(Verdict.BAD);
        one(Verdict.BAD);
        one(Verdict.GOOD);
        one(Verdict.GOOD);
        one(Verdict.GOOD);
        one(Verdict.GOOD);
        one(Verdict.BAD);
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    @Test
    void breaker_whenMostSayNothing_looksAtTheOthersOnly() {
        for (int i = 0; i < 3; i++) {
            one(Verdict.BAD);
            one(Verdict.NONE);
            one(Verdict.NONE);
        }
        assertEquals(BreakerState.OPEN, breaker.state());
    }

    @Test
    void open_whenATaskEndsThatBeganBefore_staysOpen() {
        int began = breaker.begin();
        open();
        breaker.over(began, Verdict.GOOD);
        assertEquals(BreakerState.OPEN, breaker.state());
    }

    @Test
    void halfOpen_letsOneTrialThroughAtATime() {
        open();
        breaker.halfOpen();
        assertEquals(BreakerState.HALF_OPEN, breaker.state());
        assertTrue(breaker.permits());
        assertNotEquals(0, breaker.begin());
        assertFalse(breaker.permits());
    }

    @Test
    void halfOpen_whenTheTrialGoesWell_closes() {
        open();
        breaker.halfOpen();
        one(Verdict.GOOD);
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    @Test
    void halfOpen_whenItClosed_countsAnew() {
        open();
        breaker.halfOpen();
        one(Verdict.GOOD);
        one(Verdict.BAD);
        one(Verdict.BAD);
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    @Test
    void halfOpen_whenTheTrialFails_opensAgain() {
        open();
        breaker.halfOpen();
        one(Verdict.BAD);
        assertEquals(BreakerState.OPEN, breaker.state());
    }

    @Test
    void halfOpen_whenTheTrialSaysNothing_letsAnotherThrough() {
        open();
        breaker.halfOpen();
        one(Verdict.NONE);
        assertEquals(BreakerState.HALF_OPEN, breaker.state());
        assertTrue(breaker.permits());
    }

    @Test
    void halfOpen_whenATaskEndsThatBeganBefore_waitsForTheTrial() {
        int began = breaker.begin();
        open();
        breaker.halfOpen();
        int trial = breaker.begin();
        breaker.over(began, Verdict.GOOD);
        assertEquals(BreakerState.HALF_OPEN, breaker.state());
        assertFalse(breaker.permits());
        breaker.over(trial, Verdict.GOOD);
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    @Test
    void halfOpen_whenItIsNotOpen_doesNothing() {
        breaker.halfOpen();
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    @Test
    void reset_closesAndForgets() {
        open();
        breaker.judge("a", error(ErrorCode.INTERNAL));
        breaker.judge("b", error(ErrorCode.INTERNAL));
        breaker.reset();
        assertTrue(breaker.permits());
        assertEquals(Verdict.NONE, breaker.judge("c", error(ErrorCode.INTERNAL)));
        one(Verdict.BAD);
        one(Verdict.BAD);
        assertEquals(BreakerState.CLOSED, breaker.state());
    }

    /** The trial of an engine that is gone says nothing of the next one, nor lets a second trial run beside that one's. */
    @Test
    void halfOpen_whenATrialOfTheFormerEngineEnds_waitsForItsOwn() {
        open();
        breaker.halfOpen();
        int former = breaker.begin();
        breaker.reset();
        open();
        breaker.halfOpen();
        breaker.begin();
        breaker.over(former, Verdict.GOOD);
        assertEquals(BreakerState.HALF_OPEN, breaker.state());
        assertFalse(breaker.permits());
    }
}
