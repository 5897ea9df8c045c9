package io.llamaorch.adapter.tck.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The example's other path: the kit's tasks are plain texts, these are conversations. */
@NoLeaks
class OpenAiChatTest {

    private final ScriptedEngine engine =
            ScriptedEngine.builder().dialect(EngineDialect.OPENAI).start();
    private final WorkerAdapter adapter = new OpenAiAdapterFactory()
            .create(AdapterConfig.builder().url(engine.url().toString()).build());

    @AfterEach
    void close() {
        adapter.close();
        engine.close();
    }

    private static TaskRequest.Builder chat() {
        Prompt prompt = new Prompt.Chat(
                List.of(
                        ChatMessage.of(ChatMessage.Role.SYSTEM, "You tell stories."),
                        ChatMessage.of(ChatMessage.Role.USER, "Tell me \"one\".")),
                List.of());
        return TaskRequest.builder(prompt).maxTokens(20).temperature(0);
    }

    private List<TokenEvent> events(TaskRequest task) {
        List<TokenEvent> events = new ArrayList<>();
        adapter.submit(task).forEach(events::add);
        return events;
    }

    private static String text(List<TokenEvent> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event instanceof TokenEvent.Token token ? token.text() : ""));
        return text.toString();
    }

    @Test
    void chat_whenItEndsWell_hasTheTextTheReasonAndTheUsage() {
        List<TokenEvent> events = events(chat().build());

        assertTrue(!text(events).isEmpty());
        assertEquals(engine.textSent(), text(events));
        TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, events.get(events.size() - 1));
        assertEquals(StopReason.LIMIT, end.reason());
        assertEquals(OptionalInt.of(20), end.usage().generated());
        assertTrue(
                end.usage().prompt().isPresent() && end.timings().generation().isPresent());
    }

    @Test
    void chat_whenTheEngineFailsInTheMiddle_endsWithItsError() {
        engine.enqueueFault(new StreamFault.ErrorInStream(2, 500, "server_error", "the cache is full"));

        List<TokenEvent> events = events(chat().build());

        TokenEvent.Error error = assertInstanceOf(TokenEvent.Error.class, events.get(events.size() - 1));
        assertEquals(ErrorCode.INTERNAL, error.error().code());
        assertEquals("the cache is full", error.error().excerpt());
    }

    @Test
    void chat_withAPicture_isRefusedBeforeItIsSent() {
        ChatMessage.Content picture = new ChatMessage.Content.Media("image/png", "AAAA");
        Prompt prompt = new Prompt.Chat(List.of(new ChatMessage(ChatMessage.Role.USER, List.of(picture))), List.of());

        assertEquals(
                ErrorCode.UNSUPPORTED, code(events(TaskRequest.builder(prompt).build())));
        assertEquals(0, engine.tasks());
    }

    @Test
    void task_withWhatIsNotDeclared_isRefusedBeforeItIsSent() {
        List<TokenEvent> tokens =
                events(TaskRequest.builder(new Prompt.Tokens(List.of(1, 2))).build());
        List<TokenEvent> owned = events(chat().extra("stream", false).build());

        assertEquals(ErrorCode.UNSUPPORTED, code(tokens));
        assertEquals(ErrorCode.INVALID_PARAMS, code(owned));
        assertEquals(0, engine.tasks());
    }

    private static ErrorCode code(List<TokenEvent> events) {
        return assertInstanceOf(TokenEvent.Error.class, events.get(0)).error().code();
    }
}
