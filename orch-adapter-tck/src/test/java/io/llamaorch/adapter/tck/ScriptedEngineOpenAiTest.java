package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@NoLeaks
@Timeout(30)
class ScriptedEngineOpenAiTest {
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"temperature\":0";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().dialect(EngineDialect.OPENAI).start();

    @AfterEach
    void close() {
        engine.close();
    }

    /** The events of a stream, without what frames them; several may share a chunk. */
    private static List<String> events(ScriptedEngine engine, String path, String body) throws IOException {
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", path, body);
            assertTrue(wire.head().contains("\r\nContent-Type: text/event-stream\r\n"));
            List<String> events = new ArrayList<>();
            for (String chunk = wire.chunk(); !chunk.isEmpty(); chunk = wire.chunk()) {
                for (String event : chunk.split("\n\n")) {
                    assertTrue(event.startsWith("data: "), event);
                    events.add(event.substring("data: ".length()));
                }
            }
            return events;
        }
    }

    private List<String> chat(String more) throws IOException {
        return events(engine, "/v1/chat/completions", "{" + HELLO + ",\"stream\":true" + more + "}");
    }

    @Test
    void chat_whenStreamed_beginsWithTheRoleAndEndsWithDone() throws Exception {
        List<String> events = chat(",\"max_tokens\":2");

        assertEquals(5, events.size(), events::toString);
        assertEquals(
                "{role=assistant, content=",
                JsonText.of(events.get(0)).at("choices/0/delta").toString().substring(0, 25));
        assertFalse(JsonText.of(events.get(1))
                .at("choices/0/delta/content")
                .toString()
                .isEmpty());
        JsonText last = JsonText.of(events.get(3));
        assertEquals("{}", last.at("choices/0/delta").toString());
        assertEquals("length", last.at("choices/0/finish_reason").toString());
        assertEquals(2, last.at("timings/predicted_n").number());
        assertFalse(last.names().contains("usage"));
        assertEquals("[DONE]", events.get(4));
        assertEquals(
                JsonText.of(events.get(0)).at("id").toString(), last.at("id").toString());
    }

    @Test
    void chat_whenUsageIsAskedFor_tellsItInAnEventOfItsOwn() throws Exception {
        List<String> events = chat(",\"max_tokens\":2,\"stream_options\":{\"include_usage\":true}");

        JsonText used = JsonText.of(events.get(events.size() - 2));
        assertEquals("[]", used.at("choices").toString());
        assertEquals(2, used.at("usage/completion_tokens").number());
        assertEquals(
                used.at("usage/prompt_tokens").number() + 2,
                used.at("usage/total_tokens").number());
        assertFalse(JsonText.of(events.get(events.size() - 3)).names().contains("timings"));
    }

    @Test
    void chat_whenNotStreamed_isTheSameText() throws Exception {
        StringBuilder streamed = new StringBuilder();
        List<String> events = chat(",\"max_tokens\":12");
        for (String event : events.subList(1, events.size() - 2)) {
            streamed.append(JsonText.of(event).at("choices/0/delta/content"));
        }
        JsonText whole = Wire.post(engine, "/v1/chat/completions", "{" + HELLO + ",\"max_tokens\":12}")
                .json();
        assertEquals("assistant", whole.at("choices/0/message/role").toString());
        assertEquals(streamed.toString(), whole.at("choices/0/message/content").toString());
        assertEquals("chat.completion", whole.at("object").toString());
    }

    @Test
    void chat_isThePromptOfItsTemplate() throws Exception {
        String chat = Wire.post(engine, "/v1/chat/completions", "{" + HELLO + ",\"max_tokens\":9}")
                .json()
                .at("choices/0/message/content")
                .toString();
        String text = Wire.post(
                        engine, "/v1/completions", "{\"prompt\":\"user: Hello\\n\",\"temperature\":0,\"max_tokens\":9}")
                .json()
                .at("choices/0/text")
                .toString();
        assertEquals(text, chat);
    }

    @Test
    void chat_whenItStopsAtAWord_saysStopAndPassesOverEmptyText() throws Exception {
        String text = Wire.post(engine, "/v1/chat/completions", "{" + HELLO + ",\"max_tokens\":5}")
                .json()
                .at("choices/0/message/content")
                .toString();
        String word = text.substring(text.lastIndexOf(' '));
        List<String> events = chat(",\"stop\":[\"" + word + "\"]");
        assertFalse(events.toString().contains("\"content\":\"\""), events::toString);
        assertEquals(
                "stop",
                JsonText.of(events.get(events.size() - 2))
                        .at("choices/0/finish_reason")
                        .toString());
    }

    @Test
    void chat_whenItEndsAtOnce_hasItsRoleAllTheSame() throws Exception {
        List<String> events = chat(",\"logit_bias\":[[2,100]]");
        assertEquals(3, events.size(), events::toString);
        assertEquals(
                List.of("role", "content"),
                JsonText.of(events.get(0)).at("choices/0/delta").names());
    }

    @Test
    void chat_whenLogProbabilitiesAreAskedFor_hasThem() throws Exception {
        JsonText odds = JsonText.of(chat(",\"max_tokens\":1,\"logprobs\":true,\"top_logprobs\":2")
                        .get(1))
                .at("choices/0/logprobs/content/0");
        assertEquals(List.of("id", "token", "bytes", "logprob", "top_logprobs"), odds.names());
        assertEquals(
                400,
                Wire.post(engine, "/v1/chat/completions", "{" + HELLO + ",\"top_logprobs\":2}")
                        .status());
    }

    @Test
    void chat_whenProgressIsAskedFor_tellsItBeforeTheText() throws Exception {
        JsonText first =
                JsonText.of(chat(",\"max_tokens\":1,\"return_progress\":true").get(0));
        assertEquals(
                List.of("total", "cache", "processed", "time_ms"),
                first.at("prompt_progress").names());
    }

    @Test
    void text_whenStreamed_alwaysTellsUsage() throws Exception {
        List<String> events = events(
                engine,
                "/v1/completions",
                "{\"prompt\":\"Once upon\",\"max_tokens\":2,\"temperature\":0,\"stream\":true,\"logprobs\":1}");
        assertEquals(4, events.size(), events::toString);
        JsonText first = JsonText.of(events.get(0));
        assertEquals(
                List.of("text", "index", "logprobs", "finish_reason"),
                first.at("choices/0").names());
        assertEquals(List.of("content"), first.at("choices/0/logprobs").names());
        JsonText last = JsonText.of(events.get(2));
        assertEquals(2, last.at("usage/completion_tokens").number());
        assertEquals("[DONE]", events.get(3));
    }

    @Test
    void error_inAStream_isNotFollowedByDone() throws Exception {
        engine.enqueueFault(new StreamFault.ErrorInStream(1, 500, "server_error", "out of luck"));
        List<String> events = chat("");
        assertEquals(
                "{\"error\":{\"code\":500,\"message\":\"out of luck\",\"type\":\"server_error\"}}",
                events.get(events.size() - 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                  | 400 | 'messages' is required",
                "{\"messages\":5}                                    | 400 | Expected 'messages' to be an array",
                "{\"messages\":[{\"role\":\"user\"}]}                | 400 | All non-assistant messages must contain",
                "{\"messages\":[{\"content\":\"a\"}]}                | 500 | Missing 'role' in message: {\"content\"",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]} | 500 | image input is not",
                "{\"messages\":[],\"max_tokens\":\"x\"}              | 400 | Field 'max_tokens': ",
                "{\"messages\":[],\"n\":2}                           | 501 | does not support more than one",
            })
    void chat_thatIsNone_isRefused(String body, int status, String message) throws Exception {
        Wire.Answer answer = Wire.post(engine, "/v1/chat/completions", body);
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.json().at("error/message").toString().contains(message), answer.body());
    }

    @Test
    void paths_ofTheServersOwnProtocol_areNotThere() throws Exception {
        assertEquals(404, Wire.post(engine, "/completion", "{\"prompt\":\"a\"}").status());
        assertEquals(404, Wire.get(engine, "/props").status());
        assertEquals(404, Wire.get(engine, "/slots").status());
        assertEquals(200, Wire.get(engine, "/health").status());
        assertEquals(
                "storyteller",
                Wire.get(engine, "/v1/models").json().at("data/0/id").toString());
    }

    @ParameterizedTest
    @EnumSource(names = {"LLAMA_CPP", "OPENAI"})
    void chat_isSpokenByTheServerOfTodayToo(EngineDialect dialect) throws Exception {
        try (ScriptedEngine other = ScriptedEngine.builder().dialect(dialect).start()) {
            assertEquals(
                    4,
                    events(other, "/v1/chat/completions", "{" + HELLO + ",\"stream\":true,\"max_tokens\":1}")
                            .size());
        }
    }
}
