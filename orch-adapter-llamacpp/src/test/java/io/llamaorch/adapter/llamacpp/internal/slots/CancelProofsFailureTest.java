package io.llamaorch.adapter.llamacpp.internal.slots;

import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.PROPS;
import static io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.millis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.slots.ProofBench.Job;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a job when the engine refuses to tell, cannot be reached or is not asked any more (CAN-07). */
@NoLeaks
class CancelProofsFailureTest {

    @RegisterExtension
    private final ProofBench bench = new ProofBench();

    @ParameterizedTest
    @CsvSource({
        "401, error-unauthorized, refused a request without a token (401)",
        "501, error-slots-disabled, cannot do this (501)",
        "404, error-not-found, no such path (404)",
        "302, error-not-found, redirects (302)",
        "200, props, something else than was asked for by GET /slots"
    })
    void slots_refused_settleAtOnce(int status, String body, String reason) {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.last().answer(200, PROPS);
        bench.last().answer(status, Transcripts.text(body));
        job.assertUnconfirmed(reason);
        assertEquals(List.of(), bench.time.pending());
    }

    @Test
    void props_refused_settleAtOnce() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.last().answer(401, Transcripts.text("error-unauthorized"));
        job.assertUnconfirmed("refused a request without a token (401)");
        assertEquals(1, bench.asked());
    }

    /** It may come back, or be too busy to answer: what was asked too early may be asked again. */
    @Test
    void engine_unreachable_isAskedAgain() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.assertNextLookAt(150);
        bench.last().fail(WireFailure.Kind.REFUSED);
        bench.assertNextLookAt(1450);
        bench.last().answer(503, Transcripts.text("health-loading"));
        bench.assertNextLookAt(2750);
        bench.last().answer(200, PROPS);
        bench.last().fail(WireFailure.Kind.RESET);
        job.assertOpen();
        bench.assertNextLookAt(4050);
        bench.answer(job.slot(false));
        job.assertFreeAfter(millis(4050));
    }

    @Test
    void engine_unreachableToTheEnd_isSaidSo() {
        Job job = bench.cancel(JobPhase.STREAMING);
        for (long at = 150; at < 9500; at += 1300) {
            bench.assertNextLookAt(at);
            bench.last().fail(WireFailure.Kind.REFUSED);
        }
        bench.until(9500);
        job.assertUnconfirmed("the slots could not be looked at: engine-1:8080: it happened: check the URL");
    }

    @Test
    void engine_silent_isSaidSo_andALateAnswerHarmsNothing() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        bench.until(9500);
        job.assertUnconfirmed("has not answered");
        bench.last().answer(200, PROPS);
        bench.last().answer(200, "[" + job.slot(false) + "]");
        job.assertUnconfirmed("has not answered");
    }

    @Test
    void close_settlesAllAtOnce_andLeavesNoTimer() {
        Job first = bench.cancel(JobPhase.STREAMING);
        bench.until(150);
        Job second = bench.cancel(JobPhase.SENT);
        bench.proofs.close();
        first.assertUnconfirmed("was closed");
        second.assertUnconfirmed("was closed");
        assertEquals(List.of(), bench.time.pending());
        bench.last().answer(200, PROPS); // of the look under way
        assertEquals(List.of(), bench.time.pending());
        bench.cancel(JobPhase.STREAMING).assertUnconfirmed("was closed");
        bench.cancel(JobPhase.UNSENT).assertFreeAfter(Duration.ZERO);
        bench.proofs.close();
    }

    @Test
    void transport_closed_endsTheLookOnTheTimersThread() {
        Job job = bench.cancel(JobPhase.STREAMING);
        bench.transport.close();
        bench.until(150);
        job.assertOpen();
        bench.proofs.close();
        job.assertUnconfirmed("was closed");
    }

    /** Who is told may wait for another thread that cancels, or closes the adapter. */
    @Test
    void receipt_isToldWithoutALock() {
        Job first = bench.cancel(JobPhase.STREAMING);
        Job second = bench.cancel(JobPhase.STREAMING);
        CompletableFuture<Void> told = first.receipt.thenRun(() -> {
            Thread closing = new Thread(bench.proofs::close);
            closing.start();
            endOf(closing);
        });
        bench.until(150);
        bench.answer(first.slot(false), second.slot(true));
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
