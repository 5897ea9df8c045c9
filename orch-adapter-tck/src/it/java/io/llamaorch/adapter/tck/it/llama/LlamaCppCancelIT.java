package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cancelled job keeps no slot of the real engine busy. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppCancelIT {
    /** Asked more often than once a second, the server does not notice that a client left while it reads a prompt. */
    private static final Duration SLOT_PAUSE = Duration.ofMillis(1300);

    private static final TaskRequest ENDLESS = TaskRequest.builder("Once upon a time")
            .maxTokens(1900)
            .temperature(0)
            .build();

    @Test
    void cancel_whenTokensFlow_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                WorkerAdapter adapter = Runs.adapter(server);
                TokenStream stream = adapter.submit(ENDLESS)) {
            Iterator<TokenEvent> events = stream.iterator();
            awaitToken(events);
            assertEquals(1, server.idleSlots(), server::log);

            Cancellation cancellation = adapter.cancel(stream.jobId());

            assertEquals(Cancellation.Answer.ACCEPTED, Runs.await(cancellation.accepted()));
            awaitAllIdle(server);
            TokenEvent last = events.next();
            assertEquals(
                    StopReason.CANCELLED,
                    assertInstanceOf(TokenEvent.End.class, last).reason());
            assertTrue(((TokenEvent.End) last).usage().generated().orElse(0) > 0);
            CancelReceipt receipt = Runs.await(cancellation.settled());
            assertEquals(CancelReceipt.Outcome.UNCONFIRMED, receipt.outcome());
        }
    }

    @Test
    void cancel_whenPromptIsEvaluated_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt(), "-b", "64");
                WorkerAdapter adapter = Runs.adapter(server);
                TokenStream stream = adapter.submit(
                        TaskRequest.builder("word ".repeat(150)).maxTokens(10).build())) {
            Iterator<TokenEvent> events = stream.iterator();
            assertInstanceOf(TokenEvent.Started.class, events.next());

            stream.cancel();

            assertInstanceOf(TokenEvent.End.class, events.next());
            awaitAllIdle(server);
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
