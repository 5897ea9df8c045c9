package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("What becomes known without asking (FLW-07)")
class OutcomeTest {

    private final Bench bench = Bench.started();

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("FLW-07: the outcome is known without demand; the terminal follows the next request")
    void outcome_whenNothingIsRequested_isKnown() {
        Recorder heard = bench.subscribe(new Recorder(1));
        CompletionStage<TokenEvent.Terminal> early = bench.stream().outcome();
        assertFalse(Bench.isDone(early));
        bench.end();
        assertEquals(StopReason.END_OF_TEXT, ((TokenEvent.End) Bench.now(early)).reason());
        heard.assertKinds("Started");
        assertFalse(heard.completed);
        heard.subscription.request(1);
        assertSame(Bench.now(early), heard.events.get(1));
        assertTrue(heard.completed);
    }

    @Test
    @DisplayName("FLW-07: the outcome is known without a subscriber, and the same for all who ask")
    void outcome_whenUnclaimed_isKnown() {
        bench.end();
        assertSame(bench.outcome(), bench.outcome());
    }

    @Test
    @DisplayName("FLW-07: a failed stream's outcome is a value, not a failure")
    void outcome_whenTheStreamFails_isAValue() {
        bench.emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        assertInstanceOf(TokenEvent.Error.class, bench.outcome());
    }

    @Test
    @DisplayName("FLW-07: who waits for the outcome is called on the executor, not by the producer")
    void outcome_whenSettled_runsForeignCodeOnTheExecutor() {
        List<Runnable> tasks = new ArrayList<>();
        Bench one = new Bench(tasks::add);
        one.start();
        boolean[] told = {false};
        one.stream().outcome().thenRun(() -> told[0] = true);
        one.end();
        assertFalse(told[0]);
        tasks.forEach(Runnable::run);
        assertTrue(told[0]);
    }

    @Test
    @DisplayName("FLW-07: who asks for the outcome does not run the code of those who asked before")
    void outcome_whenAskedAgain_runsNobodyElsesCodeHere() {
        List<Runnable> tasks = new ArrayList<>();
        Bench one = new Bench(tasks::add);
        one.start();
        boolean[] told = {false};
        one.stream().outcome().thenRun(() -> told[0] = true);
        one.end();
        assertTrue(Bench.isDone(one.stream().outcome()));
        assertFalse(told[0]);
        tasks.forEach(Runnable::run);
        assertTrue(told[0]);
    }

    @Test
    @DisplayName("FLW-07: the adapter's own book-keeping is done before anybody is told")
    void whenEnded_whenTheStreamEnds_comesFirst() {
        List<String> order = new ArrayList<>();
        bench.stream().outcome().thenRun(() -> order.add("outcome"));
        bench.emitter.whenEnded(() -> order.add("ended"));
        bench.subscribe(
                Recorder.greedy().then(event -> order.add(event.getClass().getSimpleName())));
        bench.end();
        assertEquals(List.of("Started", "ended", "outcome", "End"), order);
    }

    @Test
    @DisplayName("Stages cannot be completed from outside")
    void stages_whenSomebodyCompletesThem_areNotChanged() {
        Cancellation made = Cancellation.of(new CompletableFuture<>(), new CompletableFuture<>());
        for (CompletionStage<?> stage :
                List.of(bench.stream().outcome(), bench.stream().released(), made.accepted(), made.settled())) {
            tamper(stage);
            assertFalse(Bench.isDone(stage));
        }
        Bench other = Bench.started();
        CompletionStage<String> text = other.stream().collect();
        tamper(text);
        other.emitter.token("a");
        other.end();
        assertEquals("a", Bench.now(text));
        bench.end();
        assertInstanceOf(TokenEvent.End.class, bench.outcome());
    }

    private static void tamper(CompletionStage<?> stage) {
        if (stage instanceof CompletableFuture<?> future) {
            try {
                future.complete(null);
                future.obtrudeValue(null);
            } catch (UnsupportedOperationException expected) {
                // a minimal stage refuses
            }
        }
        stage.toCompletableFuture().complete(null);
    }

    @Test
    @DisplayName("collect: the text of all tokens on the text channel")
    void collect_whenTheStreamEndsWell_isTheText() {
        CompletionStage<String> text = bench.stream().collect();
        bench.emitter.token("think", Channel.REASONING, TokenDetails.NONE);
        bench.emitter.token("Hello, ");
        bench.emitter.progress(1, 1, 0);
        bench.emitter.token("world");
        bench.end();
        assertEquals("Hello, world", Bench.now(text));
    }

    @Test
    @DisplayName("collect: a failed stream fails the stage with its error")
    void collect_whenTheStreamFails_fails() {
        CompletionStage<String> text = bench.stream().collect();
        bench.emitter.token("a");
        bench.emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
        CompletionException thrown = assertThrows(
                CompletionException.class, () -> text.toCompletableFuture().join());
        assertEquals(
                ErrorCode.WORKER_RESET,
                assertInstanceOf(WorkerException.class, thrown.getCause())
                        .error()
                        .code());
    }

    @Test
    @DisplayName("collect: a cancelled stream fails the stage with a CancellationException that says by what")
    void collect_whenTheStreamIsCancelled_fails() {
        CompletionStage<String> text = bench.stream().collect();
        bench.stream().cancel();
        Throwable thrown =
                assertThrows(Exception.class, () -> text.toCompletableFuture().get());
        while (thrown instanceof ExecutionException || thrown instanceof CompletionException) {
            thrown = thrown.getCause();
        }
        assertInstanceOf(CancellationException.class, thrown);
        assertTrue(thrown.getMessage().contains("CALLER"), thrown.getMessage());
        assertFalse(thrown.getMessage().contains("-1"), thrown.getMessage());
    }

    @Test
    @DisplayName("failed: a stream whose only event is the error, and that was never an engine's")
    void failed_whenSubscribed_deliversItsError() {
        TokenStream stream = TokenStream.failed("job-9", WorkerError.of(ErrorCode.NOT_FOUND, "no such pool"));
        assertEquals("job-9", stream.jobId());
        Recorder heard = Recorder.greedy();
        stream.subscribe(heard.nonBlocking());
        heard.assertKinds("Error");
        assertEquals(ErrorCode.NOT_FOUND, heard.error().code());
        assertEquals(
                CancelReceipt.Outcome.SLOT_FREE, Bench.now(stream.released()).outcome());
        assertEquals(Cancellation.Answer.NOT_RUNNING, Bench.answer(stream.cancel()));
    }
}
