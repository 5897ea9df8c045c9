package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.AdapterFixture.assertError;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.end;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.events;
import static io.llamaorch.adapter.llamacpp.AdapterFixture.task;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeEngine.Line;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.Leaks;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cancel in every phase, limits, and close (CAN, TIM, LIF). */
@NoLeaks
class LlamaCppLifecycleTest {

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Never answers. */
    private void silent(Line line) throws Exception {
        reached.countDown();
        line.awaitClose();
        closed.countDown();
    }

    /** Sends one piece and falls silent. */
    private void onePiece(Line line) throws Exception {
        try {
            line.streamHead();
            line.chunk("data: {\"content\":\"a\",\"tokens_predicted\":1,\"tokens_evaluated\":9}\n\n");
        } catch (SocketException hungUp) { // a cancel may come between the two
            closed.countDown();
            return;
        }
        silent(line);
    }

    /** Sends for ever. */
    private void endless(Line line) throws Exception {
        line.streamHead();
        reached.countDown();
        try {
            while (true) {
                line.token("x".repeat(1000));
            }
        } catch (SocketException hungUp) {
            closed.countDown();
        }
    }

    private void assertCancelled(TokenStream stream, Cancellation cancellation) throws Exception {
        assertEquals(Cancellation.Answer.ACCEPTED, Patience.get(cancellation.accepted()));
        assertEquals(StopReason.CANCELLED, end(stream).reason());
        Patience.await(closed);
        assertEquals(
                CancelReceipt.Outcome.UNCONFIRMED,
                Patience.get(stream.released()).outcome());
    }

