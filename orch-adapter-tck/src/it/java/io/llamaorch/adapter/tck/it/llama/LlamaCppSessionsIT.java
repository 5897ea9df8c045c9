package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.SlotCaches;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions, slots and their files on the real server. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppSessionsIT {
    private static final String PROMPT = "Once upon a time there was a small llama who lived near the quiet river";

    @TempDir
    private Path files;

    private static WorkerAdapter exclusive(LlamaServer server) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(server.url().toString())
                        .option("exclusive", "true")
                        .build());
    }

    private LlamaServer server(String... more) throws Exception {
        return LlamaServer.of(BigramModel.plain())
                .arguments("--slot-save-path", files + "/")
                .arguments(more)
                .start();
    }

    private static TokenEvent.End turn(WorkerAdapter adapter, String session, String prompt) {
        return Runs.end(Runs.events(adapter.submit(TaskRequest.builder(prompt)
                .sessionId(session)
                .maxTokens(4)
                .temperature(0)
                .build())));
    }

    private static Sessions sessions(WorkerAdapter adapter) {
        return adapter.capability(Sessions.class).orElseThrow();
    }

    private static SlotCaches caches(WorkerAdapter adapter) {
        return adapter.capability(SlotCaches.class).orElseThrow();
    }

    private static ErrorCode failure(CompletionStage<?> stage) {
        ExecutionException thrown = assertThrows(
                ExecutionException.class,
                () -> stage.toCompletableFuture().get(Runs.MUST_HAPPEN.toSeconds(), TimeUnit.SECONDS));
        return assertInstanceOf(WorkerException.class, thrown.getCause())
                .error()
                .code();
    }

    /** Prompts that begin alike: by the prompt alone the engine would put both into one slot. */
    @Test
    void sessions_ofLikePrompts_keepTheirSlots() throws Exception {
        try (LlamaServer server = server("--cache-ram", "0");
                WorkerAdapter adapter = exclusive(server)) {
            String first = PROMPT + " over";
            String second = PROMPT + " and the llama sang";
            OptionalInt a = turn(adapter, "a", first).details().slot();
            OptionalInt other = OptionalInt.of(1 - a.orElseThrow());
            Runs.end(Runs.events(adapter.submit(TaskRequest.builder(second)
                    .sessionId("b")
                    .maxTokens(4)
                    .temperature(0)
                    .pin(Pin.toSlot("r0", other.getAsInt()))
                    .build())));
            for (int i = 0; i < 3; i++) {
                first += " there";
                second += " there";
                TokenEvent.End endOfA = turn(adapter, "a", first);
                TokenEvent.End endOfB = turn(adapter, "b", second);
                assertEquals(a, endOfA.details().slot());
                assertEquals(other, endOfB.details().slot());
                assertTrue(endOfA.usage().cached().orElseThrow() > 30, endOfA::toString);
                assertTrue(endOfB.usage().cached().orElseThrow() > 30, endOfB::toString);
            }
            assertEquals(
                    new Sessions.Predictions(6, 0, 0),
                    sessions(adapter).snapshot().predictions());
            Sessions.Release release = Patience.get(sessions(adapter).end("a"));
            assertTrue(release.erasedTokens().orElse(0) > 30, release::toString);
            assertEquals(
                    List.of("b"),
                    sessions(adapter).snapshot().held().stream()
                            .map(Sessions.Held::sessionId)
                            .toList());
        }
    }

    @Test
    void slot_savedErasedAndRestored_isReused() throws Exception {
        try (LlamaServer server = server();
                WorkerAdapter adapter = exclusive(server)) {
            turn(adapter, "a", PROMPT);
            int slot = sessions(adapter).snapshot().held().get(0).slot().orElseThrow();
            SlotCaches.Stored saved = Patience.get(caches(adapter).save(slot, "a.bin"));
            assertEquals(files.resolve("a.bin").toFile().length(), saved.bytes());
            assertEquals(saved.tokens(), Patience.get(caches(adapter).erase(slot)));
            SlotCaches.Stored restored = Patience.get(caches(adapter).restore(1 - slot, "a.bin"));
            assertEquals(saved.tokens(), restored.tokens());
            TokenEvent.End end = Runs.end(Runs.events(adapter.submit(TaskRequest.builder(PROMPT)
                    .maxTokens(1)
                    .pin(Pin.toSlot("r0", 1 - slot))
                    .build())));
            assertNotEquals(0, end.usage().cached().orElseThrow());
            assertEquals(0, sessions(adapter).snapshot().predictions().unusedRestores());

            Patience.get(caches(adapter).restore(slot, "a.bin"));
            Runs.events(adapter.submit(TaskRequest.builder(PROMPT)
                    .maxTokens(1)
                    .extra("cache_prompt", false)
                    .pin(Pin.toSlot("r0", slot))
                    .build()));
            assertEquals(1, sessions(adapter).snapshot().predictions().unusedRestores());
        }
    }

    @Test
    void slot_whoseFileIsMissing_isSaidToBeEmpty() throws Exception {
        try (LlamaServer server = server();
                WorkerAdapter adapter = exclusive(server)) {
            assertEquals(ErrorCode.NOT_FOUND, failure(caches(adapter).restore(0, "missing.bin")));
            assertEquals(ErrorCode.INVALID_PARAMS, failure(caches(adapter).save(0, "empty.bin")));
            assertEquals(ErrorCode.INVALID_PARAMS, failure(caches(adapter).save(9, "a.bin")));
        }
    }

    @Test
    void slot_onAServerWithoutTheFlag_isUnsupported() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = exclusive(server)) {
            assertEquals(ErrorCode.UNSUPPORTED, failure(caches(adapter).save(0, "a.bin")));
            turn(adapter, "a", PROMPT);
            assertEquals(
                    new Sessions.Release(true, OptionalInt.empty()),
                    Patience.get(sessions(adapter).end("a")));
        }
    }
}
