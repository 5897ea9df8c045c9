package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The proof that a cancelled job has left its slot, with an engine that does what the real one does only by chance (CAN-07). */
@NoLeaks
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaCppProofIT {
    private static final Duration SOON = Duration.ofMillis(150);

    private final ManualTime time = new ManualTime();
    private ScriptedEngine engine;
    private WorkerAdapter adapter;

    /** An adapter that knows its engine, as one behind a host does, from the first health check on. */
    private void start(ScriptedEngine.Builder builder) throws Exception {
        engine = builder.stepped(true).start();
        adapter = new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .url(engine.url().toString())
                        .timeSource(time)
                        .build());
        Patience.get(adapter.properties());
    }

    @AfterEach
    void close() throws Exception {
        adapter.close();
        engine.close();
    }

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").maxTokens(60).temperature(0);
    }

    /** Runs until two tokens have come. */
    private TokenStream streaming(TaskRequest task) {
        TokenStream stream = adapter.submit(task);
        Iterator<TokenEvent> events = stream.iterator();
        assertInstanceOf(TokenEvent.Started.class, events.next());
        engine.release(2);
        assertInstanceOf(TokenEvent.Token.class, events.next());
        assertInstanceOf(TokenEvent.Token.class, events.next());
        return stream;
    }

    private CompletableFuture<CancelReceipt> cancelled(TokenStream stream) throws Exception {
        CompletableFuture<CancelReceipt> receipt = stream.cancel().settled().toCompletableFuture();
        assertTrue(engine.await(now -> now.clientsLeft() == 1, Patience.mustHappen()), "the engine was not left");
        return receipt;
    }

    private static void assertUnconfirmed(String reason, CompletableFuture<CancelReceipt> receipt) throws Exception {
        CancelReceipt settled = Patience.get(receipt);
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, settled.outcome());
        assertTrue(settled.reason().contains(reason), settled::reason);
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA_CPP", "LLAMA_CPP_2024"})
    void cancel_whenTokensFlow_isProved(EngineDialect dialect) throws Exception {
        start(ScriptedEngine.builder().dialect(dialect));
        CompletableFuture<CancelReceipt> receipt = cancelled(streaming(task().build()));
        assertTrue(engine.await(now -> now.slotsBusy() == 0, Patience.mustHappen()), "the slot is not free");
        assertEquals(0, engine.requests("/slots"), "nobody looks before the time");
        time.advance(SOON);
        assertEquals("SLOT_FREE after PT0.15S", Patience.get(receipt).toString());
        assertEquals(1, engine.requests("/slots"));
    }

    @Test
    void cancel_whenTheEngineDoesNotNotice_isNeverCalledProved() throws Exception {
        start(ScriptedEngine.builder());
        engine.enqueueFault(new StreamFault.IgnoreDisconnect());
        CompletableFuture<CancelReceipt> receipt =
                streaming(task().build()).cancel().settled().toCompletableFuture();
        for (int look = 1; look <= 7; look++) {
            time.advance(look == 1 ? SOON : Duration.ofMillis(1300));
            int looks = look;
            assertTrue(engine.await(now -> now.requests("/slots") == looks, Patience.mustHappen()), "look " + look);
            time.awaitTimer(Duration.ofMillis(1300)); // the answer has been read
            assertFalse(receipt.isDone());
        }
        assertEquals(1, engine.slotsBusy());
        time.advance(Duration.ofMillis(1300));
        time.advance(Duration.ofMillis(250));
        assertUnconfirmed("still works on the job", receipt);
    }

    /** Its slot is another's when the look comes: all that is certain is that it is not ours any more. */
    @Test
    void cancel_whenItsSlotWasTaken_isUnconfirmed() throws Exception {
        start(ScriptedEngine.builder().slots(1));
        CompletableFuture<CancelReceipt> receipt = cancelled(streaming(task().build()));
        streaming(task().jobId("next").build());
        time.advance(SOON);
        assertUnconfirmed("given to another job", receipt);
    }

    @Test
    void cancel_whenTheEngineSleepsThen_doesNotWakeIt() throws Exception {
        start(ScriptedEngine.builder());
        CompletableFuture<CancelReceipt> receipt = cancelled(streaming(task().build()));
        engine.sleep();
        time.advance(SOON);
        assertUnconfirmed("sleeps", receipt);
        assertEquals(0, engine.wakeUps());
        assertEquals(0, engine.requests("/slots"));
    }

    /** What shows that the proof hangs on the mark alone. */
    @Test
    void cancel_whenTheEngineIsDeafToTheMark_isUnconfirmed() throws Exception {
        start(ScriptedEngine.builder().deafTo("dry_allowed_length"));
        CompletableFuture<CancelReceipt> receipt = cancelled(streaming(task().build()));
        assertTrue(engine.await(now -> now.slotsBusy() == 0, Patience.mustHappen()), "the slot is not free");
        time.advance(SOON);
        assertUnconfirmed("no slot has the job's mark", receipt);
    }

    @Test
    void cancel_whenTheTaskUsesTheMarksField_isUnconfirmedWithoutALook() throws Exception {
        start(ScriptedEngine.builder());
        CompletableFuture<CancelReceipt> receipt =
                cancelled(streaming(task().extra("dry_multiplier", 0.8).build()));
        assertUnconfirmed("sets dry_multiplier itself", receipt);
        assertEquals(0, engine.requests("/slots"));
    }

    @Test
    void close_whenAProofIsOpen_settlesIt() throws Exception {
        start(ScriptedEngine.builder());
        CompletableFuture<CancelReceipt> receipt = cancelled(streaming(task().build()));
        adapter.close();
        assertUnconfirmed("closed", receipt);
    }

    @Test
    void mark_inEveryRequest_isAnotherOne() throws Exception {
        start(ScriptedEngine.builder());
        String first = body(task().jobId("one").build(), 1);
        String second = body(task().jobId("two").build(), 2);
        assertTrue(first.contains("\"dry_multiplier\":0,\"dry_allowed_length\":"), first);
        assertFalse(first.equals(second), first);
    }

    /** The body that is sent for the engine's n-th task. */
    private String body(TaskRequest task, int n) throws Exception {
        adapter.submit(task);
        assertTrue(engine.await(now -> now.tasks() == n, Patience.mustHappen()), "no task came");
        return engine.lastRequestBody();
    }
}
