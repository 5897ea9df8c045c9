package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the real engine's failures become, and what its health is called. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppFailureIT {
    private static final String PROMPT = "Once upon a time";

    @Test
    void submit_whenPromptIsTooLong_tellsBothLengths() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.plain()).contextPerSlot(256).start();
                WorkerAdapter adapter = Runs.adapter(server)) {
            WorkerError error = Runs.error(
                            adapter.submit(Runs.greedy("a ".repeat(600), 1).build()))
                    .error();

            assertEquals(ErrorCode.CONTEXT_EXCEEDED, error.code());
            assertTrue(error.message().contains("context 256"), error.message());
            assertFalse(error.retriable());
            assertEquals(
                    StopReason.LIMIT,
                    Runs.end(Runs.events(adapter.submit(Runs.greedy(PROMPT, 1).build())))
                            .reason(),
                    "the next one on the same adapter works");
        }
    }

    @Test
    void submit_whenTokenIsWrong_isUnauthorizedAndKeepsTheSecret() throws Exception {
        try (LlamaServer server =
                        LlamaServer.of(BigramModel.plain()).apiKey("right-key").start();
                WorkerAdapter wrong = Runs.adapter(server, "wrong-key");
                WorkerAdapter right = Runs.adapter(server, "right-key")) {
            WorkerError error =
                    Runs.error(wrong.submit(Runs.greedy(PROMPT, 1).build())).error();
            assertEquals(ErrorCode.UNAUTHORIZED, error.code());
            assertFalse(error.toString().contains("wrong-key"), error.toString());

            WorkerHealth health = Runs.await(wrong.health());
            assertEquals(WorkerHealth.Status.UNHEALTHY, health.status());
            assertEquals(ErrorCode.UNAUTHORIZED, health.code().orElseThrow());
            assertTrue(health.live());

            assertEquals(
                    StopReason.LIMIT,
                    Runs.end(Runs.events(right.submit(Runs.greedy(PROMPT, 1).build())))
                            .reason());
            assertTrue(Runs.await(right.health()).ready());
        }
    }

    @Test
    void server_whenLoading_isDegradedAndNotReady_thenReady() throws Exception {
        try (LlamaServer server = LlamaServer.of(BigramModel.plain()).startLoading();
                WorkerAdapter adapter = Runs.adapter(server)) {
            WorkerHealth loading = Runs.await(adapter.health());
            assertEquals(WorkerHealth.Status.DEGRADED, loading.status());
            assertTrue(
                    loading.live() && !loading.ready() && loading.retryAfter().isPresent());
            WorkerError refused =
                    Runs.error(adapter.submit(Runs.greedy(PROMPT, 1).build())).error();
            assertEquals(ErrorCode.POOL_UNREADY, refused.code());
            assertTrue(refused.retriable());

            server.finishLoading();

            assertEquals(
                    WorkerHealth.Status.HEALTHY, Runs.await(adapter.health()).status());
            assertEquals(
                    StopReason.LIMIT,
                    Runs.end(Runs.events(adapter.submit(Runs.greedy(PROMPT, 1).build())))
                            .reason());
        }
    }

    @Test
    void server_whenKilledInMidStream_resetsWithTheCountOfDeliveredPieces() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                WorkerAdapter adapter = Runs.adapter(server);
                TokenStream stream = adapter.submit(Runs.greedy(PROMPT, 1900).build())) {
            List<TokenEvent> events = new ArrayList<>();
            Iterator<TokenEvent> iterator = stream.iterator();
            while (events.size() < 4) {
                events.add(iterator.next());
            }

            server.kill();

            iterator.forEachRemaining(events::add);
            WorkerError error = assertInstanceOf(TokenEvent.Error.class, events.get(events.size() - 1))
                    .error();
            assertEquals(ErrorCode.WORKER_RESET, error.code());
            assertEquals(events.size() - 2, error.tokensDelivered());
            assertFalse(error.retriable());
            assertEquals(OptionalInt.of(error.tokensDelivered()), error.usage().generated());

            assertEquals(
                    ErrorCode.POOL_UNAVAILABLE,
                    Runs.error(adapter.submit(Runs.greedy(PROMPT, 1).build()))
                            .error()
                            .code());
            assertEquals(
                    WorkerHealth.Status.UNHEALTHY, Runs.await(adapter.health()).status());
        }
    }

    @Test
    void path_whenThereIsNone_isNotFound() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server.url() + "/elsewhere")) {
            assertEquals(
                    ErrorCode.NOT_FOUND,
                    Runs.error(adapter.submit(Runs.greedy(PROMPT, 1).build()))
                            .error()
                            .code());
        }
    }

    @Test
    void properties_whenRead_areTheServersOwn() throws Exception {
        try (LlamaServer server = LlamaServer.of(BigramModel.plain())
                        .parallel(3)
                        .contextPerSlot(512)
                        .start();
                WorkerAdapter adapter = Runs.adapter(server)) {
            WorkerProperties properties = Runs.await(adapter.properties());

            assertEquals(OptionalInt.of(3), properties.slots());
            assertEquals(OptionalInt.of(3), properties.freeSlots());
            assertEquals(OptionalInt.of(512), properties.contextLength());
            assertEquals("plain", properties.model().orElseThrow());
            assertTrue(properties.features().containsAll(List.of("metrics", "slots")));
            assertEquals(properties.engineVersion().orElseThrow(), Runs.await(adapter.engineVersion()));
        }
    }
}
