package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The mock behaves as any adapter must, and fails as it is told to; time is the test's. */
@NoLeaks
@Timeout(20)
class MockAdapterTest {

    private static final Duration LONG = Duration.ofHours(2);

    private final ManualTime time = new ManualTime();

    private WorkerAdapter adapter(String... options) {
        AdapterConfig.Builder config = AdapterConfig.builder()
                .replica("default", "r0")
                .timeSource(time)
                .deliveryExecutor(Runnable::run);
        for (int i = 0; i < options.length; i += 2) {
            config.option(options[i], options[i + 1]);
        }
        return new MockAdapterFactory().create(config.build());
    }

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").maxTokens(8);
    }

    private List<TokenEvent> run(WorkerAdapter adapter, TaskRequest task) {
        try (adapter;
                TokenStream stream = adapter.submit(task)) {
            time.advance(Duration.ofSeconds(25));
            List<TokenEvent> events = new ArrayList<>();
            stream.forEach(events::add);
            return events;
        }
    }

    private String text(TaskRequest task) {
        StringBuilder text = new StringBuilder();
        for (TokenEvent event : run(adapter(), task)) {
            if (event instanceof TokenEvent.Token token) {
                text.append(token.text());
            }
        }
        return text.toString();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void text_whenPromptAndSeedAreTheSame_isTheSame() {
        assertEquals(text(task().seed(7).build()), text(task().seed(7).build()));
        assertNotEquals(text(task().seed(7).build()), text(task().seed(8).build()));
    }

    @Test
    void text_whenTemperatureIsZero_doesNotDependOnTheSeed() {
        assertEquals(
                text(task().temperature(0).seed(7).build()),
                text(task().temperature(0).seed(8).build()));
    }

    @Test
    void events_whenNothingGoesWrong_areStartedTokensEnd() {
        List<TokenEvent> events = run(adapter(), task().jobId("j1").build());

        TokenEvent.Started started = assertInstanceOf(TokenEvent.Started.class, events.get(0));
        assertEquals("j1", started.jobId());
        assertEquals("mock", started.engine());
        assertEquals(
                8, events.stream().filter(TokenEvent.Token.class::isInstance).count());
        TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, events.get(events.size() - 1));
        assertEquals(StopReason.LIMIT, end.reason());
        assertEquals(8, end.usage().generated().orElseThrow());
        assertEquals(4, end.usage().prompt().orElseThrow());
    }

    @Test
    void end_whenNoLimitIsGiven_isTheTexts() {
        List<TokenEvent> events =
                run(adapter("length", "20"), TaskRequest.builder("x").build());
        assertEquals(22, events.size());
        assertEquals(StopReason.END_OF_TEXT, ((TokenEvent.End) events.get(21)).reason());
    }

    @Test
    void stopString_whenItComesUp_endsTheTextBeforeIt() {
        String whole = text(task().build());
        String stop = whole.substring(9, 13);
        assertEquals(
                whole.substring(0, whole.indexOf(stop)),
                text(task().stop("never", stop).build()));

        List<TokenEvent> events = run(adapter(), task().stop("never", stop).build());
        TokenEvent.End end = (TokenEvent.End) events.get(events.size() - 1);
        assertEquals(StopReason.STOP_STRING, end.reason());
        assertEquals(stop, end.details().stopString().orElseThrow());
    }

    @Test
    void tokens_whenAPaceIsSet_comeAtIt() {
        try (WorkerAdapter adapter = adapter("tokens-per-second", "10");
                TokenStream stream = adapter.submit(task().build())) {
            time.advance(Duration.ofMillis(350));
            stream.cancel();
            TokenEvent.End end = (TokenEvent.End) stream.iterator().next();
            assertEquals(3, end.usage().generated().orElseThrow());
        }
    }

    @Test
    void emitting_whenNobodyReads_rests() {
        try (WorkerAdapter adapter = adapter("length", "500");
                TokenStream stream = adapter.submit(TaskRequest.builder("x").build())) {
            time.advance(Duration.ofSeconds(1));
            var events = stream.iterator();
            for (int i = 0; i < 20; i++) {
                events.next();
            }
            stream.cancel();
            TokenEvent.End end = (TokenEvent.End) events.next();
            assertEquals(31, end.usage().generated().orElseThrow(), "with Started, 32 events waited");
        }
    }

    @Test
    void failure_whenToldAtOnce_isTheOnlyEvent() {
        List<TokenEvent> events = run(adapter("fail-with", "UNAUTHORIZED"), task().build());
        assertEquals(1, events.size());
        assertEquals(
                ErrorCode.UNAUTHORIZED,
                ((TokenEvent.Error) events.get(0)).error().code());
    }

    @Test
    void failure_whenToldLater_followsSoManyTokens() {
        List<TokenEvent> events = run(adapter("fail-with", "WORKER_RESET", "fail-after", "3"), task().build());
        assertEquals(5, events.size());
        assertEquals(3, ((TokenEvent.Error) events.get(4)).error().tokensDelivered());
    }

    @Test
    void failure_whenTheTextIsShorter_isAtItsEnd() {
        List<TokenEvent> events = run(adapter("fail-with", "WORKER_RESET", "fail-after", "99"), task().build());
        assertInstanceOf(TokenEvent.Error.class, events.get(events.size() - 1));
    }

    @Test
    void hanging_whenItLastsTooLong_isEndedByTheIdleLimit() {
        List<TokenEvent> events = run(adapter("hang-after", "2", "idle-timeout", "20s"), task().build());
        assertEquals(4, events.size());
        assertEquals(
                ErrorCode.DECODE_TIMEOUT,
                ((TokenEvent.Error) events.get(3)).error().code());
    }

    @Test
    void cancel_whenItHangs_provesThatThePlaceIsFree() throws Exception {
        try (WorkerAdapter adapter = adapter("hang-after", "2")) {
            TokenStream stream = adapter.submit(task().jobId("j2").build());
            time.advance(Duration.ofSeconds(1));
            CancelReceipt receipt = get(adapter.cancel("j2").settled());
            assertEquals(CancelReceipt.Outcome.SLOT_FREE, receipt.outcome());
            assertEquals(StopReason.CANCELLED, ((TokenEvent.End) get(stream.outcome())).reason());
        }
    }

    @Test
    void close_whenStreamsRun_endsThemAndLeavesNoTimer() throws Exception {
        WorkerAdapter adapter = adapter("tokens-per-second", "1");
        TokenStream stream = adapter.submit(task().build());
        time.advance(Duration.ofSeconds(2));
        adapter.close();
        adapter.close();

        TokenEvent.Error end = (TokenEvent.Error) get(stream.outcome());
        assertEquals(ErrorCode.POOL_UNAVAILABLE, end.error().code());
        get(stream.released());
        assertEquals(0, time.waiting());
        assertThrows(IllegalStateException.class, () -> adapter.submit(task().build()));
        ExecutionException health = assertThrows(ExecutionException.class, () -> get(adapter.health()));
        assertInstanceOf(IllegalStateException.class, health.getCause());
    }

    @Test
    void stream_whenItEnded_leavesNoTimer() throws Exception {
        try (WorkerAdapter adapter = adapter();
                TokenStream stream = adapter.submit(task().build())) {
            time.advance(LONG);
            get(stream.outcome());
            assertEquals(0, time.waiting());
        }
    }

    @Test
    void request_whenItAsksForWhatIsNotDeclared_isUnsupported() {
        Prompt ids = new Prompt.Tokens(List.of(1, 2));
        Prompt picture = new Prompt.Chat(
                List.of(new ChatMessage(
                        ChatMessage.Role.USER, List.of(new ChatMessage.Content.Media("image/png", "AAAA")))),
                List.of());
        for (Prompt prompt : List.of(ids, picture)) {
            TokenEvent only =
                    run(adapter(), TaskRequest.builder(prompt).build()).get(0);
            assertEquals(
                    ErrorCode.UNSUPPORTED, ((TokenEvent.Error) only).error().code());
        }
    }

    @Test
    void chat_isAnsweredByItsWords() {
        Prompt chat = new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")), List.of());
        List<TokenEvent> events =
                run(adapter(), TaskRequest.builder(chat).maxTokens(3).build());
        assertEquals(
                3, events.stream().filter(TokenEvent.Token.class::isInstance).count());
    }

    @Test
    void model_whenItDoesNotExist_isNotFound() {
        TokenEvent only = run(adapter(), task().model("no-such").build()).get(0);
        assertEquals(ErrorCode.NOT_FOUND, ((TokenEvent.Error) only).error().code());
    }

    @Test
    void healthAndProperties_always_tellOfItsPlaces() throws Exception {
        try (WorkerAdapter adapter = adapter("slots", "3", "hang-after", "2");
                TokenStream running = adapter.submit(task().build())) {
            assertEquals(WorkerHealth.Status.HEALTHY, get(adapter.health()).status());
            assertEquals(2, get(adapter.properties()).freeSlots().orElseThrow());
            assertFalse(running.jobId().isEmpty());
        }
    }

    @Test
    void options_whenWrong_areAllNamed() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> adapter("length", "0", "colour", "red"));
        assertTrue(
                refusal.getMessage().contains("length") && refusal.getMessage().contains("colour"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> adapter("fail-with", "OOPS"))
                .getMessage()
                .contains("WORKER_RESET"));
    }
}
