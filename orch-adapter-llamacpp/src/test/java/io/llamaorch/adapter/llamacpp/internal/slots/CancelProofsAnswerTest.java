package io.llamaorch.adapter.llamacpp.internal.slots;

import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.PROPS;
import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.SETTINGS;
import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.millis;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.Job;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine's slots prove, and what is said when they prove nothing (CAN-07). */
@NoLeaks
class CancelProofsAnswerTest {

    private static final String ASLEEP = "{\"is_sleeping\":true," + SETTINGS + "}";
    private static final String NO_SLOTS = "{\"endpoint_slots\":false," + SETTINGS + "}";

    @RegisterExtension
    private final ProofBench bench = new ProofBench();

    @Test
    void job_stillProcessing_isGivenUpWithinTenSeconds() {
        Job job = bench.cancel(JobPhase.SENT);
        for (long at = 1100; at < 9500; at += 1300) {
            bench.assertNextLookAt(at);
            bench.answer(job.slot(true));
        }
        bench.untilJustBefore(9500);
        job.assertOpen();
        bench.until(9500);
        job.assertUnconfirmed("still works on the job");
        assertEquals(14, bench.asked());
        assertEquals(List.of(), bench.time.pending());
    }

    /** It may wait in the queue, and come to a slot yet. */
    @Test
    void mark_notFoundOfAJobThatHadNoAnswer_isLookedForAgain() {
        Job job = bench.cancel(JobPhase.SENT);
        bench.assertNextLookAt(1100);
        bench.answer("{\"id\":0,\"is_processing\":true,\"params\":{\"dry_allowed_length\":2}}");
        job.assertOpen();
        bench.assertNextLookAt(2400);
        bench.answer(job.slot(false));
        job.assertFreeAfter(millis(2400));

        Job never = bench.cancel(JobPhase.SENT);
        for (long at = 3700; at < 11900; at += 1300) {
            bench.assertNextLookAt(at);
            bench.answer("{\"is_processing\":false}");
        }
        bench.until(11900);
        never.assertUnconfirmed("waits in the server's queue");
    }

    /** It had a slot, and no slot is its own any more: no later look will show more. */
    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "STREAMING"})
    void mark_notFoundOfAJobThatHadASlot_settlesIt(JobPhase phase) {
        Job job = bench.cancel(phase);
        Job other = bench.cancel(phase);
        bench.until(1100);
        bench.answer(other.slot(false));
        job.assertUnconfirmed("was given to another job");
        other.assertFreeAfter(millis(1100));
    }

    @Test
    void mark_ofAnother_isNotOurs() {
        Job job = bench.cancel(JobPhase.SENT);
        bench.until(1100);
        bench.answer("{\"is_processing\":false,\"params\":{\"dry_allowed_length\":" + (job.mark + 1) + "}}");
        job.assertOpen();
    }

    /** Something between has sent the request again, to the same server. */
    @Test
    void mark_onTwoSlots_isFreeOnlyWhenBothAreIdle() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.answer(job.slot(false), job.slot(true));
        job.assertOpen();
        bench.assertNextLookAt(1450);
        bench.answer(job.slot(false), job.slot(false));
        job.assertFreeAfter(millis(1450));
    }

    @Test
    void slots_of2024_areUnderstood() {
        Job job = bench.cancel(JobPhase.STREAMING);
        Job busy = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.last().answer(200, "{" + SETTINGS + "}"); // it cannot sleep, and does not tell that it shows slots
        bench.last()
                .answer(
                        200,
                        "[{\"state\":0,\"dry_allowed_length\":" + job.mark + "},{\"state\":1,\"dry_allowed_length\":"
                                + busy.mark + "}]");
        job.assertFreeAfter(millis(150));
        busy.assertOpen();
    }

    @Test
    void engine_asleep_isNotWoken() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.last().answer(200, ASLEEP);
        job.assertUnconfirmed("sleeps");
        assertEquals(1, bench.asked());
        assertEquals(List.of(), bench.time.pending());
    }

    @Test
    void engine_thatShowsNoSlotsAnyMore_isNotAskedForThem() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.last().answer(200, NO_SLOTS);
        job.assertUnconfirmed("does not show its slots");
        assertEquals(1, bench.asked());
    }

    @Test
    void props_readOnTheWay_areLearnt() {
        bench.facts.forget();
        bench.facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.facts.forget();
        bench.until(150);
        bench.last().answer(200, "{\"build_info\":\"v2\"," + SETTINGS + "}");
        bench.last().answer(200, "[" + job.slot(false) + "]");
        assertEquals("v2", bench.facts.now().orElseThrow().version());
    }
}
