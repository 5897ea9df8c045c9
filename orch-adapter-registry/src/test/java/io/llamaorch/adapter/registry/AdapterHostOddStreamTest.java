package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.QueueDetails;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** EVT and FLW-05 at the host: an adapter whose stream breaks the rules costs its own task, and nothing else. */
@NoLeaks
class AdapterHostOddStreamTest extends HostFixture {

    private static final TokenEvent.Started STARTED =
            new TokenEvent.Started("a", "fake", "fake-model", StartDetails.NONE);
    private static final TokenEvent.Error CUT =
            new TokenEvent.Error(WorkerError.of(ErrorCode.WORKER_RESET, "the engine hung up"));

    private final Map<String, OddStream> odd = new ConcurrentHashMap<>();

    @Override
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder.retries(RetryPolicy.DEFAULT);
    }

    private static TokenEvent.Token token(int index) {
        return new TokenEvent.Token(index, "x", Channel.TEXT, TokenDetails.NONE);
    }

    private static TokenEvent.End end(StopReason reason) {
        return new TokenEvent.End(reason, Usage.UNKNOWN, Timings.UNKNOWN, EndDetails.NONE);
    }

    private FakeAdapter bindOdd(String replica, Consumer<OddStream> setUp) {
        FakeAdapter adapter = bind(replica, 9);
        return adapter.submits(task -> {
            OddStream stream = new OddStream(task.jobId());
            setUp.accept(stream);
            odd.put(replica, stream);
            return stream;
        });
    }

    private OddStream bindOdd(String replica) {
        bindOdd(replica, stream -> {});
        heard = heard("a");
        return odd.get(replica);
    }

    private Heard heard;

    private static Arguments fault(String what, Consumer<OddStream> does) {
        return Arguments.of(what, does);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "threw java.lang.IllegalStateException: the stream has not started",
                        stream -> stream.says(token(0))),
                fault(
                        "threw java.lang.IllegalStateException: the stream has not started",
                        stream -> stream.says(end(StopReason.END_OF_TEXT))),
                fault(
                        "threw java.lang.IllegalStateException: piece 1 came when 0 should have come",
                        stream -> stream.says(STARTED).says(token(1))),
                fault(
                        "threw java.lang.IllegalStateException: piece 0 came when 1 should have come",
                        stream -> stream.says(STARTED).says(token(0)).says(token(0))),
                fault(
                        "threw java.lang.IllegalStateException: the stream has started already",
                        stream -> stream.says(STARTED).says(token(0)).says(STARTED)),
                fault("threw java.lang.NullPointerException", stream -> stream.says(null)),
                fault("was ended by its adapter without a terminal event", OddStream::completes),
                fault(
                        "was ended by its adapter without a terminal event",
                        stream -> stream.says(STARTED).says(token(0)).completes()),
                fault(
                        "was refused by its adapter with java.io.IOException: boom",
                        stream -> stream.fails(new java.io.IOException("boom"))),
                fault(
                        "has an outcome that failed with java.io.IOException: boom",
                        stream -> stream.outcome.completeExceptionally(new java.io.IOException("boom"))));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void task_whenItsAdapterBreaksTheRules_endsWithOneErrorThatSaysHow(String how, Consumer<OddStream> breaks) {
        OddStream stream = bindOdd("r0");
        breaks.accept(stream);
        WorkerError error = heard.assertFailed(ErrorCode.INTERNAL);
        assertTrue(error.message().startsWith("the stream of default/r0 (fake) " + how), error.message());
        assertTrue(error.message().contains(": this is the adapter's fault ("), error.message());
        assertEquals("fake r0", error.engine() + " " + error.replica());
        assertEquals(1, heard.all(TokenEvent.Terminal.class).size());
        assertEquals(1, stream.cancels.get());
    }

    /** Nobody knows whether the engine works on: its place comes back by what the stream says at its end. */
    @Test
    void place_whenTheAdapterBreaksTheRules_isKeptUntilItsStreamIsOver() {
        OddStream stream = bindOdd("r0");
        stream.completes();
        assertEquals(new ReplicaPlaces(9, 1, 0), places("r0"));
        stream.outcome.complete(end(StopReason.CANCELLED));
        assertEquals(new ReplicaPlaces(9, 0, 1), places("r0"));
        time.advance(AdmissionPolicy.DEFAULT.quarantine());
        assertEquals(new ReplicaPlaces(9, 0, 0), places("r0"));
    }

    static Stream<Consumer<OddStream>> ghosts() {
        return Stream.of(
                stream -> stream.says(token(0)),
                stream -> stream.says(STARTED),
                stream -> stream.says(CUT),
                stream -> stream.says(end(StopReason.END_OF_TEXT)),
                stream -> stream.says(null),
                OddStream::completes,
                stream -> stream.fails(new IllegalStateException("boom")),
                stream -> stream.outcome.completeExceptionally(new IllegalStateException("boom")),
                stream -> stream.outcome.complete(end(StopReason.END_OF_TEXT)));
    }

    /** Its task runs elsewhere by then, and must hear nothing of it. */
    @ParameterizedTest
    @MethodSource("ghosts")
    void stream_whatItDoesAfterItsEnd_isHeardByNobody(Consumer<OddStream> haunts) {
        FakeAdapter r1 = bind("r1", 1);
        OddStream stream = bindOdd("r0");
        stream.says(CUT);
        haunts.accept(stream);
        time.advance(Duration.ofSeconds(1));
        haunts.accept(stream);
        FakeAdapter.end(r1.emitter("a"), "hello");
        haunts.accept(stream);
        assertEquals("Started Token End", heard.kinds());
        assertEquals("r1", heard.started().details().replica());
        assertEquals(new ReplicaPlaces(1, 0, 0), places("r1"));
    }

    @Test
    void stream_thatCannotBeSubscribedTo_costsItsTask() {
        bindOdd(
                "r0",
                stream -> stream.whenSubscribed(() -> {
                    throw new NoSuchMethodError("boom");
                }));
        WorkerError error = heard("a").assertFailed(ErrorCode.INTERNAL);
        assertTrue(
                error.message().contains("cannot be subscribed to: it threw java.lang.NoSuchMethodError: boom"),
                error.message());
        odd.get("r0").outcome.complete(CUT);
        assertEquals(0, places("r0").running());
    }

    @Test
    void stream_thatCannotBeCancelled_endsAllTheSame() {
        bindOdd(
                "r0",
                stream -> stream.whenCancelled(() -> {
                    throw new IllegalStateException("boom");
                }));
        Heard running = heard("a");
        Cancellation cancellation = host.cancel("a");
        assertEquals(Cancellation.Answer.ACCEPTED, now(cancellation.accepted()));
        assertEquals(1, running.all(TokenEvent.End.class).size());
        assertEquals(
                CancelReceipt.Outcome.UNCONFIRMED, now(cancellation.settled()).outcome());
    }

    @Test
    void stream_thatDoesNotTellWhatIsReleased_isTakenToHaveLeftSomething() {
        bindOdd(
                "r0",
                stream -> stream.releasedIs(() -> {
                    throw new IllegalStateException("boom");
                }));
        heard("a");
        odd.get("r0").outcome.complete(end(StopReason.CANCELLED));
        assertEquals(new ReplicaPlaces(9, 0, 1), places("r0"));
    }

    @Test
    void stream_whoseLastEventNeverComes_costsItsTaskSomeSeconds() {
        OddStream stream = bindOdd("r0");
        stream.says(STARTED).says(token(0));
        stream.outcome.complete(end(StopReason.END_OF_TEXT));
        assertEquals(0, places("r0").running());
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertTrue(heard.all(TokenEvent.Terminal.class).isEmpty());
        time.advance(Duration.ofNanos(1));
        WorkerError error = heard.assertFailed(ErrorCode.INTERNAL);
        assertTrue(
                error.message().contains("has ended, but did not deliver its last event within 10 s"), error.message());
        assertEquals(1, error.tokensDelivered());
    }

    @Test
    void stream_whoseLastEventComesLate_isWhole() {
        OddStream stream = bindOdd("r0");
        stream.says(STARTED).says(token(0));
        stream.outcome.complete(end(StopReason.END_OF_TEXT));
        time.advance(Duration.ofSeconds(9));
        stream.says(end(StopReason.END_OF_TEXT));
        time.advance(Duration.ofSeconds(9));
        assertEquals("Started Token End", heard.kinds());
    }

    @Test
    void stream_thatDoesNotEndWhenItsAdapterIsClosed_endsWithTheHost() {
        bindOdd("r0");
        host.close();
        WorkerError error = heard.assertFailed(ErrorCode.POOL_UNAVAILABLE);
        assertTrue(error.message().startsWith("the host was closed while the job ran"), error.message());
    }

    @Test
    void stream_thatGoesOnAfterItsTaskWasCancelled_isToldOfNoMore() {
        OddStream stream = bindOdd("r0");
        host.cancel("a");
        stream.says(STARTED).says(token(0));
        assertEquals(TaskStage.CANCELLED, reports.get(reports.size() - 1).stage());
    }

    /** An adapter may stand before another host. */
    @Test
    void queued_whenAnAdapterSaysIt_isPassedOnAndTheTaskMayStillBeRepeated() {
        FakeAdapter r1 = bind("r1", 1).says("hello");
        OddStream stream = bindOdd("r0");
        stream.says(new TokenEvent.Queued(7, QueueDetails.NONE));
        assertEquals(7, heard.position());
        stream.says(CUT);
        time.advance(Duration.ofSeconds(1));
        assertEquals("Queued Started Token End", heard.kinds());
        assertEquals(List.of("a"), r1.jobs);
    }
}
