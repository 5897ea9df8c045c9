package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DSP-03: how many places a replica has, and when each comes back. */
@NoLeaks
class AdapterHostPlacesTest extends HostFixture {

    private static final Duration QUARANTINE = AdmissionPolicy.DEFAULT.quarantine();
    private static final WorkerProperties UNKNOWN = WorkerProperties.builder().build();

    private static WorkerProperties slots(int slots) {
        return WorkerProperties.builder().slots(slots).build();
    }

    private int startedOf(int tasks) {
        for (int i = 0; i < tasks; i++) {
            heard("j" + i);
        }
        return fake.of("r0").jobs.size();
    }

    private static ReplicaPlaces places(int share, int running, int quarantined) {
        return new ReplicaPlaces(share, running, quarantined);
    }

    @Test
    void share_isTheEnginesSlots() {
        bind("r0", slots(3));
        assertEquals(3, startedOf(10));
        assertEquals(places(3, 3, 0), places("r0"));
    }

    @Test
    void share_whenItIsSet_isThat() {
        bind("r0", 2);
        assertEquals(2, startedOf(10));
    }

    @Test
    void share_whenTheEngineDoesNotTell_isOne() {
        bind("r0", UNKNOWN);
        assertEquals(1, startedOf(10));
    }

    @Test
    void share_whenItIsLearnedLater_startsThoseWhoWait() {
        FakeAdapter r0 = bind("r0", UNKNOWN);
        assertEquals(1, startedOf(10));
        r0.has(slots(4));
        time.advance(Duration.ofSeconds(70)); // what is known of an engine is read anew each minute
        assertEquals(places(4, 4, 0), places("r0"));
    }

    @Test
    void place_whenTheStreamEnds_isFreeBeforeTheEndIsHeard() {
        FakeAdapter r0 = bind("r0", 1);
        submit("a").outcome().thenRun(() -> submit("b"));
        FakeAdapter.end(r0.emitter("a"), "hello");
        assertEquals(List.of("a", "b"), r0.jobs);
        assertEquals(places(1, 1, 0), places("r0"));
    }

