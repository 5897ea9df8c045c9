package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.Engines.PROPS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a conversation is sent, when it is not sent, and what its caller hears. */
@NoLeaks
class CompletionRunChatTest {

    private static final String CALL = "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\","
            + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\"}}]}}]}\n\n";

    @RegisterExtension
    private final RunBench run = new RunBench();

    private static TaskRequest chat(ChatMessage.Content... content) {
        ChatMessage message = new ChatMessage(ChatMessage.Role.USER, List.of(content));
        return TaskRequest.builder(new Prompt.Chat(List.of(message), List.of()))
                .jobId("job-1")
                .build();
    }

    private static TaskRequest chat() {
        return chat(new ChatMessage.Content.Text("hi"));
    }

    private static TaskRequest media(String type) {
        return chat(new ChatMessage.Content.Text("what?"), new ChatMessage.Content.Media(type, "AAAA"));
    }

    private void streamed(String body) {
        run.learn(PROPS);
        run.submit(chat(), Long.MAX_VALUE);
        run.streamHead();
        run.body(body);
    }

    private TokenEvent.Error error() {
        return (TokenEvent.Error) run.last();
    }

    @Test
    void chat_isSentToItsEndpoint() {
        run.submit(chat(), 9);
        assertEquals("/v1/chat/completions", run.transport.streamed().get(0).path());
    }

    @Test
    void chat_withReasoningAndCalls_isHeardAsSuch() {
        streamed(Transcripts.text("chat-stream-tool-calls"));
        assertEquals(
                List.of(
                        "Started",
                        "Token 0 (reasoning)  rain",
                        "ToolCall 0 6WfojKoOAqEdDCwolpg3HtAyofiK33cY weather {\"city\": \"Lima\"}",
                        "ToolCall 1 oZG8RVQZNzkLuy2HCo1uzgKzp0uNwqDM weather {\"city\":\n \"Lima\"}",
                        "End TOOL_CALLS, slot 0, prompt 541, cached 0, generated 19"),
                run.events().stream().map(HeardLines::line).toList());
        assertTrue(run.transport.call().cancelled(), "the end marker is the end (EVT-10)");
    }

    @Test
    void call_thatIsCut_isNoCallButACut() {
        streamed(CALL);
        run.transport.listener().onEnd();
        assertEquals(ErrorCode.WORKER_RESET, run.code());
        assertEquals(2, run.events().size());
    }

    @Test
    void call_thatIsBroken_isProtocolAndHangsUp() {
        streamed(CALL + "data: {\"choices\":[{\"finish_reason\":\"tool_calls\"}]}\n\n");
        assertEquals(ErrorCode.PROTOCOL, run.code());
        assertTrue(error().error().message().contains("a tool call whose arguments are no JSON object"));
        assertTrue(run.transport.call().cancelled());
    }

    @Test
    void done_withoutAReason_isACut() {
        streamed("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n");
        run.transport.listener().onEnd();
        assertEquals(ErrorCode.WORKER_RESET, run.code());
        assertEquals("a", run.text());
    }

    @ParameterizedTest
    @CsvSource({"image/png, '\"vision\":true'", "audio/wav, '\"audio\":true,\"vision\":false'"})
    void media_areSentOnceTheModelIsKnownToTakeThem(String type, String told) {
        run.submit(media(type), 9);
        assertEquals(List.of(), run.transport.streamed());
        run.transport.question(0).answer(200, "{\"modalities\":{" + told + "}}");
        assertEquals(1, run.transport.streamed().size());
    }

    @ParameterizedTest
    @CsvSource({
        "image/png, vision, '\"modalities\":{\"vision\":false,\"audio\":true}'",
        "audio/mpeg, audio, '\"modalities\":{\"vision\":true}'",
        "image/png, vision, '\"total_slots\":1'"
    })
    void media_thatTheModelDoesNotTake_areRefusedUnsent(String type, String modality, String told) {
        run.submit(media(type), 9);
        run.transport.question(0).answer(200, "{" + told + "}");
        assertEquals(ErrorCode.UNSUPPORTED, run.code());
        assertTrue(error().error().message().contains("the modality " + modality), error()::toString);
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void media_thatCannotBeChecked_failAsTheQuestionDid() {
        run.submit(media("image/png"), 9);
        run.transport.question(0).answer(401, Transcripts.text("error-unauthorized"));
        assertEquals(ErrorCode.UNAUTHORIZED, run.code());
        assertEquals(List.of(), run.transport.streamed());
    }

    @Test
    void media_ofAKindThatNoModelTakes_areRefusedUnasked() {
        run.submit(media("video/mp4"), 9);
        assertEquals(ErrorCode.UNSUPPORTED, run.code());
        assertEquals(List.of(), run.transport.questions());
    }
}
