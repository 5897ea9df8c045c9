package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** DSP-03, TIM-02 and CAN-03: what a waiting task hears, and what ends its wait. */
@NoLeaks
class AdapterHostQueuedTest extends HostFixture {

    private static final Duration TELLING = Duration.ofMillis(250);
    private static final Duration LONGEST_WAIT = AdmissionPolicy.DEFAULT.longestWait();

    /** While this is true, what is handed to the executor waits in the queue. */
    private boolean executorRests;

    private final Queue<Runnable> executor = new ArrayDeque<>();

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.deliveryExecutor(task -> {
            if (executorRests) {
                executor.add(task);
            } else {
                task.run();
            }
        });
    }

    private FakeAdapter full() {
        FakeAdapter r0 = bind("r0", 1);
        heard("first");
        return r0;
    }

    private static List<Integer> positions(Heard heard) {
        return heard.all(TokenEvent.Queued.class).stream()
                .map(TokenEvent.Queued::position)
                .toList();
    }

    private static Optional<Duration> start(Heard heard) {
        List<TokenEvent.Queued> all = heard.all(TokenEvent.Queued.class);
        return all.get(all.size() - 1).details().predictedStart();
    }

    @Test
    void queued_tellsHowManyAreBefore() {
        full();
        assertEquals(0, heard("a").position());
        assertEquals(1, heard("b").position());
    }

    @Test
    void queued_whenAPlaceIsFree_isNotHeard() {
        bind("r0", 1).says("hello");
        assertEquals("Started Token End", heard("a").kinds());
    }

    @Test
    void queued_whenOthersMoveUp_tellsThePositionFourTimesASecondAtMost() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        Heard b = heard("b");
        Heard c = heard("c");
        a.stream.cancel();
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(List.of(2), positions(c));
        time.advance(TELLING.minusNanos(1));
        assertEquals(List.of(2), positions(c));
        time.advance(Duration.ofNanos(1));
        assertEquals(List.of(2, 0), positions(c));
        assertEquals("Queued", b.kinds(), "it runs, and is told no more");
        time.advance(TELLING.multipliedBy(10));
        assertEquals(List.of(2, 0), positions(c), "nobody moved");
    }

    @Test
    void queued_onceTasksHaveEnded_tellsWhenItWillProbablyStart() {
        FakeAdapter r0 = full();
        Heard early = heard("a");
        assertEquals(Optional.empty(), start(early));
        time.advance(Duration.ofSeconds(4));
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(Optional.of(Duration.ofSeconds(4)), start(heard("b")));
        assertEquals(Optional.of(Duration.ofSeconds(8)), start(heard("c")));
    }

    @Test
    void queued_comesBeforeStarted() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        r0.says("hello");
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals("Queued Started Token End", a.kinds());
    }

    @Test
    void wait_whenItIsTooLong_endsWithARefusal() {
        full();
        Heard a = heard("a");
        time.advance(LONGEST_WAIT.minusNanos(1));
        assertTrue(a.isRunning());
        time.advance(Duration.ofNanos(1));
        WorkerError error = a.assertFailed(ErrorCode.ADMISSION_REJECT);
        assertEquals(
                "no place in pool 'default' became free for the task within 120 s: try later, or add replicas"
                        + " (docs/errors.md#admission_reject)",
                error.message());
        assertTrue(error.retriable());
        assertEquals(Duration.ofSeconds(1), error.retryAfter().orElseThrow());
        assertEquals(0, host.explain(POOL).waiting());
    }

    @Test
    void wait_whenItIsTooLongAndNobodyIsReady_saysThat() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        r0.healthIs(FakeAdapter.LOADING);
        time.advance(LONGEST_WAIT);
        assertTrue(a.assertFailed(ErrorCode.POOL_UNREADY).message().contains("it loads its model"));
    }

    @Test
    void wait_whenAPlaceComesInTime_hasNoLimitAnyMore() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        time.advance(LONGEST_WAIT.minus(Duration.ofSeconds(1)));
        FakeAdapter.end(r0.emitter("first"), "hello");
        time.advance(Duration.ofSeconds(2));
        assertTrue(a.isRunning());
    }

    @Test
    void wait_whenTheDeadlinePasses_endsThen() {
        FakeAdapter r0 = full();
        Heard a = heard(task("a").toBuilder().deadline(Duration.ofSeconds(7)).build());
        time.advance(Duration.ofSeconds(7).minusNanos(1));
        assertTrue(a.isRunning());
        time.advance(Duration.ofNanos(1));
        a.assertFailed(ErrorCode.DEADLINE_UNMET);
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, now(a.stream.released()).outcome());
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(List.of("first"), r0.jobs);
    }

    @Test
    void wait_whenItIsOver_passesOnWhatIsLeftOfTheDeadline() {
        FakeAdapter r0 = full();
        heard(task("a").toBuilder().deadline(Duration.ofSeconds(7)).build());
        time.advance(Duration.ofSeconds(3));
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(Duration.ofSeconds(4), r0.tasks.get(1).deadline().orElseThrow());
    }

    @Test
    void cancel_whileItWaits_endsItAtOnceAndLeavesNothing() {
        FakeAdapter r0 = full();
        Heard a = heard("a");
        Cancellation cancellation = host.cancel("a");
        assertEquals(Cancellation.Answer.ACCEPTED, now(cancellation.accepted()));
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE, now(cancellation.settled()).outcome());
        assertEquals("by CALLER", cause(a));
        assertEquals(0, host.explain(POOL).waiting());
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(List.of("first"), r0.jobs);
    }

    private static String cause(Heard heard) {
        TokenEvent.End end = (TokenEvent.End) heard.end();
        return "by " + end.details().cancelCause().orElseThrow();
    }

    @Test
    void wait_whenNobodyWantsTheStream_endsAfterHalfAMinute() {
        full();
        TokenStream stream = submit("a");
        time.advance(Duration.ofSeconds(30));
        TokenEvent.End end = (TokenEvent.End) now(stream.outcome());
        assertEquals(CancelCause.UNCLAIMED, end.details().cancelCause().orElseThrow());
        assertEquals(0, host.explain(POOL).waiting());
    }

    /** It has a place, and the thread that is to hand it over has not come yet: the engine need not hear of it. */
    @Test
    void cancel_whenItIsAboutToBeHandedOver_sendsNothingAndFreesThePlace() {
        FakeAdapter r0 = full();
        heard("a");
        executorRests = true;
        FakeAdapter.end(r0.emitter("first"), "hello");
        assertEquals(1, places("r0").running());
        Cancellation cancellation = host.cancel("a");
        executorRests = false;
        executor.forEach(Runnable::run);
        assertEquals(List.of("first"), r0.jobs);
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE, now(cancellation.settled()).outcome());
        assertEquals(new ReplicaPlaces(1, 0, 0), places("r0"));
    }
}