    @Test
    void cancel_beforeTheHead_closesTheConnection() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::silent);
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().build());
        Patience.await(reached);
        assertCancelled(stream, adapter.cancel("job-1"));
        assertEquals(1, events(stream).size());
    }

    @Test
    void cancel_betweenTokens_closesTheConnectionAndKeepsTheUsage() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::onePiece);
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        assertInstanceOf(TokenEvent.Started.class, events.next());
        assertInstanceOf(TokenEvent.Token.class, events.next());
        assertCancelled(stream, stream.cancel());
        assertEquals(Usage.of(9, -1, 1), end(stream).usage());
    }

    @Test
    void cancel_whileNothingIsAskedFor_closesTheConnection() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::endless);
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        Patience.await(reached);
        Patience.awaitNot("the connection is closed", () -> closed.getCount() == 0);
        assertCancelled(stream, stream.cancel());
    }

    @Test
    void cancel_whileTheModelIsChecked_sendsNothing() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        FakeEngine engine = fixture.engine().on("/props", line -> {
            asked.countDown();
            Patience.await(cancelled);
            line.json(200, Transcripts.text("props"));
        });
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().model("bigram").build());
        Patience.await(asked);
        stream.cancel();
        assertEquals(StopReason.CANCELLED, end(stream).reason());
        cancelled.countDown();
        events(adapter.submit(task().model("bigram").jobId("job-2").build()));
        assertEquals(1, engine.requests("/completion").size(), "the second task's only");
    }

    @Test
    void cancel_whileTheVersionIsAwaited_closesTheConnection() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::onePiece).on("/props", Line::awaitClose);
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        fixture.time().awaitTimer(Duration.ofMillis(250));
        assertCancelled(stream, stream.cancel());
    }

    @Test
    void cancel_ofAJobThatIsOverOrUnknown_isNoError() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter adapter = fixture.adapter(engine);
        events(adapter.submit(task().build()));
        for (String job : List.of("job-1", "job-2")) {
            assertEquals(
                    Cancellation.Answer.NOT_RUNNING,
                    Patience.get(adapter.cancel(job).accepted()));
        }
    }

    @Test
    void cancel_disturbsNoOtherStream() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::onePiece);
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream first = adapter.submit(task().build());
        Patience.await(reached);
        CountDownLatch goOn = new CountDownLatch(1);
        engine.on("/completion", line -> {
            line.streamHead();
            line.token("a");
            Patience.await(goOn);
            line.chunk("data: {\"content\":\"b\"}\n\n" + FakeEngine.END);
            line.awaitClose();
        });
        TokenStream second = adapter.submit(task().jobId("job-2").build());
        Iterator<TokenEvent> events = second.iterator();
        events.next();
        events.next();
        assertCancelled(first, first.cancel());
        goOn.countDown();
        assertEquals("b", ((TokenEvent.Token) events.next()).text());
        assertInstanceOf(TokenEvent.End.class, events.next());
    }

    @Test
    void firstToken_thatDoesNotCome_isATimeOut() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::silent);
        TokenStream stream = fixture.adapter(fixture.config(engine.url()).option("unclaimed-timeout", "1h"))
                .submit(task().build());
        Patience.await(reached);
        fixture.time().advance(Duration.ofSeconds(120));
        WorkerError error = assertError(ErrorCode.DECODE_TIMEOUT, stream);
        assertTrue(error.message().contains("first-token-timeout"), error.message());
        Patience.await(closed);
    }

    @Test
    void nextToken_thatDoesNotCome_isATimeOut() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::onePiece);
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        events.next();
        events.next();
        fixture.time().advance(Duration.ofSeconds(30).minusNanos(1));
        assertEquals(false, stream.outcome().toCompletableFuture().isDone());
        fixture.time().advance(Duration.ofNanos(1));
        WorkerError error = assertError(ErrorCode.DECODE_TIMEOUT, stream);
        assertTrue(error.message().contains("idle-timeout"), error.message());
        assertEquals(1, error.tokensDelivered());
        Patience.await(closed);
    }

    /** Pings and prompt progress are no tokens (TIM-01). */
    @Test
    void pingsAndProgress_feedNoLimit() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", line -> {
            line.streamHead();
            line.chunk(":\n\n");
            line.chunk("data: {\"content\":\"\",\"tokens\":[0],\"tokens_predicted\":0,\"tokens_evaluated\":9,"
                    + "\"prompt_progress\":{\"total\":9,\"cache\":0,\"processed\":3,\"time_ms\":0}}\n\n");
            silent(line);
        });
        TokenStream stream = fixture.adapter(engine).submit(task().build());
        Iterator<TokenEvent> events = stream.iterator();
        assertInstanceOf(TokenEvent.Started.class, events.next());
        assertEquals(new TokenEvent.Progress(3, 9, 0), events.next());
        fixture.time().advance(Duration.ofSeconds(120));
        assertError(ErrorCode.DECODE_TIMEOUT, stream);
    }

    @Test
    void deadline_passed_endsTheStream() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::silent);
        TokenStream stream = fixture.adapter(engine)
                .submit(task().deadline(Duration.ofSeconds(2)).build());
        Patience.await(reached);
        fixture.time().advance(Duration.ofSeconds(2));
        assertError(ErrorCode.DEADLINE_UNMET, stream);
        Patience.await(closed);
    }

    @Test
    void close_endsWhatRuns() throws Exception {
        FakeEngine engine = fixture.engine().on("/completion", this::onePiece).on("/health", Line::awaitClose);
        WorkerAdapter adapter = fixture.adapter(engine);
        TokenStream stream = adapter.submit(task().build());
        Patience.await(reached);
        var health = adapter.health();
        adapter.close();
        adapter.close();
        assertError(ErrorCode.POOL_UNAVAILABLE, stream);
        Patience.await(closed);
        assertEquals(WorkerHealth.Status.UNHEALTHY, Patience.get(health).status());
        assertEquals(List.of(), AdapterFixture.threads());
    }

    @Test
    void close_leavesNothingToAskFor() throws Exception {
        WorkerAdapter adapter = fixture.adapter(fixture.engine());
        adapter.close();
        assertThrows(IllegalStateException.class, () -> adapter.submit(task().build()));
        assertInstanceOf(IllegalStateException.class, Patience.failure(adapter.health()));
        assertInstanceOf(IllegalStateException.class, Patience.failure(adapter.properties()));
        assertInstanceOf(IllegalStateException.class, Patience.failure(adapter.engineVersion()));
        assertEquals(
                Cancellation.Answer.NOT_RUNNING,
                Patience.get(adapter.cancel("job-1").accepted()));
    }

    @Test
    void close_ofOneAdapter_leavesTheOthersOfItsFactoryAlone() throws Exception {
        FakeEngine engine = fixture.engine();
        WorkerAdapter first = fixture.adapter(engine);
        WorkerAdapter second = fixture.adapter(engine);
        events(first.submit(task().build()));
        first.close();
        assertEquals(StopReason.LIMIT, end(second.submit(task().build())).reason());
    }

    @Test
    void executor_thatWasShutDown_stopsNoStage() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.shutdown();
        WorkerAdapter adapter =
                fixture.adapter(fixture.config(fixture.engine().url()).deliveryExecutor(executor));
        assertEquals(WorkerHealth.Status.HEALTHY, Patience.get(adapter.health()).status());
        assertEquals(2, Patience.get(adapter.properties()).slots().orElseThrow());
    }

    /** A thousand times made, used now and then, and closed (LIF-06). */
    @Test
    void adapters_aThousand_leaveThreadsAndDescriptorsAsBefore() throws Exception {
        FakeEngine engine = fixture.engine();
        events(fixture.adapter(engine).submit(task().build()));
        Leaks before = Leaks.snapshot();
        List<WorkerAdapter> kept = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            WorkerAdapter adapter =
                    fixture.factory().create(fixture.config(engine.url()).build());
            if (i % 10 == 0) {
                events(adapter.submit(task().build()));
            }
            if (i % 3 == 0) {
                kept.add(adapter);
            } else {
                adapter.close();
            }
        }
        assertEquals(1, AdapterFixture.threads().size());
        kept.forEach(WorkerAdapter::close);
        assertEquals(1, AdapterFixture.threads().size(), "the first adapter's");
        assertEquals(List.of(), before.found(Patience.mustHappen()));
    }
}
