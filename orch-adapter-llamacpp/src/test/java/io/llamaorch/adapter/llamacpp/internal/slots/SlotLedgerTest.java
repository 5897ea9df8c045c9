package io.llamaorch.adapter.llamacpp.internal.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Which session sits where, when that is relied on, and how often it was wrong (trap 14). */
@NoLeaks
class SlotLedgerTest {

    private static final Duration IDLE = Duration.ofMinutes(10);

    private final ManualTime time = new ManualTime();
    private final SlotLedger ledger = ledger(true, 0);

    private SlotLedger ledger(boolean alone, int turns) {
        return new SlotLedger(time, new SessionLimits(IDLE, turns), alone, () -> 2);
    }

    private static TaskRequest task(String session, UnaryOperator<TaskRequest.Builder> more) {
        TaskRequest.Builder task = TaskRequest.builder("Once");
        return more.apply(session.isEmpty() ? task : task.sessionId(session)).build();
    }

    private Booking book(String session) {
        return ledger.book(task(session, task -> task));
    }

    private void turn(String session, int slot, int held, int cached) {
        book(session).ended(slot, held, cached);
    }

    private Sessions.Predictions predictions() {
        return ledger.snapshot().predictions();
    }

    @Test
    void session_afterItsTurn_sitsInItsSlot() {
        turn("a", 1, 100, 0);
        turn("b", 0, 50, 0);
        turn("a", 1, 120, 99);
        assertEquals(
                List.of(
                        new Sessions.Held("b", OptionalInt.of(0), 50, 1),
                        new Sessions.Held("a", OptionalInt.of(1), 120, 2)),
                ledger.snapshot().held());
    }

    @Test
    void turn_whenItsSlotIsCertainlyFree_isPinnedToIt() {
        turn("a", 1, 100, 0);
        assertEquals(OptionalInt.empty(), book("new").slot());
        SlotLedger shared = ledger(false, 0);
        shared.book(task("a", task -> task)).ended(1, 100, 0);
        assertEquals(OptionalInt.empty(), shared.book(task("a", task -> task)).slot());
    }

    @Test
    void turn_besideJobsWhoseSlotsAreKnown_isPinned() {
        turn("a", 1, 100, 0);
        turn("b", 0, 100, 0);
        Booking first = book("b");
        assertEquals(OptionalInt.of(0), first.slot());
        assertEquals(OptionalInt.of(1), book("a").slot());
    }

    @Test
    void turn_besideAJobOfAnUnknownSlot_isNotPinned() {
        turn("a", 1, 100, 0);
        Booking unknown = book("");
        assertEquals(OptionalInt.empty(), book("a").slot());
        assertEquals(OptionalInt.empty(), unknown.slot());
    }

    @Test
    void turn_whenItsSlotWorksForAnother_isNotPinned() {
        turn("a", 1, 100, 0);
        ledger.book(task("", task -> task.pin(Pin.toSlot("r0", 1))));
        assertEquals(OptionalInt.empty(), book("a").slot());
    }

    @Test
    void pin_ofTheTask_isKept() {
        turn("a", 1, 100, 0);
        assertEquals(
                OptionalInt.of(0),
                ledger.book(task("a", task -> task.pin(Pin.toSlot("r0", 0)))).slot());
    }

    @Test
    void job_cutOffSomewhere_leavesNoSlotCertainUntilEachHasEndedAnother() {
        turn("a", 1, 100, 0);
        book("").over(true);
        turn("b", 0, 10, 0);
        Booking doubtful = book("a");
        assertEquals(OptionalInt.empty(), doubtful.slot());
        doubtful.ended(1, 110, 99);
        assertEquals(OptionalInt.of(1), book("a").slot());
    }

    @Test
    void job_cutOffInItsSlot_leavesOnlyThatUncertain() {
        turn("a", 1, 100, 0);
        turn("b", 0, 100, 0);
        book("b").over(true);
        assertEquals(OptionalInt.of(1), book("a").slot());
        assertEquals(OptionalInt.empty(), ledger.snapshot().held().get(1).slot(), "what b held is gone");
    }

    @Test
    void job_thatTheEngineNeverHad_leavesNoDoubt() {
        turn("a", 1, 100, 0);
        book("").over(false);
        assertEquals(OptionalInt.of(1), book("a").slot());
    }

    @Test
    void end_isTakenOnce() {
        Booking booking = book("a");
        booking.over(false);
        booking.ended(1, 100, 0);
        assertEquals(List.of(), ledger.snapshot().held());
    }

    @Test
    void slot_takenByAnother_isNoSessionsAnyMore() {
        turn("a", 1, 100, 0);
        turn("", 1, 7, 0);
        assertEquals(
                List.of(new Sessions.Held("a", OptionalInt.empty(), 100, 1)),
                ledger.snapshot().held());
        turn("a", 0, 110, 0);
        assertEquals(
                List.of(new Sessions.Held("a", OptionalInt.of(0), 110, 2)),
                ledger.snapshot().held());
    }

    @Test
    void slot_thatTheEngineDoesNotTell_isUnknown() {
        turn("a", -1, 100, 0);
        assertEquals(OptionalInt.empty(), ledger.snapshot().held().get(0).slot());
        assertEquals(OptionalInt.empty(), book("a").slot());
    }

