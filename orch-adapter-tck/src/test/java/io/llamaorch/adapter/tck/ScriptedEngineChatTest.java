package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Chats of an engine whose model is told what to think, say and call, as the servers of today and of 2024 tell them. */
@NoLeaks
@Timeout(30)
class ScriptedEngineChatTest {
    private static final EngineScript.Answer ANSWER =
            new EngineScript.Answer("hm <", "a < b", List.of(new EngineScript.Call("weather", "{\"city\":\"Lima\"}")));

    private static final String QUESTION =
            "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,\"stream\":true";

    private static final String TOOLS = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\"}}]";

    private static ScriptedEngine engine(EngineDialect dialect) {
        return ScriptedEngine.builder().dialect(dialect).answer(ANSWER).start();
    }

    /** The events of a stream, without what frames them; several may share a chunk. */
    private static List<String> events(ScriptedEngine engine, String more) throws IOException {
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/v1/chat/completions", "{" + QUESTION + more + "}");
            assertTrue(wire.head().contains("\r\nContent-Type: text/event-stream\r\n"));
            List<String> events = new ArrayList<>();
            for (String chunk = wire.chunk(); !chunk.isEmpty(); chunk = wire.chunk()) {
                for (String event : chunk.split("\n\n")) {
                    events.add(event);
                }
            }
            return events;
        }
    }

    private static String joined(List<String> events, String path) {
        StringBuilder all = new StringBuilder();
        String member = "\"" + path.substring(path.lastIndexOf('/') + 1) + "\":\"";
        for (String event : events) {
            if (event.contains(member)) {
                all.append(JsonText.of(event.substring("data: ".length())).at(path));
            }
        }
        return all.toString();
    }

    @Test
    void thoughtsWordsAndCalls_areDeltasOfTheirOwn() throws Exception {
        try (ScriptedEngine engine = engine(EngineDialect.LLAMA_CPP)) {
            List<String> events = events(engine, TOOLS);
            String delta = "choices/0/delta/";
            assertEquals("hm <", joined(events, delta + "reasoning_content"));
            assertEquals("a < b", joined(events, delta + "content"));
            assertEquals("weather", joined(events, delta + "tool_calls/0/function/name"));
            assertEquals("{\"city\":\"Lima\"}", joined(events, delta + "tool_calls/0/function/arguments"));
            assertEquals("tool_calls", joined(events, "choices/0/finish_reason"));
            assertEquals("data: [DONE]", events.get(events.size() - 1));
        }
    }

    @Test
    void call_withoutTools_isWords() throws Exception {
        try (ScriptedEngine engine = engine(EngineDialect.LLAMA_CPP)) {
            List<String> events = events(engine, "");
            assertTrue(joined(events, "choices/0/delta/content").contains("<tool_call>weather"), events::toString);
            assertEquals("stop", joined(events, "choices/0/finish_reason"));
        }
    }

    @Test
    void verbose_tellsAtTheFinishWhatACompletionTells() throws Exception {
        try (ScriptedEngine engine = engine(EngineDialect.LLAMA_CPP)) {
            List<String> events = events(
                    engine, ",\"verbose\":true,\"response_fields\":[\"stop_type\",\"id_slot\"],\"max_tokens\":2");
            String finish = events.get(events.size() - 2);
            assertTrue(finish.contains("\"__verbose\":{\"stop_type\":\"limit\",\"id_slot\":0}"), finish);
            assertFalse(events.get(1).contains("__verbose"), events.get(1));
        }
    }

    @Test
    void chatOf2024_hasItsCountsInTheLastChunkAndNoTimings() throws Exception {
        try (ScriptedEngine engine = engine(EngineDialect.LLAMA_CPP_2024)) {
            List<String> events = events(engine, ",\"max_tokens\":3");
            assertEquals(6, events.size(), events::toString);
            assertTrue(events.get(0).contains("\"delta\":{\"role\":\"assistant\"}"), events.get(0));
            assertTrue(
                    events.get(4).contains("\"finish_reason\":\"length\"")
                            && events.get(4).contains("\"usage\":{\"completion_tokens\":3,"),
                    events.get(4));
            assertEquals("data: [DONE]", events.get(5));
            assertFalse(events.toString().contains("timings"));
        }
    }

    @Test
    void errorOf2024_isALineOfItsOwnAndThenTheEnd() throws Exception {
        try (ScriptedEngine engine = engine(EngineDialect.LLAMA_CPP_2024)) {
            engine.enqueueFault(new StreamFault.ErrorInStream(1, 500, "server_error", "full"));
            List<String> events = events(engine, "");
            assertEquals(
                    List.of("error: {\"code\":500,\"message\":\"full\",\"type\":\"server_error\"}", "data: [DONE]"),
                    events.subList(events.size() - 2, events.size()));
        }
    }
}
