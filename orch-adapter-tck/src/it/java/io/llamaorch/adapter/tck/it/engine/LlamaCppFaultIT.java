package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of the faults that only a scripted engine has on demand, and that the next task does not feel them. */
@NoLeaks
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LlamaCppFaultIT {
    private static final TaskRequest TASK =
            TaskRequest.builder("Once upon a time").maxTokens(20).temperature(0).build();
    private static final Duration MUST_HAPPEN = Patience.scaled(Duration.ofSeconds(10));

    private ScriptedEngine engine;
    private WorkerAdapter adapter;

    @BeforeEach
    void open() throws Exception {
        engine = ScriptedEngine.builder().slots(2).start();
        adapter = adapter("5s");
    }

    @AfterEach
    void close() throws Exception {
        adapter.close();
        engine.close();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(new StreamFault.CutAfterTokens(3), ErrorCode.WORKER_RESET, 3),
                Arguments.of(new StreamFault.CutAfterTokens(0), ErrorCode.WORKER_RESET, 0),
                Arguments.of(new StreamFault.EndWithoutMarker(4), ErrorCode.WORKER_RESET, 4),
                Arguments.of(
                        new StreamFault.ErrorInStream(2, 500, "server_error", "Context size has been exceeded."),
                        ErrorCode.INTERNAL,
                        2),
                Arguments.of(
                        new HeadFault.Status(502, "<html>Bad Gateway</html>", "text/html"),
                        ErrorCode.POOL_UNAVAILABLE,
                        0),
                Arguments.of(new HeadFault.Status(400, "", ""), ErrorCode.INVALID_PARAMS, 0),
                Arguments.of(new HeadFault.Status(429, "", ""), ErrorCode.ADMISSION_REJECT, 0),
                Arguments.of(new HeadFault.Redirect(302, "http://127.0.0.1:1/"), ErrorCode.PROTOCOL, 0),
                Arguments.of(new HeadFault.Html200(), ErrorCode.PROTOCOL, 0),
                Arguments.of(new HeadFault.WrongContentType("application/json"), ErrorCode.PROTOCOL, 0));
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @MethodSource("faults")
    void fault_whenItStrikes_hasItsCodeAndCount_andTheNextTaskIsWell(Fault fault, ErrorCode code, int pieces) {
        engine.enqueueFault(fault);

        List<TokenEvent> events = new ArrayList<>();
        adapter.submit(TASK).forEach(events::add);

        WorkerError error = error(events);
        assertEquals(code, error.code(), error::toString);
        assertEquals(pieces, error.tokensDelivered());
        assertEquals(
                pieces,
                events.stream().filter(TokenEvent.Token.class::isInstance).count());
        assertTrue(pieces == 0 || !error.retriable());
        assertEquals("r0", error.replica());
        assertTrue(error.message().endsWith("(" + code.anchor() + ")"), error::message);
        assertWell();
    }

    @Test
    void engine_whenItHangsBeforeTheHead_timesOut() throws Exception {
        adapter.close();
        adapter = adapter("200ms");
        engine.enqueueFault(new HeadFault.HangBeforeHead());

        List<TokenEvent> events = new ArrayList<>();
        adapter.submit(TASK).forEach(events::add);

        assertEquals(ErrorCode.DECODE_TIMEOUT, error(events).code());
        assertEquals(1, events.size(), "nothing but the error");
        assertTrue(engine.await(e -> e.clientsLeft() == 1, MUST_HAPPEN), "the engine saw the client leave");
        assertWell();
    }

    @Test
    void engine_whenItStallsBetweenTokens_timesOutWithTheCount() throws Exception {
        adapter.close();
        adapter = adapter("200ms");
        engine.enqueueFault(new StreamFault.StallAfterTokens(3));

        List<TokenEvent> events = new ArrayList<>();
        adapter.submit(TASK).forEach(events::add);

        assertEquals(ErrorCode.DECODE_TIMEOUT, error(events).code());
        assertEquals(3, error(events).tokensDelivered());
        assertTrue(engine.await(e -> e.slotsBusy() == 0, MUST_HAPPEN), "the engine's slot is free");
        assertWell();
    }

    @Test
    void cancel_whenQueuedInTheEngine_leavesTheQueue() throws Exception {
        try (ScriptedEngine slow = ScriptedEngine.builder().slots(1).pace(20).start();
                WorkerAdapter one = new LlamaCppAdapterFactory()
                        .create(AdapterConfig.builder()
                                .url(slow.url().toString())
                                .build());
                TokenStream running = one.submit(TASK)) {
            Iterator<TokenEvent> events = running.iterator();
            assertInstanceOf(TokenEvent.Started.class, events.next());
            TokenStream queued = one.submit(TASK.toBuilder().jobId("queued").build());
            assertTrue(slow.await(e -> e.tasksQueued() == 1, MUST_HAPPEN));

            queued.cancel();

            assertTrue(slow.await(e -> e.tasksQueued() == 0, MUST_HAPPEN));
            List<TokenEvent> heard = new ArrayList<>();
            queued.forEach(heard::add);
            assertEquals(1, heard.size(), heard::toString);
            assertEquals(
                    StopReason.CANCELLED,
                    assertInstanceOf(TokenEvent.End.class, heard.get(0)).reason());
        }
    }

    @Test
    void consumer_whenItAsksForNothing_losesNothing() {
        TokenStream unread = adapter.submit(TASK.toBuilder()
                .jobId("unread")
                .maxTokens(3000)
                .extra("ignore_eos", true)
                .build());
        assertWell();

        List<TokenEvent> events = new ArrayList<>();
        unread.forEach(events::add);

        assertEquals(
                3000,
                assertInstanceOf(TokenEvent.End.class, events.get(events.size() - 1))
                        .usage()
                        .generated()
                        .orElseThrow());
        int index = 0;
        for (TokenEvent event : events) {
            if (event instanceof TokenEvent.Token token) {
                assertEquals(index++, token.index());
            }
        }
        assertTrue(index > 2000, "pieces: " + index);
    }

    private void assertWell() {
        List<TokenEvent> next = new ArrayList<>();
        adapter.submit(TASK).forEach(next::add);
        assertEquals(
                StopReason.LIMIT,
                assertInstanceOf(TokenEvent.End.class, next.get(next.size() - 1))
                        .reason());
        assertFalse(next.stream().anyMatch(TokenEvent.Error.class::isInstance));
    }

    private WorkerAdapter adapter(String patience) {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(engine.url().toString())
                        .option("first-token-timeout", patience)
                        .option("idle-timeout", patience)
                        .build());
    }

    private static WorkerError error(List<TokenEvent> events) {
        return assertInstanceOf(TokenEvent.Error.class, events.get(events.size() - 1))
                .error();
    }
}