    /** With these the engine says itself that it does not work on the task. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"INVALID_PARAMS", "CONTEXT_EXCEEDED", "UNAUTHORIZED", "NOT_FOUND", "ADMISSION_REJECT"})
    void place_whenTheEngineRefuses_isFree(ErrorCode code) {
        bind("r0", 1).fails(code);
        submit("a");
        assertEquals(places(1, 0, 0), places("r0"));
    }

    /** What these leave, only the adapter knows: a gateway may have said so, and the engine works. */
    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"INVALID_PARAMS", "CONTEXT_EXCEEDED", "UNAUTHORIZED", "NOT_FOUND", "ADMISSION_REJECT"})
    void place_whenTheStreamFailsOtherwise_isKeptForTheQuarantine(ErrorCode code) {
        bind("r0", 1).fails(code);
        submit("a");
        assertEquals(places(1, 0, 1), places("r0"));
        time.advance(QUARANTINE.minusNanos(1));
        assertEquals(places(1, 0, 1), places("r0"));
        time.advance(Duration.ofNanos(1));
        assertEquals(places(1, 0, 0), places("r0"));
    }

    @ParameterizedTest
    @EnumSource(value = ErrorCode.class)
    void place_whenTheAdapterSaysThatNothingIsLeft_isFree(ErrorCode code) {
        bind("r0", 1).refuses(WorkerError.of(code, "as scripted"));
        submit("a");
        assertEquals(places(1, 0, 0), places("r0"));
    }

    @Test
    void place_whenTheAdapterThrows_isFree() {
        bind("r0", 1).submits(task -> {
            throw new IllegalStateException("boom");
        });
        submit("a");
        assertEquals(places(1, 0, 0), places("r0"));
    }

    /** What ends a stream here, while the engine may work on. */
    private enum Cut {
        CANCEL,
        ADAPTERS_CANCEL,
        SUBSCRIBER_LEAVES,
        DEADLINE,
        UNCLAIMED,
        CUT
    }

    private void cut(Cut how, FakeAdapter adapter) {
        switch (how) {
            case CANCEL -> submit("a").cancel();
            case ADAPTERS_CANCEL -> {
                submit("a");
                adapter.cancel("a");
            }
            case SUBSCRIBER_LEAVES -> heard("a").leave();
            case DEADLINE -> {
                heard(task("a").toBuilder().deadline(Duration.ofSeconds(1)).build());
                time.advance(Duration.ofSeconds(1));
            }
            case UNCLAIMED -> {
                submit("a");
                time.advance(Duration.ofSeconds(30));
            }
            case CUT -> {
                submit("a");
                TokenEmitter emitter = adapter.emitter("a");
                emitter.started("fake-model", StartDetails.NONE);
                emitter.token("hello");
                emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void place_whenTheStreamIsCut_isKeptForTheQuarantine(Cut how) {
        FakeAdapter r0 = bind("r0", 2);
        cut(how, r0);
        assertEquals(places(2, 0, 1), places("r0"));
        time.advance(QUARANTINE.minusNanos(1));
        assertEquals(places(2, 0, 1), places("r0"));
        time.advance(Duration.ofNanos(1));
        assertEquals(places(2, 0, 0), places("r0"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CUT")
    void place_whenItIsProvedFreeLater_isFreeThenAndOnce(Cut how) {
        CompletableFuture<CancelReceipt> proof = new CompletableFuture<>();
        FakeAdapter r0 = bind("r0", 2).proves(() -> proof);
        cut(how, r0);
        assertEquals(places(2, 0, 1), places("r0"));
        proof.complete(CancelReceipt.slotFree(Duration.ofMillis(150)));
        assertEquals(places(2, 0, 0), places("r0"));
        r0.proves(() -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("nobody looked")));
        submit("another").cancel();
        time.advance(QUARANTINE.minusNanos(1)); // no timer of the first may free the place of the second
        assertEquals(places(2, 0, 1), places("r0"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "CUT")
    void place_whenItIsProvedFreeAtOnce_isFree(Cut how) {
        FakeAdapter r0 =
                bind("r0", 2).proves(() -> CompletableFuture.completedStage(CancelReceipt.slotFree(Duration.ZERO)));
        cut(how, r0);
        assertEquals(places(2, 0, 0), places("r0"));
    }

    @Test
    void place_whenTheProofFails_isKeptForTheQuarantine() {
        CompletableFuture<CancelReceipt> proof = new CompletableFuture<>();
        bind("r0", 1).proves(() -> proof);
        submit("a").cancel();
        proof.completeExceptionally(new IllegalStateException("boom"));
        assertEquals(places(1, 0, 1), places("r0"));
        time.advance(QUARANTINE);
        assertEquals(places(1, 0, 0), places("r0"));
    }

    @Test
    void place_whenItComesBack_goesToWhoeverWaits() {
        FakeAdapter r0 = bind("r0", 1);
        submit("a").cancel();
        heard("b");
        assertEquals(List.of("a"), r0.jobs);
        time.advance(QUARANTINE);
        assertEquals(List.of("a", "b"), r0.jobs);
    }

    @Test
    void place_whenTheEngineWasGoneAndIsBack_isFreeUnlessItsStreamRunsOn() {
        FakeAdapter r0 = bind("r0", 3);
        submit("cancelled").cancel();
        heard("runs on");
        goneAndBack(r0);
        assertEquals(places(3, 1, 0), places("r0"));
        time.advance(QUARANTINE); // its timer must not free a place of the next engine
        submit("cancelled again").cancel();
        assertEquals(places(3, 1, 1), places("r0"));
    }

    private void goneAndBack(FakeAdapter adapter) {
        adapter.healthIs(FakeAdapter.NOBODY);
        now(host.health(POOL));
        adapter.healthIs(FakeAdapter.WELL);
        now(host.health(POOL));
    }

    /** A gateway that answers 502 proves nothing about the engine behind it. */
    @Test
    void place_whenTheEngineWasPerhapsThere_isKept() {
        FakeAdapter r0 = bind("r0", 3);
        submit("cancelled").cancel();
        r0.fails(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "bad gateway"));
        submit("502");
        now(host.health(POOL));
        assertEquals(places(3, 0, 2), places("r0"));
    }

    @Test
    void place_whenACancelledStreamNeverEnds_comesBackAllTheSame() {
        FakeAdapter r0 = bind("r0", 1);
        r0.submits(task -> new OddStream(task.jobId()));
        heard("a").stream.cancel();
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertEquals(places(1, 1, 0), places("r0"));
        time.advance(Duration.ofNanos(1));
        assertEquals(places(1, 0, 1), places("r0"));
        time.advance(QUARANTINE);
        assertEquals(places(1, 0, 0), places("r0"));
    }

    private static ReplicaSpec at(String url, String option) {
        return spec("r0").toBuilder().url(url).share(2).option("o", option).build();
    }

    private void rebind(ReplicaSpec spec) {
        host.rebind(spec);
    }

    @Test
    void places_whenTheReplicaIsBoundAnewAtTheSameEngine_areSharedWithWhatStillRuns() {
        host.bind(at("http://a", "1"));
        FakeAdapter old = fake.of("r0");
        heard("a");
        submit("b").cancel();
        rebind(at("http://a", "2"));
        FakeAdapter next = fake.of("r0");
        Heard waiting = heard("c");
        assertEquals(places(2, 0, 2), places("r0"));
        assertTrue(waiting.isRunning());
        FakeAdapter.end(old.emitter("a"), "hello");
        assertEquals(List.of("c"), next.jobs);
        assertEquals(places(2, 1, 1), places("r0"));
        time.advance(QUARANTINE);
        assertEquals(places(2, 1, 0), places("r0"));
    }

    @Test
    void places_whenTheReplicaIsBoundAnewAtAnotherEngine_areAllFree() {
        host.bind(at("http://a", "1"));
        heard("a");
        rebind(at("http://b", "1"));
        assertEquals(places(2, 0, 0), places("r0"));
    }

    @Test
    void places_whenTheLastReplicaWasTakenAwayAndIsBoundAgain_areNotKeptForEver() {
        host.bind(at("http://a", "1"));
        FakeAdapter old = fake.of("r0");
        heard("a");
        submit("b").cancel();
        var unused = host.unbind(POOL, "r0");
        host.bind(at("http://a", "2"));
        assertEquals(places(2, 0, 1), places("r0"));
        FakeAdapter.end(old.emitter("a"), "hello");
        assertEquals(places(2, 0, 0), places("r0"));
    }

    /** Its first attempt was cut, and nobody knows whether the engine works on. */
    @Test
    void receipt_ofATaskThatIsCancelledWhileItWaitsForItsNextAttempt_claimsNothing() {
        try (AdapterHost retrying = AdapterHost.builder(registry)
                .timeSource(time)
                .deliveryExecutor(Runnable::run)
                .chance(() -> 0.5)
                .build()) {
            retrying.bind(spec("r9"));
            FakeAdapter r9 = fake.of("r9");
            Heard cut = Heard.of(retrying.submit(POOL, task("a")));
            r9.emitter("a").error(WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up"));
            cut.stream.cancel();
            assertEquals(
                    CancelReceipt.Outcome.UNCONFIRMED,
                    now(cut.stream.released()).outcome());
        }
    }
}
