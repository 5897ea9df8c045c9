package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeEngine.Ending;
import io.llamaorch.adapter.llamacpp.Stage.Phase;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each way to stop a task in each of its phases (CAN-01 to CAN-06): one terminal event, or silence for a subscriber that
 * left; the engine sees a reset, and by the time that the adapter's thread has done one thing more no socket is left;
 * another stream of the same adapter goes on; the job's id is free again.
 */
@NoLeaks
@Timeout(120)
class CancelPhasesTest {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    /** The ways to stop a task. */
    private enum Way {
        HANDLE,
        JOB_ID,
        STREAM_CLOSE,
        SUBSCRIPTION,
        INTERRUPT,
        ADAPTER_CLOSE,
        DEADLINE
    }

    static List<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            for (Way way : Way.values()) {
                cases.add(Arguments.of(phase, way));
            }
        }
        return cases;
    }

    @ParameterizedTest(name = "in {0} by {1}")
    @MethodSource("cases")
    void cancel_inEachPhaseByEachWay_stopsThisTaskAndNothingElse(Phase phase, Way way) throws Exception {
        Stage stage = new Stage(fixture, phase, Map.of());
        Companion companion = new Companion(stage, phase);
        Heard heard = new Heard(phase == Phase.NOTHING_ASKED_FOR ? 0 : Long.MAX_VALUE);
        Leaks before = Leaks.snapshot();
        TaskRequest.Builder task = task();
        if (way == Way.DEADLINE) {
            task.deadline(DEADLINE);
        }
        TokenStream stream = stage.submit(CONNECT_LIMIT, task);

        if (way == Way.INTERRUPT) {
            interrupt(phase, stream, heard);
        } else {
            stop(way, stage, stream, heard);
        }
        stage.turn();

        int questions = phase == Phase.MODEL_CHECK && way != Way.ADAPTER_CLOSE ? 1 : 0; // it ends by its own limit
        List<String> sockets = before.found(Duration.ZERO).stream()
                .filter(each -> each.contains(" to " + stage.peer() + ","))
                .toList();
        assertEquals(questions, sockets.size(), sockets::toString);
        assertEquals(
                List.of(),
                fixture.time().pending().stream()
                        .filter(timer -> timer.contains("job job-1 ") || timer.startsWith("limit of connecting"))
                        .filter(timer -> !timer.startsWith("limit of the proof"))
                        .toList());
        if (phase.isConnected()) {
            assertEquals(Ending.RESET, Patience.next(stage.endings));
        }
        assertOutcome(way, Patience.get(stream.outcome()));
        assertEquals(
                Cancellation.Answer.NOT_RUNNING,
                Patience.get(stage.adapter.cancel("job-1").accepted()));
        if (way == Way.ADAPTER_CLOSE) {
            companion.assertClosed();
            assertThrows(IllegalStateException.class, () -> stage.adapter.submit(task().build()));
        } else {
            companion.assertGoesOn();
            int completions = stage.engine.requests("/completion").size();
            stage.release();
            stage.turn();
            assertEquals(completions, stage.engine.requests("/completion").size(), "nothing is sent for it later");
            assertEquals(
                    StopReason.LIMIT,
                    AdapterFixture.end(stage.adapter.submit(task().build())).reason(),
                    "the job's id is free again");
            assertEquals(completions + 1, stage.engine.requests("/completion").size());
        }
        fixture.time().advance(PROOF_LIMIT);
        assertNotNull(Patience.get(stream.released()), "settled");
        assertEquals(way == Way.SUBSCRIPTION ? 0 : 1, heard.terminals().size());
    }

    /** Stops the task and hears the end of it, if there is one to hear. */
    private void stop(Way way, Stage stage, TokenStream stream, Heard heard) throws Exception {
        stream.subscribe(heard);
        stage.turn();
        switch (way) {
            case HANDLE -> assertAccepted(stream.cancel());
            case JOB_ID -> assertAccepted(stage.adapter.cancel("job-1"));
            case STREAM_CLOSE -> stream.close();
            case SUBSCRIPTION -> heard.unsubscribe();
            case ADAPTER_CLOSE -> stage.adapter.close();
            case DEADLINE -> fixture.time().advance(DEADLINE.minus(stage.used()));
            default -> throw new AssertionError(way);
        }
        List<TokenEvent> atTheStop = List.copyOf(heard.events);
        heard.request(Long.MAX_VALUE);
        if (way == Way.SUBSCRIPTION) {
            stage.turn();
            assertEquals(atTheStop, heard.events, "silence");
            assertEquals(0, heard.completions.get());
            return;
        }
        heard.await(TokenEvent.Terminal.class::isInstance);
        Patience.await("the completion", () -> heard.completions.get() == 1);
        assertEquals(heard.terminals(), List.of(heard.events.get(heard.events.size() - 1)), "one, and the last");
        if (way != Way.ADAPTER_CLOSE && way != Way.DEADLINE) { // what came before a failure is still delivered
            assertEquals(AdapterFixture.text(atTheStop), AdapterFixture.text(heard.events), "no token after a cancel");
        }
    }

    private static void assertAccepted(Cancellation cancellation) throws Exception {
        assertEquals(Cancellation.Answer.ACCEPTED, Patience.get(cancellation.accepted()));
    }

    /** The iterating thread is interrupted while it waits, or while it does something else and asks for nothing. */
    private static void interrupt(Phase phase, TokenStream stream, Heard heard) throws Exception {
        CountDownLatch elsewhere = new CountDownLatch(1);
        CompletableFuture<Boolean> flagKept = new CompletableFuture<>();
        Thread consumer = new Thread(
                () -> {
                    Iterator<TokenEvent> events = stream.iterator();
                    if (phase == Phase.NOTHING_ASKED_FOR) {
                        elsewhere.countDown();
                        while (!Thread.currentThread().isInterrupted()) {
                            Thread.onSpinWait();
                        }
                    }
                    while (events.hasNext()) {
                        heard.onNext(events.next());
                    }
                    flagKept.complete(Thread.interrupted());
                },
                "consumer");
        consumer.start();
        if (phase == Phase.NOTHING_ASKED_FOR) {
            Patience.await(elsewhere);
        } else {
            int events = phase == Phase.PROMPT || phase == Phase.BETWEEN_TOKENS ? 2 : 0;
            Patience.await(
                    "a consumer that waits",
                    () -> heard.events.size() == events && consumer.getState() == Thread.State.WAITING);
        }
        consumer.interrupt();
        assertTrue(Patience.get(flagKept), "the thread stays interrupted");
        Patience.end(consumer);
    }

    private static void assertOutcome(Way way, TokenEvent.Terminal terminal) {
        if (way == Way.ADAPTER_CLOSE || way == Way.DEADLINE) {
            ErrorCode code = way == Way.DEADLINE ? ErrorCode.DEADLINE_UNMET : ErrorCode.POOL_UNAVAILABLE;
            assertEquals(
                    code,
                    assertInstanceOf(TokenEvent.Error.class, terminal).error().code());
            return;
        }
        TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, terminal);
        assertEquals(StopReason.CANCELLED, end.reason());
        assertEquals(
                way == Way.SUBSCRIPTION
                        ? CancelCause.SUBSCRIBER
                        : way == Way.INTERRUPT ? CancelCause.INTERRUPTED : CancelCause.CALLER,
                end.details().cancelCause().orElseThrow());
    }

    /** Another stream of the same adapter, in lock-step with its engine (CAN-06). */
    private final class Companion {
        private final Heard ears = new Heard(Long.MAX_VALUE);
        private final CompletableFuture<FakeEngine.Line> line = new CompletableFuture<>();
        private final CompletableFuture<Ending> ending = new CompletableFuture<>();
        private final TokenStream stream;

        private Companion(Stage stage, Phase phase) throws Exception {
            stage.engine.on("/completion", own -> {
                own.streamHead();
                own.token("a");
                line.complete(own);
                own.await();
                try {
                    own.chunk("data: {\"content\":\"b\"}\n\n" + FakeEngine.END);
                    ending.complete(own.awaitEnd());
                } catch (SocketException gone) {
                    ending.complete(Ending.RESET);
                }
            });
            stream = stage.adapter.submit(task().jobId("companion").build());
            stream.subscribe(ears);
            if (phase == Phase.VERSION) {
                Patience.await(
                        "its question, or that would be taken for the task's",
                        () -> !stage.engine.requests("/props").isEmpty());
                fixture.time().awaitTimer(Stage.VERSION_WAIT);
                fixture.time().advance(Stage.VERSION_WAIT);
            }
            ears.await(Stage::isToken);
        }

        private void assertGoesOn() throws Exception {
            assertEquals(2, ears.events.size(), () -> "Started and a token, but " + ears.events);
            Patience.get(line).go();
            ears.await(event -> event instanceof TokenEvent.End end && end.reason() == StopReason.END_OF_TEXT);
            assertEquals("ab", AdapterFixture.text(ears.events));
            assertEquals(Ending.RESET, Patience.get(ending));
        }

        private void assertClosed() throws Exception {
            ears.await(event ->
                    event instanceof TokenEvent.Error error && error.error().code() == ErrorCode.POOL_UNAVAILABLE);
            Patience.get(line).go();
            assertEquals(Ending.RESET, Patience.get(ending));
        }
    }
}
