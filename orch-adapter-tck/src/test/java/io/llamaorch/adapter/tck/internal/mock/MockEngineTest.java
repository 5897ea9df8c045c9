package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ConnectionFault;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.StreamFault;
import io.llamaorch.adapter.tck.TestEngine;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The engine behind the mock as the conformance kit sees it: slots, steps, states, counters. */
@NoLeaks
@Timeout(60)
class MockEngineTest {

    private static final EngineScript STEPPED =
            EngineScript.builder().slots(1).stepped().build();

    @RegisterExtension
    final MockBench bench = new MockBench();

    private static ErrorCode code(TokenStream stream) throws Exception {
        return ((TokenEvent.Error) Patience.get(stream.outcome())).error().code();
    }

    @Test
    void counters_afterATask_tellWhatItTook() {
        TestEngine engine = bench.engine(EngineScript.WELL);
        List<TokenEvent> events = MockBench.events(bench.adapter(engine).submit(bench.task()));
        assertEquals(1, engine.tasks());
        assertEquals(1, engine.slotsTaken());
        assertEquals(0, engine.slotsBusy());
        assertEquals(0, engine.tasksQueued());
        assertEquals(12, engine.tokensGenerated());
        assertEquals(0, engine.clientsLeft());
        assertEquals(0, engine.wakeUps());
        assertEquals(0, engine.connectionsOpen());
        assertEquals(0, engine.strayInput());
        assertEquals(MockBench.text(events), engine.textSent());
        assertTrue(engine.exchange().contains("Once upon a time"), engine.exchange());
        assertEquals(
                0, ((TokenEvent.End) MockBench.last(events)).details().slot().orElseThrow());
    }

    @Test
    void release_whenStepped_letsOneTokenGo() throws Exception {
        TestEngine engine = bench.engine(STEPPED);
        try (TokenStream stream = bench.adapter(engine).submit(bench.task())) {
            var events = stream.iterator();
            assertInstanceOf(TokenEvent.Started.class, events.next());
            for (int i = 0; i < 12; i++) {
                assertEquals(i, engine.tokensGenerated());
                engine.release(1);
                assertEquals(i, ((TokenEvent.Token) events.next()).index());
            }
            assertInstanceOf(TokenEvent.End.class, events.next(), "the last token needs no step behind it");
        }
    }

    @Test
    void release_beforeAnybodyAsks_isKept() {
        TestEngine engine = bench.engine(STEPPED);
        engine.release(12);
        List<TokenEvent> events = MockBench.events(bench.adapter(engine).submit(bench.task()));
        assertEquals(12, MockBench.pieces(events));
    }

    @Test
    void release_whenWhoGotItLeft_goesToTheNext() {
        TestEngine engine =
                bench.engine(EngineScript.builder().slots(2).stepped().build());
        ArrayDeque<Runnable> held = new ArrayDeque<>();
        AtomicBoolean holds = new AtomicBoolean();
        AdapterConfig.Builder config = engine.configure(AdapterConfig.builder()).deliveryExecutor(task -> {
            if (holds.get()) {
                held.add(task);
            } else {
                task.run();
            }
        });
        WorkerAdapter adapter = bench.create(config);
        try (TokenStream first = adapter.submit(bench.task());
                TokenStream second = adapter.submit(bench.task())) {
            holds.set(true);
            engine.release(1);
            first.cancel();
            holds.set(false);
            held.forEach(Runnable::run);
            assertEquals(1, engine.tokensGenerated());
            assertFalse(engine.textSent().isEmpty(), engine.exchange());
            assertFalse(second.outcome().toCompletableFuture().isDone());
        }
    }

    @Test
    void tasks_aboveTheSlots_waitInTheirOrderAndHearNothing() throws Exception {
        TestEngine engine = bench.engine(STEPPED);
        WorkerAdapter adapter = bench.adapter(engine);
        try (TokenStream first = adapter.submit(bench.task());
                TokenStream second = adapter.submit(bench.task());
                TokenStream third = adapter.submit(bench.task())) {
            assertEquals(2, engine.tasksQueued());
            assertEquals(3, engine.tasks());
            assertEquals(3, engine.connectionsOpen());
            assertEquals(1, engine.slotsTaken());
            second.cancel();
            TokenEvent.End end = (TokenEvent.End) second.iterator().next();
            assertTrue(end.usage().prompt().isEmpty(), "it never started");
            assertEquals(1, engine.clientsLeft());
            engine.release(12);
            assertEquals(14, MockBench.events(first).size());
            engine.release(12);
            assertEquals(14, MockBench.events(third).size());
            assertEquals(2, engine.slotsTaken());
        }
    }

