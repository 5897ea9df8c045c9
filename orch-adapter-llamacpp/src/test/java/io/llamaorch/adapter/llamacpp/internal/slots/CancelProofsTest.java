package io.llamaorch.adapter.llamacpp.internal.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When the engine is asked for its slots, what its answer proves, and what is said otherwise (CAN-07). */
@NoLeaks
class CancelProofsTest {

    private static final String SETTINGS = "\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}";
    private static final String PROPS = "{\"is_sleeping\":false,\"endpoint_slots\":true," + SETTINGS + "}";
    private static final String ASLEEP = "{\"is_sleeping\":true," + SETTINGS + "}";
    private static final String NO_SLOTS = "{\"endpoint_slots\":false," + SETTINGS + "}";
    private static final Duration STEP = Duration.ofNanos(1);

    private final FakeTransport transport = new FakeTransport();
    private final ManualTime time = new ManualTime();
    private final EngineQueries queries = new EngineQueries(
            transport,
            Optional.empty(),
            new Failures("http://engine-1:8080", Optional.empty()),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    private final KnownFacts facts = new KnownFacts(queries, time);
    private final CancelProofs proofs = new CancelProofs(queries, facts, time);
    private final long origin = time.nanoTime();

    @BeforeEach
    void engineIsKnown() {
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
    }

    @AfterEach
    void nothingIsLeftBehind() {
        proofs.close();
        assertEquals(List.of(), time.pending());
    }

    /** One cancelled job. */
    private final class Job {
        private final int mark;
        private final CompletableFuture<CancelReceipt> receipt;

        private Job(JobPhase phase) {
            Mark given = proofs.mark(TaskRequest.builder("Once").build());
            mark = given.value().orElseThrow();
            receipt = proofs.prove(given, phase, time.nanoTime()).toCompletableFuture();
        }

        private String slot(boolean processing) {
            return "{\"id\":0,\"is_processing\":" + processing + ",\"params\":{\"dry_allowed_length\":" + mark + "}}";
        }

        private void assertOpen() {
            assertFalse(receipt.isDone(), () -> "settled as " + receipt);
        }

        private void assertFreeAfter(Duration took) {
            assertTrue(receipt.isDone(), "not settled");
            assertEquals("SLOT_FREE after " + took, receipt.join().toString());
        }

        private void assertUnconfirmed(String reason) {
            assertTrue(receipt.isDone(), "not settled");
            assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.join().outcome(), receipt::toString);
            assertTrue(receipt.join().reason().contains(reason), receipt.join()::reason);
        }
    }

    private static Duration millis(long count) {
        return Duration.ofMillis(count);
    }

    private Duration now() {
        return Duration.ofNanos(time.nanoTime() - origin);
    }

    /** Lets time pass until then, counted from the test's beginning. */
    private void until(long atMillis) {
        time.advance(millis(atMillis).minus(now()));
    }

    private int asked() {
        return transport.questions().size();
    }

    private FakeTransport.Question last() {
        return transport.question(asked() - 1);
    }

    private void assertLast(String path) {
        assertEquals(path, last().request().path());
    }

    /** The engine answers a look that has just begun. */
    private void answer(String... slots) {
        assertLast("/props");
        last().answer(200, PROPS);
        assertLast("/slots");
        last().answer(200, "[" + String.join(",", slots) + "]");
    }

    /** No question is asked until just before then; at that time one is. */
    private void assertNextLookAt(long atMillis) {
        int before = asked();
        until(atMillis);
        assertEquals(before + 1, asked(), "at " + atMillis + " ms a look must have begun");
        assertLast("/props");
    }

    private void assertNoLookBefore(long atMillis) {
        int before = asked();
        time.advance(millis(atMillis).minus(now()).minus(STEP));
        assertEquals(before, asked(), "before " + atMillis + " ms there must be no look");
    }

    @ParameterizedTest
    @CsvSource({"STREAMING, 150", "ACCEPTED, 1100", "SENT, 1100"})
    void firstLook_isSoonIfTokensFlowed_elseAfterTheEnginesOwn(JobPhase phase, long at) {
        Job job = new Job(phase);
        assertNoLookBefore(at);
        job.assertOpen();
        assertNextLookAt(at);
        answer(job.slot(false));
        job.assertFreeAfter(millis(at));
        assertEquals(List.of(), time.pending());
    }

