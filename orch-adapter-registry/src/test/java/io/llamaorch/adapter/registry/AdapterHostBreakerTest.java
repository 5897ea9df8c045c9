package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DSP-06: failures that are a replica's fault keep work from it, for as long as the host's clock says. */
@NoLeaks
class AdapterHostBreakerTest extends HostFixture {

    private static final Duration OPEN_FOR = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofNanos(1);
    private static final WorkerError CUT = WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up");

    private FakeAdapter r0;
    private int jobs;

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.breakers(
                BreakerPolicy.builder().failures(3).window(5).openFor(OPEN_FOR).build());
    }

    @BeforeEach
    void bindOne() {
        r0 = bind("r0").refuses(CUT);
    }

    private Heard next() {
        return heard("job-" + jobs++);
    }

    private void open() {
        for (int i = 0; i < 3; i++) {
            next();
        }
        assertEquals(List.of("CLOSED to OPEN"), breaker());
    }

    private List<String> breaker() {
        return breakerMoves.stream()
                .map(move -> move.from() + " to " + move.to())
                .toList();
    }

    @Test
    void breaker_whenTooManyOfTheLatestTasksFail_keepsWorkAway() {
        FakeAdapter r1 = bind("r1", 1).says("hello");
        for (int i = 0; i < 3; i++) {
            next().assertFailed(ErrorCode.WORKER_RESET);
        }
        next().assertEnded();
        assertEquals(3, r0.jobs.size());
        assertEquals(1, r1.jobs.size());
    }

    @Test
    void breaker_whenItIsOpenAndNobodyElseIsThere_refusesAtOnceWithTheReason() {
        open();
        WorkerError error = next().assertFailed(ErrorCode.POOL_UNREADY);
        assertTrue(
                error.message().contains("(replica r0: its breaker is open: too many tasks failed on it lately)"),
                error.message());
        assertTrue(error.retriable());
        assertTrue(error.retryAfter().isPresent());
    }

    @Test
    void breaker_isToldToListenersWithItsCause() {
        open();
        BreakerMove move = breakerMoves.get(0);
        assertEquals(spec("r0"), move.spec());
        assertEquals("too many tasks failed on it", move.cause());
    }

    @Test
    void breaker_whenItWasOpenForLongEnough_letsOneTaskThrough() {
        open();
        time.advance(OPEN_FOR.minus(TICK));
        next().assertFailed(ErrorCode.POOL_UNREADY);
        time.advance(TICK);
        r0.holds(emitter -> {});
        next();
        Heard second = next();
        assertEquals(List.of("CLOSED to OPEN", "OPEN to HALF_OPEN"), breaker());
        assertEquals("it was open for long enough", breakerMoves.get(1).cause());
        assertEquals(4, r0.jobs.size());
        assertEquals(0, second.position(), "it waits for how the trial goes");
    }

    @Test
    void trial_whenItGoesWell_closesTheBreakerForAll() {
        open();
        time.advance(OPEN_FOR);
        r0.holds(emitter -> {});
        next();
        next();
        next();
        FakeAdapter.end(r0.emitter("job-3"), "hello");
        assertEquals("a trial went well", breakerMoves.get(2).cause());
        assertEquals(List.of("CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to CLOSED"), breaker());
        assertEquals(6, r0.jobs.size());
    }

    @Test
    void trial_whenItFails_opensTheBreakerForTheWholeTimeAgain() {
        open();
        time.advance(OPEN_FOR);
        next().assertFailed(ErrorCode.WORKER_RESET);
        assertEquals(List.of("CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to OPEN"), breaker());
        time.advance(OPEN_FOR.minus(TICK));
        next().assertFailed(ErrorCode.POOL_UNREADY);
        time.advance(TICK);
        next().assertFailed(ErrorCode.WORKER_RESET);
    }

    @Test
    void trial_whenItIsCancelled_letsAnotherThrough() {
        open();
        time.advance(OPEN_FOR);
        r0.holds(emitter -> {});
        Heard trial = next();
        next();
        trial.stream.cancel();
        assertEquals(5, r0.jobs.size());
        assertEquals(2, breakerMoves.size());
    }

    @Test
    void trial_whenTheCallerIsAtFault_letsAnotherThrough() {
        open();
        time.advance(OPEN_FOR);
        r0.fails(ErrorCode.INVALID_PARAMS);
        next().assertFailed(ErrorCode.INVALID_PARAMS);
        r0.says("hello");
        next().assertEnded();
        assertEquals(3, breakerMoves.size());
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {
                "INVALID_PARAMS",
                "CONTEXT_EXCEEDED",
                "UNSUPPORTED",
                "NOT_FOUND",
                "ADMISSION_REJECT",
                "DEADLINE_UNMET"
            })
    void breaker_whenTheCallersAreAtFault_staysClosed(ErrorCode code) {
        r0.fails(code);
        for (int i = 0; i < 20; i++) {
            next().assertFailed(code);
        }
        assertEquals(List.of(), breakerMoves);
    }

    @Test
    void breaker_whenTheEngineItselfFails_countsFromTheThirdDifferentJob() {
        r0.fails(ErrorCode.INTERNAL);
        for (int i = 0; i < 20; i++) {
            heard("insistent").assertFailed(ErrorCode.INTERNAL);
        }
        assertEquals(List.of(), breakerMoves);
        heard("second");
        heard("third");
        heard("fourth");
        assertEquals(List.of(), breakerMoves);
        heard("fifth");
        assertEquals(List.of("CLOSED to OPEN"), breaker());
    }

    @Test
    void breaker_whenTasksAreCancelled_staysClosed() {
        r0.holds(emitter -> {});
        for (int i = 0; i < 20; i++) {
            next().stream.cancel();
        }
        assertEquals(List.of(), breakerMoves);
    }

    @Test
    void breaker_whenTasksFailInTurns_looksAtTheLatestOnly() {
        for (int i = 0; i < 20; i++) {
            r0.refuses(CUT);
            next();
            r0.says("hello");
            next();
            next();
        }
        assertEquals(List.of(), breakerMoves);
    }

    @Test
    void breaker_whenTheEngineWasGoneAndIsBack_isClosed() {
        open();
        goneAndBack();
        assertEquals("its engine came back", breakerMoves.get(1).cause());
        r0.says("hello");
        next().assertEnded();
    }

    private void goneAndBack() {
        r0.healthIs(FakeAdapter.NOBODY);
        now(host.health(POOL));
        r0.healthIs(FakeAdapter.WELL);
        now(host.health(POOL));
    }

    /** The timer of its first opening is still there. */
    @Test
    void breaker_whenItOpensAgainAfterTheEngineCameBack_isOpenForTheWholeTime() {
        open();
        time.advance(Duration.ofSeconds(4));
        goneAndBack();
        for (int i = 0; i < 3; i++) {
            next().assertFailed(ErrorCode.WORKER_RESET);
        }
        time.advance(OPEN_FOR.minus(TICK));
        next().assertFailed(ErrorCode.POOL_UNREADY);
        time.advance(TICK);
        next().assertFailed(ErrorCode.WORKER_RESET);
    }

    @Test
    void breaker_whenTheReplicaIsBoundAnew_isClosed() {
        open();
        fake.eachIs(adapter -> adapter.says("hello"));
        over(host.rebind(spec("r0")));
        next().assertEnded();
    }

    @Test
    void breaker_isAReplicasOwn() {
        open();
        FakeAdapter r1 = bind("r1").refuses(CUT);
        next().assertFailed(ErrorCode.WORKER_RESET);
        assertEquals(1, r1.jobs.size());
    }

    @Test
    void breaker_whenItIsOpen_refusesPinnedTasksToo() {
        open();
        bind("r1");
        TaskRequest pinned = task("pinned").toBuilder().pin(Pin.toReplica("r0")).build();
        heard(pinned).assertFailed(ErrorCode.POOL_UNREADY);
    }

    @Test
    void breaker_whenTheEngineCameBackBeforeItOpened_countsFromTheStart() {
        next();
        next();
        goneAndBack();
        next();
        assertEquals(List.of(), breakerMoves);
    }

    /** Its answer may take minutes, and nothing else could begin meanwhile. */
    @Test
    void trial_whenItBeginsToAnswer_isEnough() {
        open();
        time.advance(OPEN_FOR);
        r0.holds(emitter -> {});
        Heard trial = next();
        Heard waiting = next();
        assertTrue(waiting.isRunning());
        assertEquals(1, host.replicas(POOL).get(0).running());
        TokenEmitter engine = r0.emitter("job-3");
        engine.started("fake-model", StartDetails.NONE);
        engine.token("hello");
        assertEquals(List.of("CLOSED to OPEN", "OPEN to HALF_OPEN", "HALF_OPEN to CLOSED"), breaker());
        assertEquals(2, host.replicas(POOL).get(0).running());
        engine.error(CUT);
        trial.assertFailed(ErrorCode.WORKER_RESET);
        assertEquals(3, breaker().size(), "its end is one failure of any");
    }

    @Test
    void trial_whenItFails_isToldAsThat() {
        open();
        time.advance(OPEN_FOR);
        next();
        assertEquals("a trial failed", breakerMoves.get(2).cause());
    }
}
