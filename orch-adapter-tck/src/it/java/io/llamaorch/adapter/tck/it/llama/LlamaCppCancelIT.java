package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cancelled job keeps no slot of the real engine busy, and what its receipt says is true (CAN-03, CAN-07). */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppCancelIT {
    /** Asked more often than once a second, the server does not notice that a client left while it reads a prompt. */
    private static final Duration SLOT_PAUSE = Duration.ofMillis(1300);

    private static final Pattern MARK = Pattern.compile("\"dry_allowed_length\":\\d{7,}");

    private static final TaskRequest ENDLESS = TaskRequest.builder("Once upon a time")
            .maxTokens(1900)
            .temperature(0)
            .build();

    @Test
    void cancel_whenTokensFlow_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            for (int i = 0; i < 3; i++) {
                TokenStream stream =
                        adapter.submit(ENDLESS.toBuilder().jobId("job-" + i).build());
                Iterator<TokenEvent> events = stream.iterator();
                awaitToken(events);

                Cancellation cancellation = adapter.cancel(stream.jobId());

                assertEquals(Cancellation.Answer.ACCEPTED, Runs.await(cancellation.accepted()));
                TokenEvent last = events.next();
                assertEquals(
                        StopReason.CANCELLED,
                        assertInstanceOf(TokenEvent.End.class, last).reason());
                assertTrue(((TokenEvent.End) last).usage().generated().orElse(0) > 0);
                assertFree(cancellation, server);
            }
        }
    }

    @Test
    void cancel_whenNothingIsRequested_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            for (int i = 0; i < 3; i++) {
                FirstEvents unread = new FirstEvents(2);
                TokenStream stream =
                        adapter.submit(ENDLESS.toBuilder().jobId("job-" + i).build());
                stream.subscribe(unread);
                unread.await(); // the first token, and all after it waits

                assertFree(stream.cancel(), server);
            }
        }
    }

    @Test
    void cancel_whenPromptIsEvaluated_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt(), "-b", "64");
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            for (int i = 0; i < 2; i++) {
                TokenStream stream = adapter.submit(TaskRequest.builder("word ".repeat(150))
                        .jobId("job-" + i)
                        .maxTokens(10)
                        .build());
                Iterator<TokenEvent> events = stream.iterator();
                assertInstanceOf(TokenEvent.Started.class, events.next());

                Cancellation cancellation = stream.cancel();

                assertInstanceOf(TokenEvent.End.class, events.next());
                assertFree(cancellation, server);
            }
        }
    }

    @Test
    void cancel_whenConnecting_holdsNoPlace() throws Exception {
        try (FullPort port = new FullPort();
                WorkerAdapter adapter = Runs.adapter(port.url())) {
            for (int i = 0; i < 3; i++) {
                Cancellation cancellation = adapter.submit(
                                ENDLESS.toBuilder().jobId("job-" + i).build())
                        .cancel();

                CancelReceipt receipt = Runs.await(cancellation.settled());
                assertEquals(CancelReceipt.Outcome.SLOT_FREE, receipt.outcome(), receipt::toString);
            }
        }
    }

    /**
     * One that waits is on no slot, so nothing can be seen of it. When it comes to one, the server finds that its client
     * has gone, and that is seen; but then the mark of the job that had the slot before is not there any more.
     */
    @Test
    void cancel_whenQueued_isProvedOnlyWhenItComesToASlot() throws Exception {
        ManualTime time = new ManualTime();
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.slowPrompt()).parallel(1).start();
                WorkerAdapter adapter = Runs.adapter(server, time)) {
            Runs.await(adapter.properties());
            TokenStream running =
                    adapter.submit(ENDLESS.toBuilder().jobId("runs").build());
            awaitToken(running.iterator());
            TokenStream queued =
                    adapter.submit(ENDLESS.toBuilder().jobId("waits").build());
            awaitMetrics(server, 1, 1);

            CompletableFuture<CancelReceipt> waited = queued.cancel().settled().toCompletableFuture();
            time.advance(Duration.ofMillis(1100));
            time.awaitTimer(SLOT_PAUSE); // it has looked
            assertFalse(waited.isDone(), waited::toString);

            CompletableFuture<CancelReceipt> ran = running.cancel().settled().toCompletableFuture();
            awaitMetrics(server, 0, 0);
            time.advance(SLOT_PAUSE);
            assertEquals(CancelReceipt.Outcome.SLOT_FREE, Runs.await(waited).outcome(), () -> "" + waited);
            assertUnconfirmed("was given to another job", ran);
        }
    }

    /**
     * While another stream produces tokens the server does not notice that a client has gone who waits for its first
     * (contract 9). Unconfirmed is the truth then.
     */
    @Test
    void cancel_whenTheServerDoesNotNotice_isUnconfirmed() throws Exception {
        ManualTime time = new ManualTime();
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt(), "-b", "16");
                WorkerAdapter adapter = Runs.adapter(server, time)) {
            Runs.await(adapter.properties());
            Iterator<TokenEvent> speaking =
                    adapter.submit(ENDLESS.toBuilder().jobId("speaks").build()).iterator();
            awaitToken(speaking);
            TokenStream reads = adapter.submit(TaskRequest.builder("word ".repeat(270))
                    .jobId("reads")
                    .maxTokens(10)
                    .build());
            assertInstanceOf(TokenEvent.Started.class, reads.iterator().next());
            TokenStream waits =
                    adapter.submit(ENDLESS.toBuilder().jobId("waits").build());
            awaitMetrics(server, 2, 1);

            CompletableFuture<CancelReceipt> read = reads.cancel().settled().toCompletableFuture();
            CompletableFuture<CancelReceipt> waited = waits.cancel().settled().toCompletableFuture();
            for (int i = 0; i < 16; i++) {
                awaitToken(speaking); // two seconds and more, in which a quiet server would have noticed twice
            }
            time.advance(Duration.ofMillis(1100));
            time.awaitTimer(SLOT_PAUSE); // it has looked
            assertFalse(read.isDone(), read::toString);
            assertFalse(waited.isDone(), waited::toString);

            time.advance(Duration.ofMillis(8400));
            assertUnconfirmed("still works on the job", read);
            assertUnconfirmed("waits in the server's queue", waited);
        }
    }

    /** The mark is in the settings of every job, and must not be heard in what the model says (DET-01). */
    @Test
    void mark_whenSent_changesNoByteOfTheText() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            for (double temperature : new double[] {0, 0.8, 1.4}) {
                TaskRequest task = TaskRequest.builder("Once upon a time")
                        .maxTokens(150)
                        .temperature(temperature)
                        .topP(1)
                        .seed(42)
                        .build();
                Runs.await(adapter.properties());
                String marked = Runs.text(Runs.events(adapter.submit(task)));
                assertTrue(server.slots().contains("\"dry_multiplier\":0.0"), server::log);
                assertTrue(MARK.matcher(server.slots()).find(), "no slot shows a mark");

                assertEquals(
                        Runs.content(server.completion("{\"prompt\":\"Once upon a time\",\"n_predict\":150,"
                                + "\"temperature\":" + temperature + ",\"top_p\":1,\"seed\":42}")),
                        marked);
            }
        }
    }

    /** An operator who penalises repetition by default is not overruled by a mark. */
    @Test
    void mark_whenTheServerPenalisesRepetition_isNotSent() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain(), "--dry-multiplier", "0.8");
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            String penalised = Runs.twin(server, "Once upon a time", 150);

            TokenStream stream =
                    adapter.submit(Runs.greedy("Once upon a time", 150).build());

            assertEquals(penalised, Runs.await(stream.collect()));
            assertFalse(server.slots().contains("\"dry_multiplier\":0.0"), server::log);
            assertFalse(MARK.matcher(server.slots()).find(), "a slot shows a mark");
        }
    }

    @Test
    void close_whenTokensFlow_endsTheStreamAndFreesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt())) {
            WorkerAdapter adapter = Runs.adapter(server);
            TokenStream stream = adapter.submit(ENDLESS);
            awaitToken(stream.iterator());

            adapter.close();

            assertEquals(ErrorCode.POOL_UNAVAILABLE, Runs.error(stream).error().code());
            awaitAllIdle(server);
        }
    }

    @Test
    void subscriberThatNeverAsks_whenClosed_leavesNothingRunning() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            TokenStream unread = adapter.submit(ENDLESS);
            TokenStream read =
                    adapter.submit(Runs.greedy("Once upon a time", 20).build());

            assertEquals(StopReason.LIMIT, Runs.end(Runs.events(read)).reason());

            unread.close();
            awaitAllIdle(server);
        }
    }

    /** The receipt says that the slot is free, and it is. */
    private static void assertFree(Cancellation cancellation, LlamaServer server) throws IOException {
        CancelReceipt receipt = Runs.await(cancellation.settled());
        assertEquals(CancelReceipt.Outcome.SLOT_FREE, receipt.outcome(), () -> receipt + "\n" + server.log());
        assertEquals(2, server.idleSlots(), server::log);
    }

    private static void assertUnconfirmed(String reason, CompletableFuture<CancelReceipt> settled) {
        CancelReceipt receipt = Runs.await(settled);
        assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.outcome(), receipt::toString);
        assertTrue(receipt.reason().contains(reason), receipt::reason);
    }

    /** Waits until so many jobs run, and so many wait. */
    private static void awaitMetrics(LlamaServer server, int running, int waiting) {
        String wanted = "requests_processing " + running + ", requests_deferred " + waiting;
        assertTrue(
                Await.holds(Duration.ofSeconds(20), () -> {
                    try {
                        String metrics = server.get("/metrics");
                        return metrics.contains("\nllamacpp:requests_processing " + running + "\n")
                                && metrics.contains("\nllamacpp:requests_deferred " + waiting + "\n");
                    } catch (IOException e) {
                        return false;
                    }
                }),
                () -> wanted + " did not come about\n" + server.log());
    }

    private static void awaitToken(Iterator<TokenEvent> events) {
        while (!(events.next() instanceof TokenEvent.Token)) {
            assertTrue(events.hasNext(), "the stream ended before its first token");
        }
    }

    private static void awaitAllIdle(LlamaServer server) {
        assertTrue(
                Await.holds(Duration.ofSeconds(20), SLOT_PAUSE, () -> {
                    try {
                        return server.idleSlots() == 2;
                    } catch (IOException e) {
                        return false;
                    }
                }),
                server::log);
    }
}
