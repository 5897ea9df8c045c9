package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** HLT-04 and HLT-05: what takes a replica out, what brings it back, and what is read of it meanwhile. */
@NoLeaks
class AdapterHostReadinessTest extends HostFixture {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final WorkerHealth SILENT = WorkerHealth.unhealthy(ErrorCode.DECODE_TIMEOUT, "it does not answer");

    private final AtomicInteger readings = new AtomicInteger();

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.health(HealthPolicy.builder()
                .interval(INTERVAL)
                .jitter(0)
                .failureThreshold(3)
                .successThreshold(2)
                .build());
    }

    private ReplicaState state() {
        return status("r0").state();
    }

    /** Binds a replica whose readings of properties are counted. */
    private FakeAdapter counted() {
        fake.eachIs(adapter -> adapter.propertiesAre(() -> {
            readings.incrementAndGet();
            return CompletableFuture.completedStage(
                    WorkerProperties.builder().slots(4).build());
        }));
        return bind("r0");
    }

    @Test
    void replica_whenItsConnectionIsRefused_isOutAtOnce() {
        FakeAdapter r0 = bind("r0").healthIs(FakeAdapter.NOBODY);
        time.advance(INTERVAL);
        assertEquals(ReplicaState.UNREADY, state());
        heard("a").assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertEquals(List.of(), r0.jobs);
    }

    @Test
    void replica_whenATaskFindsNobody_isOutAtOnce() {
        bind("r0").refuses(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "connection refused"));
        submit("a");
        assertEquals(ReplicaState.UNREADY, state());
    }

    @Test
    void replica_whenItsEngineLoads_isOutAtOnce() {
        bind("r0").healthIs(FakeAdapter.LOADING);
        time.advance(INTERVAL);
        assertEquals(ReplicaState.UNREADY, state());
    }

    @Test
    void replica_whenLooksFailOtherwise_isOutAfterSoManyInARow() {
        FakeAdapter r0 = bind("r0").healthIs(SILENT);
        time.advance(INTERVAL);
        time.advance(Duration.ofSeconds(1));
        assertEquals(3, r0.healthChecks.get());
        assertEquals(ReplicaState.READY, state());
        time.advance(Duration.ofSeconds(2));
        assertEquals(4, r0.healthChecks.get());
        assertEquals(ReplicaState.UNREADY, state());
    }

    @Test
    void replica_whenALookGoesWellBetween_staysIn() {
        FakeAdapter r0 = bind("r0");
        for (int i = 0; i < 5; i++) {
            r0.healthIs(SILENT);
            time.advance(INTERVAL);
            time.advance(Duration.ofSeconds(1));
            r0.healthIs(FakeAdapter.WELL);
            time.advance(Duration.ofSeconds(2));
        }
        assertEquals(1 + 5 * 3, r0.healthChecks.get());
        assertEquals(1, moves.size(), moves.toString());
    }

    @Test
    void replica_whenALookThrows_countsItAsFailed() {
        bind("r0").healthIs(() -> Sneaky.raise(new NoSuchMethodError("boom")));
        time.advance(INTERVAL.multipliedBy(2));
        assertEquals(ReplicaState.UNREADY, state());
    }

    /** A burst of streams can silence a server for long: that is no illness. */
    @Test
    void replica_whenItIsBusy_staysInAndGetsWork() {
        FakeAdapter r0 =
                bind("r0").healthIs(WorkerHealth.busy("it streams to us")).says("hello");
        time.advance(INTERVAL.multipliedBy(10));
        assertEquals(ReplicaState.READY, state());
        heard("a").assertEnded();
        assertEquals(List.of("a"), r0.jobs);
    }

    @Test
    void replica_whenLooksGoWellAgain_isBackByItselfAfterSoManyInARow() {
        FakeAdapter r0 = bind("r0").healthIs(FakeAdapter.NOBODY);
        time.advance(INTERVAL);
        r0.healthIs(FakeAdapter.WELL);
        time.advance(Duration.ofSeconds(1));
        assertEquals(3, r0.healthChecks.get());
        assertEquals(ReplicaState.UNREADY, state());
        time.advance(Duration.ofSeconds(1));
        assertEquals(4, r0.healthChecks.get(), "it is not kept out for an interval");
        assertEquals(ReplicaState.READY, state());
    }

    @Test
    void replica_whenItIsBack_servesThoseWhoWait() {
        FakeAdapter r0 = bind("r0", 1);
        heard("first");
        Heard waiting = heard("a");
        r0.healthIs(FakeAdapter.NOBODY);
        time.advance(INTERVAL);
        r0.emitter("first").error(WorkerError.of(ErrorCode.WORKER_RESET, "the engine died"));
        assertTrue(waiting.isRunning());
        r0.healthIs(FakeAdapter.WELL).says("hello");
        time.advance(Duration.ofSeconds(2));
        waiting.assertEnded();
    }

    /** What live traffic shows counts as much as a look (HLT-04). */
    @Test
    void replica_whenTasksAreServedBetweenFailedLooks_staysIn() {
        FakeAdapter r0 = bind("r0").healthIs(SILENT).says("hello");
        for (int i = 0; i < 120; i++) {
            submit("j" + i);
            time.advance(Duration.ofSeconds(1));
        }
        assertTrue(r0.healthChecks.get() > 10);
        assertEquals(ReplicaState.READY, state());
    }

    @Test
    void properties_areReadWhenItIsReadyAndThenEachMinute() {
        counted();
        assertEquals(1, readings.get());
        time.advance(Duration.ofSeconds(59));
        assertEquals(1, readings.get());
        time.advance(Duration.ofSeconds(1));
        assertEquals(2, readings.get());
    }

    /** What the adapter counts as free may be more than this host may use (HLT-06). */
    @Test
    void properties_whenAskedFor_tellThePlacesThatAreFreeHere() {
        FakeAdapter r0 = bind("r0", 3);
        r0.has(WorkerProperties.builder().slots(8).freeSlots(8).build());
        heard("a");
        assertEquals(
                Map.of("r0", OptionalInt.of(2)),
                now(host.properties(POOL)).entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> ((ReplicaResult.Known<WorkerProperties>) entry.getValue())
                                        .value()
                                        .freeSlots())));
    }

    @Test
    void replica_whenATaskIsAnsweredByAProxy_isNotOutAtOnce() {
        bind("r0").fails(WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "bad gateway"));
        heard("a");
        assertEquals(ReplicaState.READY, state());
        heard("b");
        heard("c");
        assertEquals(ReplicaState.UNREADY, state(), "three in a row");
    }

    @Test
    void replica_whoseHealthBreaksLines_isToldOfInOne() {
        bind("r0").healthIs(WorkerHealth.absent("gone\n2026-11-26 INFO all is well"));
        time.advance(INTERVAL);
        assertEquals(
                "UNHEALTHY (gone 2026-11-26 INFO all is well)", status("r0").reason());
    }

    @Test
    void properties_whileItIsNotReady_areNotRead() {
        FakeAdapter r0 = counted().healthIs(FakeAdapter.LOADING);
        time.advance(Duration.ofMinutes(5));
        assertEquals(1, readings.get());
        assertTrue(r0.healthChecks.get() > 20);
    }

    @Test
    void properties_whenTheEngineWasGone_areReadAtOnce() {
        FakeAdapter r0 = counted().healthIs(FakeAdapter.NOBODY);
        time.advance(INTERVAL);
        r0.has(WorkerProperties.builder().slots(2).build()).healthIs(FakeAdapter.WELL);
        time.advance(Duration.ofSeconds(1));
        assertEquals(2, places("r0").share());
    }

    @Test
    void properties_whenTheyCannotBeRead_areReadAtTheNextLook() {
        fake.eachIs(adapter -> adapter.propertiesAre(() -> {
            readings.incrementAndGet();
            return CompletableFuture.failedStage(new IllegalStateException("boom"));
        }));
        bind("r0");
        time.advance(INTERVAL.multipliedBy(2));
        assertEquals(3, readings.get());
        assertEquals(1, places("r0").share());
    }

    @Test
    void stream_thatRunsOnAnUnreadyReplica_runsOn() {
        FakeAdapter r0 = bind("r0");
        Heard heard = heard("a");
        r0.healthIs(FakeAdapter.NOBODY);
        time.advance(INTERVAL);
        FakeAdapter.end(r0.emitter("a"), "hello");
        assertEquals(1, heard.all(TokenEvent.Token.class).size());
        assertEquals(ReplicaState.UNREADY, state(), "it began before the engine was gone");
    }
}
