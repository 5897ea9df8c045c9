package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conversations with the real engine: words, thoughts and calls are those of its own whole answer. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppChatIT {
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}";
    private static final Prompt.ToolSpec WEATHER = new Prompt.ToolSpec("weather", "tells the weather", SCHEMA);
    private static final String MESSAGES = "{\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},"
            + "{\"role\":\"user\",\"content\":\"will it rain?\"}],\"temperature\":0,\"top_p\":1,\"seed\":42";
    private static final String TOOLS = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
            + "\"description\":\"tells the weather\",\"parameters\":" + SCHEMA + "}}]";

    private static TaskRequest.Builder chat(Prompt.ToolSpec... tools) {
        return TaskRequest.builder(new Prompt.Chat(
                        List.of(
                                ChatMessage.of(ChatMessage.Role.SYSTEM, "be brief"),
                                ChatMessage.of(ChatMessage.Role.USER, "will it rain?")),
                        List.of(tools)))
                .temperature(0)
                .seed(42);
    }

    /** The engine's own answer to the same conversation, not streamed. */
    private static JsonLeaves twin(LlamaServer server, String more) throws IOException {
        return new JsonLeaves().add(server.post("/v1/chat/completions", MESSAGES + more + "}"));
    }

    private static String said(List<TokenEvent> events, Channel channel) {
        return events.stream()
                .filter(event -> event instanceof TokenEvent.Token token && token.channel() == channel)
                .map(event -> ((TokenEvent.Token) event).text())
                .collect(Collectors.joining());
    }

    @Test
    void chat_whenGreedy_streamsTheTextOfTheEnginesOwnAnswer() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events =
                    Runs.events(adapter.submit(chat().maxTokens(40).build()));

            JsonLeaves twin = twin(server, ",\"max_tokens\":40");
            assertEquals(twin.at("choices.[].message.content"), List.of(Runs.text(events)), server::log);
            TokenEvent.End end = Runs.end(events);
            assertEquals(StopReason.LIMIT, end.reason());
            assertEquals(OptionalInt.of(40), end.usage().generated());
            assertEquals(
                    twin.at("usage.prompt_tokens"),
                    List.of(Integer.toString(end.usage().prompt().orElse(-1))));
            assertTrue(end.timings().generation().isPresent()
                    && end.details().slot().isPresent());
        }
    }

    @Test
    void chat_whenStopStringComesUp_tellsWhich() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events =
                    Runs.events(adapter.submit(chat().stop(" quiet", "XYZ").build()));

            assertTrue(Runs.text(events).endsWith(" who lived near the"), Runs.text(events));
            assertEquals(StopReason.STOP_STRING, Runs.end(events).reason());
            assertEquals(" quiet", Runs.end(events).details().stopString().orElseThrow());
        }
    }

    @Test
    void modelThatThinks_isHeardOnTwoChannels() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.thinking());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events = Runs.events(adapter.submit(chat().build()));

            JsonLeaves twin = twin(server, "");
            assertEquals(List.of(said(events, Channel.REASONING)), twin.at("choices.[].message.reasoning_content"));
            assertEquals(List.of(said(events, Channel.TEXT)), twin.at("choices.[].message.content"));
            assertEquals(" nobody knows what the sky will do", said(events, Channel.TEXT));
            assertEquals(StopReason.END_OF_TEXT, Runs.end(events).reason());
        }
    }

    /** What goes to the template reaches it: told not to think, this model has its thoughts for words. */
    @Test
    void extraOfTheTemplate_reachesIt() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.thinking());
                WorkerAdapter adapter = Runs.adapter(server)) {
            TokenEvent.End thinking = Runs.end(Runs.events(adapter.submit(chat().build())));
            TokenEvent.End not = Runs.end(
                    Runs.events(adapter.submit(chat().extra("chat_template_kwargs", "{\"enable_thinking\":false}")
                            .build())));

            assertTrue(
                    not.usage().prompt().orElse(0) > thinking.usage().prompt().orElse(0),
                    () -> thinking + ", without thinking " + not);
        }
    }

    @Test
    void modelThatCallsATool_isHeardOnce() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.calling());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events = Runs.events(adapter.submit(chat(WEATHER).build()));

            List<TokenEvent.ToolCall> calls = new ArrayList<>();
            for (TokenEvent event : events) {
                if (event instanceof TokenEvent.ToolCall call) {
                    calls.add(call);
                }
            }
            assertEquals(1, calls.size(), events::toString);
            assertEquals("weather", calls.get(0).name());
            assertFalse(calls.get(0).id().isEmpty());
            JsonLeaves twin = twin(server, TOOLS);
            assertEquals(
                    twin.at("choices.[].message.tool_calls.[].function.arguments"),
                    List.of(calls.get(0).argumentsJson()));
            assertEquals(" let us look", said(events, Channel.REASONING));
            assertEquals(StopReason.TOOL_CALLS, Runs.end(events).reason());
        }
    }

    @Test
    void callThatTheLimitCuts_isNone() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.calling());
                WorkerAdapter adapter = Runs.adapter(server)) {
            List<TokenEvent> events =
                    Runs.events(adapter.submit(chat(WEATHER).maxTokens(10).build()));

            assertTrue(events.stream().noneMatch(TokenEvent.ToolCall.class::isInstance), events::toString);
            assertEquals(StopReason.LIMIT, Runs.end(events).reason());
        }
    }

    @Test
    void answerOfATool_isTakenUp() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.thinking());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Prompt.Chat turns = new Prompt.Chat(
                    List.of(
                            ChatMessage.of(ChatMessage.Role.USER, "will it rain?"),
                            new ChatMessage(
                                    ChatMessage.Role.ASSISTANT,
                                    List.of(new ChatMessage.Content.ToolUse("c1", "weather", "{\"city\":\"Lima\"}"))),
                            new ChatMessage(
                                    ChatMessage.Role.TOOL, List.of(new ChatMessage.Content.ToolResult("c1", "fog")))),
                    List.of(WEATHER));

            List<TokenEvent> events = Runs.events(
                    adapter.submit(TaskRequest.builder(turns).temperature(0).build()));

            assertEquals(StopReason.END_OF_TEXT, Runs.end(events).reason());
        }
    }

    @Test
    void cancel_whenAChatStreams_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt());
                WorkerAdapter adapter = Runs.adapter(server)) {
            Runs.await(adapter.properties());
            TokenStream stream = adapter.submit(chat().maxTokens(1900).build());
            Iterator<TokenEvent> events = stream.iterator();
            while (!(events.next() instanceof TokenEvent.Token)) {
                assertTrue(events.hasNext(), "the stream ended before its first token");
            }

            CancelReceipt receipt = Runs.await(stream.cancel().settled());

            assertEquals(CancelReceipt.Outcome.SLOT_FREE, receipt.outcome(), () -> receipt + "\n" + server.log());
            assertEquals(2, server.idleSlots(), server::log);
            TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, Runs.await(stream.outcome()));
            assertTrue(end.usage().generated().orElse(0) > 0, "counted as it went");
        }
    }

    /** No model with eyes or ears is at hand: that one without them is not sent pictures is all that can be tried. */
    @Test
    void media_onAModelOfText_areRefusedUnsent() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                WorkerAdapter adapter = Runs.adapter(server)) {
            ChatMessage picture = new ChatMessage(
                    ChatMessage.Role.USER, List.of(new ChatMessage.Content.Media("image/png", "iVBORw0KGgo=")));

            TokenStream stream = adapter.submit(TaskRequest.builder(new Prompt.Chat(List.of(picture), List.of()))
                    .build());

            assertEquals(ErrorCode.UNSUPPORTED, Runs.error(stream).error().code());
            assertFalse(server.slots().contains("id_task"), "the engine has had a task");
        }
    }
}
