package io.llamaorch.adapter.llamacpp.internal.slots;

import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.PROPS;
import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.millis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.Job;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the engine is asked for its slots, how often, and for how long (CAN-07). */
@NoLeaks
class CancelProofsLookTest {

    @RegisterExtension
    private final ProofBench bench = new ProofBench();

    @ParameterizedTest
    @CsvSource({"STREAMING, 150", "ACCEPTED, 1100", "SENT, 1100"})
    void firstLook_isSoonIfTokensFlowed_elseAfterTheEnginesOwn(JobPhase phase, long at) {
        Job job = bench.cancel(phase);
        bench.assertNoLookBefore(at);
        job.assertOpen();
        bench.assertNextLookAt(at);
        bench.answer(job.slot(false));
        job.assertFreeAfter(millis(at));
        assertEquals(List.of(), bench.time.pending());
    }

    /** Nothing to see, so nobody is asked; and it needs no mark. */
    @Test
    void unsentRequest_holdsNoPlace() {
        Job job = bench.cancel(JobPhase.UNSENT);
        job.assertFreeAfter(Duration.ZERO);
        bench.facts.forget();
        Mark none = bench.mark();
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE,
                bench.prove(none, JobPhase.UNSENT).join().outcome());
        assertEquals(0, bench.asked());
    }

    @Test
    void job_withoutAMark_isUnconfirmedAtOnce() {
        bench.facts.forget();
        Mark none = bench.mark();
        CancelReceipt receipt = bench.prove(none, JobPhase.STREAMING).join();
        assertEquals(CancelReceipt.unconfirmed(none.whyNone()).toString(), receipt.toString());
        assertEquals(0, bench.asked());
        assertEquals(List.of(), bench.time.pending());
    }

    /** The pause counts from the answer: a slow one must not be followed by a fast one soon. */
    @Test
    void nextLook_comesThirteenHundredMillisecondsAfterTheLastEnded() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.assertNextLookAt(150);
        bench.time.advance(millis(350));
        bench.answer(job.slot(true));
        job.assertOpen();
        bench.assertNoLookBefore(1800);
        bench.assertNextLookAt(1800);
        bench.answer(job.slot(false));
        job.assertFreeAfter(millis(1800));
    }

    @Test
    void look_servesAllThatWait_alsoThoseWhoseTurnHasNotCome() {
        Job first = bench.cancel(JobPhase.STREAMING);
        bench.until(100);
        Job second = bench.cancel(JobPhase.STREAMING);
        Job third = bench.cancel(JobPhase.SENT);
        bench.assertNextLookAt(150);
        bench.answer(first.slot(false), second.slot(true), third.slot(false));
        first.assertFreeAfter(millis(150));
        second.assertOpen();
        third.assertFreeAfter(millis(50));
        assertEquals(2, bench.asked());
        bench.assertNoLookBefore(1450);
        bench.assertNextLookAt(1450);
        bench.answer(second.slot(false));
        second.assertFreeAfter(millis(1350));
    }

    @Test
    void looks_ofManyCancels_areNeverCloserThanThePause() {
        long before = -1300;
        for (int i = 0; i < 200; i++) {
            bench.cancel(i % 3 == 0 ? JobPhase.SENT : JobPhase.STREAMING);
            int had = bench.asked();
            bench.time.advance(millis(37));
            if (bench.asked() > had) {
                bench.answer();
                assertTrue(bench.now().toMillis() - before >= 1300, "at " + before + " and at " + bench.now());
                before = bench.now().toMillis();
            }
        }
        assertTrue(bench.asked() >= 10 && bench.asked() <= 14, "so many questions: " + bench.asked());
    }

    /** Its slot may not have been taken when the engine answered: only a look of its own tells. */
    @Test
    void cancel_duringALook_waitsForTheNext() {
        Job first = bench.cancel(JobPhase.STREAMING);
        bench.assertNextLookAt(150);
        Job second = bench.cancel(JobPhase.STREAMING);
        bench.last().answer(200, PROPS);
        Job third = bench.cancel(JobPhase.STREAMING);
        bench.last().answer(200, "[" + first.slot(false) + "]");
        first.assertFreeAfter(millis(150));
        second.assertOpen();
        third.assertOpen();
        bench.assertNoLookBefore(1450);
        bench.assertNextLookAt(1450);
        bench.answer(second.slot(false), third.slot(false));
        second.assertFreeAfter(millis(1300));
        third.assertFreeAfter(millis(1300));
    }

    /** Both questions of a look share four seconds, so that one that waits for it has time for its own. */
    @Test
    void look_isBounded_alsoByTheTimeThatIsLeft() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        assertEquals(Duration.ofSeconds(4), bench.last().request().exchangeLimit());
        bench.until(1150);
        bench.last().answer(200, PROPS);
        assertEquals(Duration.ofSeconds(3), bench.last().request().exchangeLimit());
        bench.until(4150);
        bench.last().fail(WireFailure.Kind.TIMEOUT);
        bench.assertNextLookAt(5450);
        assertEquals(Duration.ofSeconds(4), bench.last().request().exchangeLimit());
        bench.until(7000);
        bench.last().answer(200, PROPS);
        bench.last().answer(200, "[" + job.slot(true) + "]");
        bench.assertNextLookAt(8300);
        assertEquals(millis(1200), bench.last().request().exchangeLimit());
        bench.until(9500);
        job.assertUnconfirmed("still works on the job");
        bench.last().fail(WireFailure.Kind.TIMEOUT);
        assertEquals(List.of(), bench.time.pending());
    }

    @Test
    void props_slowerThanALook_endIt() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.until(4150);
        bench.last().answer(200, PROPS);
        assertEquals(1, bench.asked());
        bench.assertNextLookAt(5450);
        bench.answer(job.slot(false));
        job.assertFreeAfter(millis(5450));
    }
}
