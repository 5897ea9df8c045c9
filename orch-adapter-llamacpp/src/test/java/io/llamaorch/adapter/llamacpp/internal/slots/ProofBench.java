package io.llamaorch.adapter.llamacpp.internal.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Proofs on the test's thread: jobs are cancelled, time passes, and the engine answers what the test says. Its properties
 * are known at first. No timer may wait at the end.
 */
final class ProofBench implements AfterEachCallback {

    /** What the properties say of the settings of a job. */
    static final String SETTINGS = "\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}";

    static final String PROPS = "{\"is_sleeping\":false,\"endpoint_slots\":true," + SETTINGS + "}";

    private static final Duration STEP = Duration.ofNanos(1);

    final FakeTransport transport = new FakeTransport();
    final ManualTime time = new ManualTime();
    private final EngineQueries queries = new EngineQueries(
            transport,
            Optional.empty(),
            new Failures("http://engine-1:8080", Optional.empty()),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    final KnownFacts facts = new KnownFacts(queries, time);
    final CancelProofs proofs = new CancelProofs(queries, facts, time);
    private final long origin = time.nanoTime();

    ProofBench() {
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
    }

    /** One cancelled job. */
    static final class Job {
        final int mark;
        final CompletableFuture<CancelReceipt> receipt;

        private Job(int mark, CompletableFuture<CancelReceipt> receipt) {
            this.mark = mark;
            this.receipt = receipt;
        }

        /** The job's slot, as the engine shows it. */
        String slot(boolean processing) {
            return "{\"id\":0,\"is_processing\":" + processing + ",\"params\":{\"dry_allowed_length\":" + mark + "}}";
        }

        void assertOpen() {
            assertFalse(receipt.isDone(), () -> "settled as " + receipt);
        }

        void assertFreeAfter(Duration took) {
            assertTrue(receipt.isDone(), "not settled");
            assertEquals("SLOT_FREE after " + took, receipt.join().toString());
        }

        void assertUnconfirmed(String reason) {
            assertTrue(receipt.isDone(), "not settled");
            assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.join().outcome(), receipt::toString);
            assertTrue(receipt.join().reason().contains(reason), receipt.join()::reason);
        }
    }

    /** Cancels a marked job now that has come so far. */
    Job cancel(JobPhase phase) {
        Mark mark = mark();
        return new Job(mark.value().orElseThrow(), prove(mark, phase));
    }

    /** The mark of one more job. */
    Mark mark() {
        return proofs.mark(TaskRequest.builder("Once").build());
    }

    CompletableFuture<CancelReceipt> prove(Mark mark, JobPhase phase) {
        return proofs.prove(mark, phase, time.nanoTime()).toCompletableFuture();
    }

    static Duration millis(long count) {
        return Duration.ofMillis(count);
    }

    /** How much time has passed since the test's beginning. */
    Duration now() {
        return Duration.ofNanos(time.nanoTime() - origin);
    }

    /** Lets time pass until then, counted from the test's beginning. */
    void until(long atMillis) {
        time.advance(millis(atMillis).minus(now()));
    }

    /** Lets time pass until just before then. */
    void untilJustBefore(long atMillis) {
        time.advance(millis(atMillis).minus(now()).minus(STEP));
    }

    /** How many questions were asked so far. */
    int asked() {
        return transport.questions().size();
    }

    FakeTransport.Question last() {
        return transport.question(asked() - 1);
    }

    /** The engine answers a look that has just begun. */
    void answer(String... slots) {
        assertLast("/props");
        last().answer(200, PROPS);
        assertLast("/slots");
        last().answer(200, "[" + String.join(",", slots) + "]");
    }

    private void assertLast(String path) {
        assertEquals(path, last().request().path());
    }

    /** One question is asked up to then. */
    void assertNextLookAt(long atMillis) {
        int before = asked();
        until(atMillis);
        assertEquals(before + 1, asked(), "at " + atMillis + " ms a look must have begun");
        assertLast("/props");
    }

    void assertNoLookBefore(long atMillis) {
        int before = asked();
        untilJustBefore(atMillis);
        assertEquals(before, asked(), "before " + atMillis + " ms there must be no look");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        proofs.close();
        assertEquals(List.of(), time.pending());
    }
}
