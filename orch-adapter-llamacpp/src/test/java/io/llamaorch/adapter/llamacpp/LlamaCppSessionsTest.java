package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Sessions;
import io.llamaorch.adapter.spi.SlotCaches;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions and the caches of slots over a socket; the recorded properties tell of two slots. */
@NoLeaks
class LlamaCppSessionsTest {

    private static final String TURN = """
            data: {"content":"a","stop":false,"tokens_predicted":1,"tokens_evaluated":10}

            data: {"content":"","stop":true,"stop_type":"limit","id_slot":1,"tokens_predicted":2,"tokens_evaluated":10,\
            "timings":{"cache_n":0}}

            """;

    @RegisterExtension
    private final AdapterFixture fixture = new AdapterFixture();

    private static SlotCaches caches(WorkerAdapter adapter) {
        return adapter.capability(SlotCaches.class).orElseThrow();
    }

    private static Sessions sessions(WorkerAdapter adapter) {
        return adapter.capability(Sessions.class).orElseThrow();
    }

    private static WorkerError failure(CompletionStage<?> stage) throws Exception {
        try {
            Object value = stage.toCompletableFuture()
                    .get(Patience.mustHappen().toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
            throw new AssertionError("it gave " + value);
        } catch (ExecutionException e) {
            return assertInstanceOf(WorkerException.class, e.getCause()).error();
        }
    }

    @Test
    void save_tellsWhatWasSaved() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on(
                    "/slots/1?action=save",
                    line -> line.json(
                            200,
                            "{\"id_slot\":1,\"filename\":\"a.bin\",\"n_saved\":73,\"n_written\":113376,\"timings\":{}}"));
            assertEquals(
                    new SlotCaches.Stored(1, "a.bin", 73, 113_376),
                    Patience.get(caches(adapter).save(1, "a.bin")));
            assertTrue(engine.requests("/slots/1?action=save").get(0).endsWith("{\"filename\":\"a.bin\"}"));
        }
    }

    @Test
    void save_ofAnEmptySlot_isAnError() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on("/slots/0?action=save", line -> line.json(200, "{\"n_saved\":0,\"n_written\":40}"));
            WorkerError error = failure(caches(adapter).save(0, "a.bin"));
            assertEquals(ErrorCode.INVALID_PARAMS, error.code());
            assertTrue(error.message().contains("slot 0 holds no tokens: run a task there first"), error.message());
        }
    }

    @Test
    void restore_thatRestoresNothing_isAnError() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on("/slots/0?action=restore", line -> line.json(200, "{\"n_restored\":0,\"n_read\":40}"));
            assertEquals(
                    ErrorCode.NOT_FOUND,
                    failure(caches(adapter).restore(0, "a.bin")).code());
            engine.on(
                    "/slots/0?action=restore",
                    line -> line.json(
                            400,
                            "{\"error\":{\"code\":400,\"message\":\"Unable to restore slot: No available space in KV cache"
                                    + " or invalid slot save file\",\"type\":\"invalid_request_error\"}}"));
            WorkerError error = failure(caches(adapter).restore(0, "a.bin"));
            assertEquals(ErrorCode.NOT_FOUND, error.code());
            assertTrue(error.message().contains("slot 0 is empty now"), error.message());
        }
    }

    @Test
    void restore_fillsTheSlot() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on("/slots/0?action=restore", line -> line.json(200, "{\"n_restored\":5,\"n_read\":40}"));
            assertEquals(
                    new SlotCaches.Stored(0, "a.bin", 5, 40),
                    Patience.get(caches(adapter).restore(0, "a.bin")));
        }
    }

    @Test
    void erase_withoutTheFlag_namesIt() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on(
                    "/slots/0?action=erase",
                    line -> line.json(
                            501,
                            "{\"error\":{\"code\":501,\"message\":\"This server does not support slots action.\","
                                    + "\"type\":\"not_supported_error\"}}"));
            WorkerError error = failure(caches(adapter).erase(0));
            assertEquals(ErrorCode.UNSUPPORTED, error.code());
            assertTrue(error.message().contains("--slot-save-path"), error.message());
        }
    }

    /** The server would take slot 2 for slot 0. */
    @Test
    void slot_thatIsNotThere_isRefusedUnsent() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            assertEquals(
                    ErrorCode.INVALID_PARAMS,
                    failure(caches(adapter).save(-1, "a.bin")).code());
            WorkerError error = failure(caches(adapter).erase(2));
            assertEquals(ErrorCode.INVALID_PARAMS, error.code());
            assertTrue(error.message().contains("the server has 2, counted from 0"), error.message());
            assertEquals(List.of(), engine.requests("/slots/2?action=erase"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "a\\b", "../a", "a b", "a\"b", "a\nb", "ä"})
    void name_thatIsNoFileName_isRefused(String name) throws Exception {
        try (WorkerAdapter adapter = fixture.adapter(fixture.config("http://127.0.0.1:1"))) {
            assertEquals(
                    ErrorCode.INVALID_PARAMS,
                    failure(caches(adapter).save(0, name)).code());
        }
    }

    private static void turn(WorkerAdapter adapter) throws Exception {
        Patience.get(adapter.submit(TaskRequest.builder("Once").sessionId("s").build())
                .collect());
    }

    @Test
    void session_afterItsTurn_isHeldInTheSlotThatTheEngineTold() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter = fixture.adapter(engine)) {
            engine.on("/completion", line -> line.stream(TURN));
            turn(adapter);
            assertEquals(
                    List.of(new Sessions.Held("s", OptionalInt.of(1), 12, 1)),
                    sessions(adapter).snapshot().held());
            assertEquals(
                    new Sessions.Release(true, OptionalInt.empty()),
                    Patience.get(sessions(adapter).end("s")),
                    "others may use the server");
            assertEquals(
                    new Sessions.Release(false, OptionalInt.empty()),
                    Patience.get(sessions(adapter).end("s")));
        }
    }

    @Test
    void session_onAServerOfItsOwn_isPinnedAndErasedAtItsEnd() throws Exception {
        try (FakeEngine engine = new FakeEngine();
                WorkerAdapter adapter =
                        fixture.adapter(fixture.config(engine.url()).option("exclusive", "true"))) {
            engine.on("/completion", line -> line.stream(TURN));
            engine.on("/slots/1?action=erase", line -> line.json(200, "{\"id_slot\":1,\"n_erased\":12}"));
            turn(adapter);
            turn(adapter);
            List<String> requests = engine.requests("/completion");
            assertTrue(
                    !requests.get(0).contains("id_slot\":") && requests.get(1).contains("\"id_slot\":1"));
            assertEquals(
                    new Sessions.Release(true, OptionalInt.of(12)),
                    Patience.get(sessions(adapter).end("s")));
        }
    }
}