    @Test
    void cancel_inEachPhase_freesTheSlotAtOnce() throws Exception {
        TestEngine engine = bench.engine(EngineScript.builder()
                .slots(1)
                .stepped()
                .fault(new HeadFault.HangBeforeHead())
                .build());
        WorkerAdapter adapter = bench.adapter(engine);
        for (String phase : List.of("before the head", "running", "between tokens")) {
            TokenStream stream = adapter.submit(bench.task());
            if (phase.equals("between tokens")) {
                engine.release(2);
                MockBench.await(engine, () -> engine.tokensGenerated() == 2);
            }
            assertEquals(1, engine.connectionsOpen(), phase);
            CancelReceipt receipt = Patience.get(stream.cancel().settled());
            assertEquals(CancelReceipt.Outcome.SLOT_FREE, receipt.outcome(), phase);
            assertEquals(0, engine.slotsBusy(), phase);
            assertEquals(0, engine.connectionsOpen(), phase);
        }
        assertEquals(3, engine.clientsLeft());
    }

    @Test
    void cancelledEnd_always_hasTheUsageSoFar() throws Exception {
        TestEngine engine = bench.engine(STEPPED);
        TokenStream stream = bench.adapter(engine).submit(bench.task());
        engine.release(5);
        var events = stream.iterator();
        for (int i = 0; i < 6; i++) {
            events.next();
        }
        stream.cancel();
        TokenEvent.End end = (TokenEvent.End) events.next();
        assertEquals(5, end.usage().generated().orElseThrow());
        assertEquals(4, end.usage().prompt().orElseThrow());
    }