    /** Nothing to see, so nobody is asked; and it needs no mark. */
    @Test
    void unsentRequest_holdsNoPlace() {
        Job job = new Job(JobPhase.UNSENT);
        job.assertFreeAfter(Duration.ZERO);
        facts.forget();
        Mark none = proofs.mark(TaskRequest.builder("Once").build());
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE,
                proofs.prove(none, JobPhase.UNSENT, time.nanoTime())
                        .toCompletableFuture()
                        .join()
                        .outcome());
        assertEquals(0, asked());
    }

    @Test
    void job_withoutAMark_isUnconfirmedAtOnce() {
        facts.forget();
        Mark none = proofs.mark(TaskRequest.builder("Once").build());
        CancelReceipt receipt = proofs.prove(none, JobPhase.STREAMING, time.nanoTime())
                .toCompletableFuture()
                .join();
        assertEquals(CancelReceipt.unconfirmed(none.whyNone()).toString(), receipt.toString());
        assertEquals(0, asked());
        assertEquals(List.of(), time.pending());
    }

    /** The pause counts from the answer: a slow one must not be followed by a fast one soon. */
    @Test
    void nextLook_comesThirteenHundredMillisecondsAfterTheLastEnded() {
        Job job = new Job(JobPhase.STREAMING);
        assertNextLookAt(150);
        time.advance(millis(350));
        answer(job.slot(true));
        job.assertOpen();
        assertNoLookBefore(1800);
        assertNextLookAt(1800);
        answer(job.slot(false));
        job.assertFreeAfter(millis(1800));
    }

    @Test
    void look_servesAllThatWait_alsoThoseWhoseTurnHasNotCome() {
        Job first = new Job(JobPhase.STREAMING);
        until(100);
        Job second = new Job(JobPhase.STREAMING);
        Job third = new Job(JobPhase.SENT);
        assertNextLookAt(150);
        answer(first.slot(false), second.slot(true), third.slot(false));
        first.assertFreeAfter(millis(150));
        second.assertOpen();
        third.assertFreeAfter(millis(50));
        assertEquals(2, asked());
        assertNoLookBefore(1450);
        assertNextLookAt(1450);
        answer(second.slot(false));
        second.assertFreeAfter(millis(1350));
    }

    @Test
    void looks_ofManyCancels_areNeverCloserThanThePause() {
        long before = -1300;
        for (int i = 0; i < 200; i++) {
            new Job(i % 3 == 0 ? JobPhase.SENT : JobPhase.STREAMING);
            int had = asked();
            time.advance(millis(37));
            if (asked() > had) {
                answer();
                assertTrue(now().toMillis() - before >= 1300, "at " + before + " and at " + now());
                before = now().toMillis();
            }
        }
        assertTrue(asked() >= 10 && asked() <= 14, "so many questions: " + asked());
    }

    /** Its slot may not have been taken when the engine answered: only a look of its own tells. */
    @Test
    void cancel_duringALook_waitsForTheNext() {
        Job first = new Job(JobPhase.STREAMING);
        assertNextLookAt(150);
        Job second = new Job(JobPhase.STREAMING);
        last().answer(200, PROPS);
        Job third = new Job(JobPhase.STREAMING);
        last().answer(200, "[" + first.slot(false) + "]");
        first.assertFreeAfter(millis(150));
        second.assertOpen();
        third.assertOpen();
        assertNoLookBefore(1450);
        assertNextLookAt(1450);
        answer(second.slot(false), third.slot(false));
        second.assertFreeAfter(millis(1300));
        third.assertFreeAfter(millis(1300));
    }

    @Test
    void job_stillProcessing_isGivenUpWithinTenSeconds() {
        Job job = new Job(JobPhase.SENT);
        for (long at = 1100; at < 9500; at += 1300) {
            assertNextLookAt(at);
            answer(job.slot(true));
        }
        time.advance(millis(9500).minus(now()).minus(STEP));
        job.assertOpen();
        until(9500);
        job.assertUnconfirmed("still works on the job");
        assertEquals(14, asked());
        assertEquals(List.of(), time.pending());
    }

    /** It may wait in the queue, and come to a slot yet. */
    @Test
    void mark_notFoundOfAJobThatHadNoAnswer_isLookedForAgain() {
        Job job = new Job(JobPhase.SENT);
        assertNextLookAt(1100);
        answer("{\"id\":0,\"is_processing\":true,\"params\":{\"dry_allowed_length\":2}}");
        job.assertOpen();
        assertNextLookAt(2400);
        answer(job.slot(false));
        job.assertFreeAfter(millis(2400));

        Job never = new Job(JobPhase.SENT);
        for (long at = 3700; at < 11900; at += 1300) {
            assertNextLookAt(at);
            answer("{\"is_processing\":false}");
        }
        until(11900);
        never.assertUnconfirmed("waits in the server's queue");
    }

    /** It had a slot, and no slot is its own any more: no later look will show more. */
    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "STREAMING"})
    void mark_notFoundOfAJobThatHadASlot_settlesIt(JobPhase phase) {
        Job job = new Job(phase);
        Job other = new Job(phase);
        until(1100);
        answer(other.slot(false));
        job.assertUnconfirmed("was given to another job");
        other.assertFreeAfter(millis(1100));
    }

    @Test
    void mark_ofAnother_isNotOurs() {
        Job job = new Job(JobPhase.SENT);
        until(1100);
        answer("{\"is_processing\":false,\"params\":{\"dry_allowed_length\":" + (job.mark + 1) + "}}");
        job.assertOpen();
    }

    /** Something between has sent the request again, to the same server. */
    @Test
    void mark_onTwoSlots_isFreeOnlyWhenBothAreIdle() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        answer(job.slot(false), job.slot(true));
        job.assertOpen();
        assertNextLookAt(1450);
        answer(job.slot(false), job.slot(false));
        job.assertFreeAfter(millis(1450));
    }

    @Test
    void slots_of2024_areUnderstood() {
        Job job = new Job(JobPhase.STREAMING);
        Job busy = new Job(JobPhase.STREAMING);
        until(150);
        last().answer(200, "{" + SETTINGS + "}"); // it cannot sleep, and does not tell that it shows slots
        last().answer(
                        200,
                        "[{\"state\":0,\"dry_allowed_length\":" + job.mark + "},{\"state\":1,\"dry_allowed_length\":"
                                + busy.mark + "}]");
        job.assertFreeAfter(millis(150));
        busy.assertOpen();
    }

    @Test
    void engine_asleep_isNotWoken() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        last().answer(200, ASLEEP);
        job.assertUnconfirmed("sleeps");
        assertEquals(1, asked());
        assertEquals(List.of(), time.pending());
    }

    @Test
    void engine_thatShowsNoSlotsAnyMore_isNotAskedForThem() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        last().answer(200, NO_SLOTS);
        job.assertUnconfirmed("does not show its slots");
        assertEquals(1, asked());
    }

    @ParameterizedTest
    @CsvSource({
        "401, error-unauthorized, refused a request without a token (401)",
        "501, error-slots-disabled, cannot do this (501)",
        "404, error-not-found, no such path (404)",
        "302, error-not-found, redirects (302)",
        "200, props, something else than was asked for by GET /slots"
    })
    void slots_refused_settleAtOnce(int status, String body, String reason) {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        last().answer(200, PROPS);
        last().answer(status, Transcripts.text(body));
        job.assertUnconfirmed(reason);
        assertEquals(List.of(), time.pending());
    }

    @Test
    void props_refused_settleAtOnce() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        last().answer(401, Transcripts.text("error-unauthorized"));
        job.assertUnconfirmed("refused a request without a token (401)");
        assertEquals(1, asked());
    }

    /** It may come back, or be too busy to answer: what was asked too early may be asked again. */
    @Test
    void engine_unreachable_isAskedAgain() {
        Job job = new Job(JobPhase.STREAMING);
        assertNextLookAt(150);
        last().fail(WireFailure.Kind.REFUSED);
        assertNextLookAt(1450);
        last().answer(503, Transcripts.text("health-loading"));
        assertNextLookAt(2750);
        last().answer(200, PROPS);
        last().fail(WireFailure.Kind.RESET);
        job.assertOpen();
        assertNextLookAt(4050);
        answer(job.slot(false));
        job.assertFreeAfter(millis(4050));
    }

    @Test
    void engine_unreachableToTheEnd_isSaidSo() {
        Job job = new Job(JobPhase.STREAMING);
        for (long at = 150; at < 9500; at += 1300) {
            assertNextLookAt(at);
            last().fail(WireFailure.Kind.REFUSED);
        }
        until(9500);
        job.assertUnconfirmed("the slots could not be looked at: engine-1:8080: it happened: check the URL");
    }

    /** Both questions of a look share four seconds, so that one that waits for it has time for its own. */
    @Test
    void look_isBounded_alsoByTheTimeThatIsLeft() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        assertEquals(Duration.ofSeconds(4), last().request().exchangeLimit());
        until(1150);
        last().answer(200, PROPS);
        assertEquals(Duration.ofSeconds(3), last().request().exchangeLimit());
        until(4150);
        last().fail(WireFailure.Kind.TIMEOUT);
        assertNextLookAt(5450);
        assertEquals(Duration.ofSeconds(4), last().request().exchangeLimit());
        until(7000);
        last().answer(200, PROPS);
        last().answer(200, "[" + job.slot(true) + "]");
        assertNextLookAt(8300);
        assertEquals(millis(1200), last().request().exchangeLimit());
        until(9500);
        job.assertUnconfirmed("still works on the job");
        last().fail(WireFailure.Kind.TIMEOUT);
        assertEquals(List.of(), time.pending());
    }

    @Test
    void engine_silent_isSaidSo_andALateAnswerHarmsNothing() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        until(9500);
        job.assertUnconfirmed("has not answered");
        last().answer(200, PROPS);
        last().answer(200, "[" + job.slot(false) + "]");
        job.assertUnconfirmed("has not answered");
    }

    @Test
    void props_slowerThanALook_endIt() {
        Job job = new Job(JobPhase.STREAMING);
        until(150);
        until(4150);
        last().answer(200, PROPS);
        assertEquals(1, asked());
        assertNextLookAt(5450);
        answer(job.slot(false));
        job.assertFreeAfter(millis(5450));
    }

    @Test
    void props_readOnTheWay_areLearnt() {
        facts.forget();
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        Job job = new Job(JobPhase.STREAMING);
        facts.forget();
        until(150);
        last().answer(200, "{\"build_info\":\"v2\"," + SETTINGS + "}");
        last().answer(200, "[" + job.slot(false) + "]");
        assertEquals("v2", facts.now().orElseThrow().version());
    }

    @Test
    void close_settlesAllAtOnce_andLeavesNoTimer() {
        Job first = new Job(JobPhase.STREAMING);
        until(150);
        Job second = new Job(JobPhase.SENT);
        proofs.close();
        first.assertUnconfirmed("was closed");
        second.assertUnconfirmed("was closed");
        assertEquals(List.of(), time.pending());
        last().answer(200, PROPS); // of the look under way
        assertEquals(List.of(), time.pending());
        new Job(JobPhase.STREAMING).assertUnconfirmed("was closed");
        new Job(JobPhase.UNSENT).assertFreeAfter(Duration.ZERO);
        proofs.close();
    }

    @Test
    void transport_closed_endsTheLookOnTheTimersThread() {
        Job job = new Job(JobPhase.STREAMING);
        transport.close();
        until(150);
        job.assertOpen();
        proofs.close();
        job.assertUnconfirmed("was closed");
    }

    /** Who is told may wait for another thread that cancels, or closes the adapter. */
    @Test
    void receipt_isToldWithoutALock() {
        Job first = new Job(JobPhase.STREAMING);
        Job second = new Job(JobPhase.STREAMING);
        CompletableFuture<Void> told = first.receipt.thenRun(() -> {
            Thread closing = new Thread(proofs::close);
            closing.start();
            endOf(closing);
        });
        until(150);
        answer(first.slot(false), second.slot(true));
        second.assertUnconfirmed("was closed");
        assertTrue(told.isDone() && !told.isCompletedExceptionally(), "the other thread could not close: " + told);
    }

    private static void endOf(Thread thread) {
        try {
            Patience.end(thread);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
