package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Readiness: what it is learned from, and what one bad adapter can do to the others' answers. */
@NoLeaks
class AdapterHostHealthTest extends HostFixture {

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"POOL_UNAVAILABLE", "POOL_UNREADY"})
    void submit_whenAStreamTellsThatTheReplicaIsNotReady_avoidsIt(ErrorCode code) {
        FakeAdapter r0 = bind("r0").fails(code).healthIs(FakeAdapter.LOADING);
        FakeAdapter r1 = bind("r1").says("hello");
        assertFailed(code, submit("a"));
        assertEquals(ReplicaState.UNREADY, status("r0").state());
        assertTrue(status("r0").reason().contains("as scripted"), status("r0").reason());
        assertEnded(submit("b"));
        assertEquals(List.of("a"), r0.jobs);
        assertEquals(List.of("b"), r1.jobs);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"POOL_UNAVAILABLE", "POOL_UNREADY"})
    void submit_whenAStreamFailsOtherwise_theReplicaStaysReady(ErrorCode code) {
        bind("r0").fails(code);
        assertFailed(code, submit("a"));
        assertEquals(ReplicaState.READY, status("r0").state());
        assertEquals("", status("r0").reason());
    }

    @Test
    void health_whenAReplicaIsNotReady_isLearned() {
        FakeAdapter r0 = bind("r0").healthIs(FakeAdapter.LOADING);
        assertEquals(Map.of("r0", FakeAdapter.LOADING), now(host.health(POOL)));
        assertEquals(ReplicaState.UNREADY, status("r0").state());
        assertEquals("DEGRADED (it loads its model)", status("r0").reason());
        r0.healthIs(WorkerHealth.healthy("ok"));
        now(host.health(POOL));
        assertEquals(ReplicaState.READY, status("r0").state());
    }

    @Test
    void healthAndProperties_whenThereIsNoPool_fail() {
        bind("r0");
        for (var stage : List.of(host.health("defaul"), host.properties("defaul"))) {
            CompletionException failure = assertThrows(
                    CompletionException.class, () -> stage.toCompletableFuture().join());
            WorkerError error =
                    assertInstanceOf(WorkerException.class, failure.getCause()).error();
            assertEquals(ErrorCode.NOT_FOUND, error.code());
            assertTrue(error.message().contains("did you mean 'default'?"), error.message());
        }
    }

    static List<Throwable> whatAdaptersThrow() {
        return AdapterHostSubmitTest.whatAdaptersThrow();
    }

    @ParameterizedTest
    @MethodSource("whatAdaptersThrow")
    void healthAndProperties_whenAnAdapterThrows_theOthersStillAnswer(Throwable thrown) {
        bind("r0").healthIs(() -> Sneaky.raise(thrown)).propertiesAre(() -> Sneaky.raise(thrown));
        bind("r1");
        assertFirstIsBroken(thrown.toString());
    }

    @ParameterizedTest
    @MethodSource("whatAdaptersThrow")
    void healthAndProperties_whenAStageFails_theOthersStillAnswer(Throwable thrown) {
        bind("r0")
                .healthIs(() -> CompletableFuture.failedStage(thrown))
                .propertiesAre(() -> CompletableFuture.failedStage(thrown));
        bind("r1");
        assertFirstIsBroken(thrown.toString());
    }

    @Test
    void healthAndProperties_whenAnAdapterAnswersNull_theOthersStillAnswer() {
        FakeAdapter r0 = bind("r0").healthIs(() -> null).propertiesAre(() -> null);
        bind("r1");
        assertFirstIsBroken("it gave no stage");
        r0.healthIs(() -> CompletableFuture.completedStage(null))
                .propertiesAre(() -> CompletableFuture.completedStage(null));
        assertFirstIsBroken("it answered null");
    }

    private void assertFirstIsBroken(String because) {
        Map<String, WorkerHealth> health = now(host.health(POOL));
        assertEquals(Set.of("r0", "r1"), health.keySet());
        assertEquals(ErrorCode.INTERNAL, health.get("r0").code().orElseThrow());
        assertTrue(health.get("r0").reason().contains(because), health.get("r0").reason());
        assertTrue(health.get("r1").ready());
        assertEquals(ReplicaState.UNREADY, status("r0").state());
        Map<String, ReplicaResult<WorkerProperties>> properties = now(host.properties(POOL));
        assertEquals(
                ErrorCode.INTERNAL,
                assertInstanceOf(ReplicaResult.Failed.class, properties.get("r0"))
                        .error()
                        .code());
        assertInstanceOf(ReplicaResult.Known.class, properties.get("r1"));
        assertEquals(2, time.waiting(), "the next look at each");
    }

    @Test
    void healthAndProperties_whenTheAdapterFailsWithATypedError_itIsPassedOn() {
        WorkerException known = new WorkerException(WorkerError.of(ErrorCode.UNAUTHORIZED, "no such token"));
        bind("r0")
                .healthIs(() -> CompletableFuture.failedStage(known))
                .propertiesAre(() -> CompletableFuture.failedStage(new CompletionException(known)));
        assertEquals(
                ErrorCode.UNAUTHORIZED, now(host.health(POOL)).get("r0").code().orElseThrow());
        assertEquals(
                known.error(),
                assertInstanceOf(
                                ReplicaResult.Failed.class,
                                now(host.properties(POOL)).get("r0"))
                        .error());
    }

    @Test
    void healthAndProperties_whenAnAdapterNeverAnswers_endAfterFifteenSeconds() {
        bind("r0").healthIs(CompletableFuture::new).propertiesAre(CompletableFuture::new);
        bind("r1");
        var health = host.health(POOL).toCompletableFuture();
        var properties = host.properties(POOL).toCompletableFuture();
        time.advance(Duration.ofMillis(14_999));
        assertFalse(health.isDone() || properties.isDone());
        time.advance(Duration.ofMillis(1));
        assertEquals(ErrorCode.DECODE_TIMEOUT, now(health).get("r0").code().orElseThrow());
        assertTrue(now(health).get("r1").ready());
        assertInstanceOf(ReplicaResult.Failed.class, now(properties).get("r0"));
        assertInstanceOf(ReplicaResult.Known.class, now(properties).get("r1"));
        assertEquals(ReplicaState.UNREADY, status("r0").state());
        assertEquals(2, time.waiting(), "the next look at each");
    }

    /** Or a page that asks each second would make a slow replica unready before its time. */
    @Test
    void health_whenItIsAskedForOften_countsNoMoreFailuresThanThereAreLooks() {
        try (AdapterHost patient = AdapterHost.builder(registry)
                .timeSource(time)
                .deliveryExecutor(Runnable::run)
                .build()) {
            patient.bind(spec("r0"));
            fake.of("r0").healthIs(WorkerHealth.unhealthy(ErrorCode.DECODE_TIMEOUT, "it is silent"));
            for (int asked = 0; asked < 10; asked++) {
                now(patient.health(POOL));
            }
            assertEquals(ReplicaState.READY, patient.replicas(POOL).get(0).state());
        }
    }

    /** A replica that was revived so would take tasks, and blame its closed adapter for refusing them. */
    @Test
    void health_whenTheReplicaIsTakenAwayMeanwhile_theLateAnswerDoesNotReviveIt() {
        for (WorkerHealth answer : List.of(FakeAdapter.LOADING, FakeAdapter.WELL)) {
            CompletableFuture<WorkerHealth> late = new CompletableFuture<>();
            bind("r0").healthIs(() -> late).holds(emitter -> {});
            TokenStream stream = submit("j");
            var health = host.health(POOL);
            var gone = host.unbind(POOL, "r0");

            late.complete(answer);

            assertEquals(answer, now(health).get("r0"));
            assertEquals(ReplicaState.DRAINING, status("r0").state());
            assertFailed(ErrorCode.POOL_UNAVAILABLE, submit("k"));
            stream.cancel();
            over(gone);
        }
    }
}