    @Test
    void prediction_isMadeFromTheSecondTurnOn_andJudgedByHalfOfWhatWasHeld() {
        turn("a", 1, 100, 0);
        assertEquals(new Sessions.Predictions(0, 0, 0), predictions());
        turn("a", 1, 120, 50);
        assertEquals(new Sessions.Predictions(1, 0, 0), predictions());
        turn("a", 1, 140, 59);
        assertEquals(new Sessions.Predictions(2, 1, 0), predictions());
        turn("a", 1, 140, -1);
        assertEquals(2, predictions().made(), "an engine that does not tell proves nothing");
        assertEquals(0.5, predictions().wrongShare());
    }

    /** The engine may keep the text of a slot that it gives to another in its memory, or not; the last one tells. */
    @Test
    void prediction_forASessionWithoutASlot_isWhatTheLastSuchOneSaw() {
        turn("a", 1, 100, 0);
        turn("b", 1, 100, 0);
        turn("a", 1, 100, 99);
        assertEquals(new Sessions.Predictions(1, 1, 0), predictions());
        turn("b", 1, 100, 99);
        assertEquals(new Sessions.Predictions(2, 1, 0), predictions());
        turn("a", 1, 100, 0);
        assertEquals(new Sessions.Predictions(3, 2, 0), predictions());
        turn("b", 1, 100, 0);
        assertEquals(new Sessions.Predictions(4, 2, 0), predictions());
    }

    @Test
    void turn_thatReusesNothingByItsOwnWill_isNotPredicted() {
        turn("a", 1, 100, 0);
        ledger.book(task("a", task -> task.extra("cache_prompt", false))).ended(1, 100, 0);
        ledger.book(task("a", task -> task.determinism(Determinism.GREEDY))).ended(1, 100, 0);
        assertEquals(0, predictions().made());
    }

    @Test
    void session_thatWasIdleTooLong_isForgotten() {
        turn("a", 1, 100, 0);
        time.advance(IDLE);
        turn("b", 0, 100, 0);
        assertEquals(2, ledger.snapshot().held().size());
        time.advance(Duration.ofNanos(1));
        assertEquals(
                List.of("b"),
                ledger.snapshot().held().stream().map(Sessions.Held::sessionId).toList());
        assertEquals(OptionalInt.empty(), book("a").slot());
    }

    @Test
    void session_thatHadAllItsTurns_beginsAnew() {
        SlotLedger limited = ledger(true, 2);
        for (int i = 0; i < 2; i++) {
            Booking booking = limited.book(task("a", task -> task));
            assertFalse(booking.fresh());
            booking.ended(1, 100, 0);
        }
        Booking third = limited.book(task("a", task -> task));
        assertTrue(third.fresh());
        assertEquals(OptionalInt.empty(), third.slot());
        third.ended(0, 100, 0);
        assertEquals(
                List.of(new Sessions.Held("a", OptionalInt.of(0), 100, 1)),
                limited.snapshot().held());
    }

    @Test
    void sessions_tooMany_losesTheOneThatWasUsedLongestAgo() {
        for (int i = 0; i <= SlotLedger.MOST_SESSIONS; i++) {
            turn("s" + i, 0, 10, 0);
        }
        List<Sessions.Held> held = ledger.snapshot().held();
        assertEquals(SlotLedger.MOST_SESSIONS, held.size());
        assertEquals("s1", held.get(0).sessionId());
    }

    @Test
    void end_ofASession_givesTheSlotThatHoldsNothingElse() {
        turn("a", 1, 100, 0);
        assertEquals(Optional.of(OptionalInt.of(1)), ledger.end("a"));
        assertEquals(Optional.empty(), ledger.end("a"));
        turn("b", 0, 100, 0);
        book("");
        assertEquals(Optional.of(OptionalInt.empty()), ledger.end("b"));
    }

    @Test
    void engine_thatIsLost_holdsNothingAnyMore() {
        turn("a", 1, 100, 0);
        ledger.replaced(0, "a.bin");
        ledger.engineLost();
        Booking booking = book("a");
        assertEquals(OptionalInt.empty(), booking.slot());
        booking.ended(0, 110, 0);
        assertEquals(new Sessions.Predictions(1, 0, 0), predictions());
    }

    @Test
    void restore_whoseSlotIsNotReused_isCounted() {
        turn("a", 1, 100, 0);
        ledger.replaced(1, "a.bin");
        assertEquals(OptionalInt.empty(), ledger.snapshot().held().get(0).slot());
        turn("", 0, 10, 0);
        assertEquals(0, predictions().unusedRestores());
        turn("", 1, 10, 0);
        assertEquals(1, predictions().unusedRestores());
        turn("", 1, 10, 0);
        assertEquals(1, predictions().unusedRestores(), "told once");
        ledger.replaced(1, "a.bin");
        turn("", 1, 10, 9);
        ledger.replaced(1, "a.bin");
        ledger.replaced(1, "");
        turn("", 1, 10, 0);
        assertEquals(1, predictions().unusedRestores());
    }
}