    @Test
    void engine_whenItIgnoresTheDisconnect_keepsTheSlotToTheEndOfTheText() throws Exception {
        TestEngine engine = bench.engine(EngineScript.builder()
                .slots(1)
                .stepped()
                .fault(new StreamFault.IgnoreDisconnect())
                .build());
        TokenStream stream = bench.adapter(engine).submit(bench.task());
        engine.release(2);
        MockBench.await(engine, () -> engine.tokensGenerated() == 2);
        CancelReceipt receipt = Patience.get(stream.cancel().settled());
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.outcome());
        assertTrue(receipt.reason().contains("ignore-disconnect"), receipt.reason());
        assertEquals(1, engine.slotsBusy());
        assertEquals(0, engine.connectionsOpen());
        assertEquals(0, engine.clientsLeft());
        engine.release(10);
        MockBench.await(engine, () -> engine.slotsBusy() == 0);
        assertEquals(12, engine.tokensGenerated());
    }

    @Test
    void engine_whenItLoads_refusesAndTellsWhenToComeBack() throws Exception {
        TestEngine engine = bench.engine(
                EngineScript.builder().state(EngineScript.State.LOADING).build());
        TokenStream stream = bench.adapter(engine).submit(bench.task());
        TokenEvent.Error error = (TokenEvent.Error) Patience.get(stream.outcome());
        assertEquals(ErrorCode.POOL_UNREADY, error.error().code());
        assertTrue(error.error().retryAfter().isPresent());
        assertEquals(0, engine.tasks());
        assertEquals(0, engine.slotsTaken());
    }

    @Test
    void engine_whenItSleeps_isWokenByATaskOnly() throws Exception {
        TestEngine engine = bench.engine(
                EngineScript.builder().state(EngineScript.State.SLEEPING).build());
        WorkerAdapter adapter = bench.adapter(engine);
        assertTrue(Patience.get(adapter.health()).ready());
        Patience.get(adapter.properties());
        Patience.get(adapter.engineVersion());
        assertEquals(0, engine.wakeUps());
        assertEquals(14, MockBench.events(adapter.submit(bench.task())).size());
        assertEquals(14, MockBench.events(adapter.submit(bench.task())).size());
        assertEquals(1, engine.wakeUps());
    }

    @Test
    void credential_whenWrongOrMissing_isRefusedAndNeverShown() throws Exception {
        TestEngine engine = bench.engine(
                EngineScript.builder().token(Secret.of("sesame-open")).build());
        WorkerAdapter right = bench.adapter(engine);
        AdapterConfig.Builder other = engine.configure(AdapterConfig.builder()).token(Secret.of("sesame-shut"));
        WorkerAdapter wrong = bench.create(other);
        TokenStream stream = wrong.submit(bench.task());
        TokenEvent.Error error = (TokenEvent.Error) Patience.get(stream.outcome());
        assertEquals(ErrorCode.UNAUTHORIZED, error.error().code());
        assertEquals(ErrorCode.UNAUTHORIZED, Patience.get(wrong.health()).code().orElseThrow());
        String shown = error + engine.exchange() + Patience.get(wrong.health());
        assertFalse(shown.contains("sesame"), shown);
        assertEquals(0, engine.tasks());
        assertEquals(14, MockBench.events(right.submit(bench.task())).size());
        assertTrue(Patience.get(right.health()).ready());
    }

    @Test
    void close_whenTasksRunAndWait_cutsThemAll() throws Exception {
        TestEngine engine = bench.engine(STEPPED);
        WorkerAdapter adapter = bench.adapter(engine);
        TokenStream running = adapter.submit(bench.task());
        TokenStream waiting = adapter.submit(bench.task());
        engine.close();
        engine.close();
        assertEquals(ErrorCode.WORKER_RESET, code(running));
        assertEquals(ErrorCode.WORKER_RESET, code(waiting));
        assertEquals(1, engine.slotsTaken(), "who waited did not run for a moment");
        assertEquals(0, engine.slotsBusy());
        assertEquals(ErrorCode.POOL_UNAVAILABLE, code(adapter.submit(bench.task())));
        assertFalse(Patience.get(adapter.health()).live());
    }

    @Test
    void close_ofTheAdapterWhenTasksRunAndWait_endsThemAndLeavesTheEngine() throws Exception {
        TestEngine engine = bench.engine(STEPPED);
        WorkerAdapter adapter = bench.adapter(engine);
        TokenStream running = adapter.submit(bench.task());
        TokenStream waiting = adapter.submit(bench.task());
        adapter.close();
        assertEquals(ErrorCode.POOL_UNAVAILABLE, code(running));
        assertEquals(ErrorCode.POOL_UNAVAILABLE, code(waiting));
        assertEquals(0, engine.slotsBusy());
        assertEquals(0, engine.tasksQueued());
        assertEquals(0, engine.connectionsOpen());
        engine.release(12);
        assertEquals(
                14, MockBench.events(bench.adapter(engine).submit(bench.task())).size());
    }

    @Test
    void usage_whenAPieceHasTwoTokens_countsTokens() {
        TestEngine engine = bench.engine(EngineScript.WELL);
        TaskRequest task =
                TaskRequest.builder("some emoji please").maxTokens(12).build();
        List<TokenEvent> events = MockBench.events(bench.adapter(engine).submit(task));
        assertEquals(
                12,
                ((TokenEvent.End) MockBench.last(events)).usage().generated().orElseThrow());
        assertTrue(MockBench.pieces(events) < 12, events.toString());
        assertEquals(12, engine.tokensGenerated());
        assertEquals(engine.textSent(), MockBench.text(events));
    }

    @Test
    void await_whenItDoesNotHappen_saysSoInTime() throws Exception {
        TestEngine engine = bench.engine(EngineScript.WELL);
        assertFalse(engine.await(() -> engine.tasks() > 0, Duration.ofMillis(20)));
        assertTrue(engine.await(() -> engine.tasks() == 0, Duration.ZERO));
    }

    @Test
    void connectionFault_inAScript_isRefused() {
        EngineScript script = EngineScript.with(new ConnectionFault.Refuse());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> bench.engine(script))
                .getMessage()
                .contains("refuse"));
    }
}
