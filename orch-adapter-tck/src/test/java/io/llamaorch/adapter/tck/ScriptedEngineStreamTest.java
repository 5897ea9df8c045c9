package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineStreamTest {
    private final ScriptedEngine engine =
            ScriptedEngine.builder().contextSize(256).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private Wire.Stream stream(String fields) throws IOException {
        return Wire.stream(
                engine, "{\"prompt\":\"Once upon a time\",\"stream\":true,\"temperature\":0," + fields + "}");
    }

    private JsonText whole(String fields) throws IOException {
        return Wire.post(engine, "/completion", "{\"prompt\":\"Once upon a time\",\"temperature\":0," + fields + "}")
                .json();
    }

    @Test
    void head_ofAStream_isTheServersInItsOrder() throws IOException {
        assertEquals(
                "HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n"
                        + "X-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                        + "Keep-Alive: timeout=5, max=100\r\n",
                stream("\"n_predict\":1").head());
    }

    @Test
    void head_ofAnAnswer_isTheServersInItsOrder() throws IOException {
        Wire.Answer answer = Wire.get(engine, "/health", "Origin: http://here");
        assertEquals(
                "HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: http://here\r\n"
                        + "Content-Type: application/json; charset=utf-8\r\nContent-Length: 15\r\n"
                        + "Keep-Alive: timeout=5, max=100\r\n",
                answer.head());
        assertEquals("{\"status\":\"ok\"}", answer.body());
    }

    @Test
    void event_ofAToken_hasTheServersFieldsInTheirOrder() throws IOException {
        Wire.Stream stream = stream("\"n_predict\":2");
        assertEquals(
                "{\"index\":0,\"content\":\" there\",\"tokens\":[264],\"stop\":false,\"id_slot\":-1,"
                        + "\"tokens_predicted\":1,\"tokens_evaluated\":5}",
                stream.events().get(0));
        assertEquals(3, stream.events().size());
    }

    @Test
    void event_ofTheEnd_hasTheServersFieldsInTheirOrder() throws IOException {
        JsonText last = stream("\"n_predict\":2").last();
        assertEquals(
                List.of(
                        "index",
                        "content",
                        "tokens",
                        "id_slot",
                        "stop",
                        "model",
                        "tokens_predicted",
                        "tokens_evaluated",
                        "generation_settings",
                        "prompt",
                        "has_new_line",
                        "truncated",
                        "stop_type",
                        "stopping_word",
                        "tokens_cached",
                        "timings"),
                last.names());
        assertEquals("true", last.at("stop").toString());
        assertEquals("limit", last.at("stop_type").toString());
        assertEquals("<s> Once upon a time", last.at("prompt").toString());
        assertEquals(6, last.at("tokens_cached").number());
        assertEquals(
                List.of(
                        "cache_n",
                        "prompt_n",
                        "prompt_ms",
                        "prompt_per_token_ms",
                        "prompt_per_second",
                        "predicted_n",
                        "predicted_ms",
                        "predicted_per_token_ms",
                        "predicted_per_second"),
                last.at("timings").names());
    }

    @Test
    void connection_afterAStream_isClosedDespiteItsHead() throws IOException {
        try (Wire wire = new Wire(engine)) {
            assertTrue(wire.complete("{\"prompt\":\"a\",\"stream\":true,\"n_predict\":1}").stream()
                    .terminated());
            long ended = System.nanoTime();
            assertTrue(wire.isClosedByEngine());
            long millis = (System.nanoTime() - ended) / 1_000_000;
            assertTrue(millis < 2500, millis + " ms: as if the connection had been kept alive");
        }
    }

    @Test
    void connection_afterAnAnswer_servesTheNext() throws IOException {
        try (Wire wire = new Wire(engine)) {
            for (int i = 0; i < 3; i++) {
                wire.send("GET", "/health", "");
                assertEquals(200, wire.answer().status());
            }
        }
    }

    @Test
    void whole_ofTheSameRequest_hasTheStreamsText() throws IOException {
        JsonText whole = whole("\"n_predict\":20");
        assertEquals(stream("\"n_predict\":20").text(), whole.at("content").toString());
        assertEquals("[]", whole.at("tokens").toString());
        assertEquals("false", whole.at("generation_settings/stream").toString());
    }

    @Test
    void whole_withReturnTokens_hasEachToken() throws IOException {
        assertEquals(
                "[264, 265]",
                whole("\"n_predict\":2,\"return_tokens\":true").at("tokens").toString());
    }

    @Test
    void limit_ofZero_generatesOne() throws IOException {
        assertEquals(1, stream("\"n_predict\":0").last().at("tokens_predicted").number());
    }

    @Test
    void limit_underItsOtherNames_isObeyed() throws IOException {
        assertEquals(3, stream("\"max_tokens\":3").last().at("tokens_predicted").number());
        assertEquals(
                2,
                stream("\"max_completion_tokens\":2")
                        .last()
                        .at("tokens_predicted")
                        .number());
        assertEquals(
                2, stream("\"n_predict\":2.7").last().at("tokens_predicted").number());
    }

    @Test
    void text_withoutALimit_endsByItself() throws IOException {
        Wire.Stream stream = stream("\"n_predict\":null");
        assertEquals("eos", stream.last().at("stop_type").toString());
        JsonText end = JsonText.of(stream.events().get(stream.events().size() - 2));
        assertEquals("[2]", end.at("tokens").toString());
        assertEquals("", end.at("content").toString());
    }

    @Test
    void text_thatMayNotEnd_isTruncatedAtTheContext() throws IOException {
        JsonText last = stream("\"ignore_eos\":true").last();
        assertEquals("limit", last.at("stop_type").toString());
        assertEquals("true", last.at("truncated").toString());
        assertEquals(256 - 5, last.at("tokens_predicted").number());
        assertEquals(
                "{bias=null, token=2}",
                last.at("generation_settings/logit_bias/0").toString());
    }

    @Test
    void stopWord_isNotSent_andTheBeginningOfOneIsHeldBack() throws IOException {
        Wire.Stream stream = stream("\"n_predict\":50,\"stop\":[\"a robot who\"]");
        assertEquals(" there was ", stream.text());
        assertEquals("", JsonText.of(stream.events().get(2)).at("content").toString());
        assertEquals("", JsonText.of(stream.events().get(3)).at("content").toString());
        assertEquals(" ", JsonText.of(stream.events().get(4)).at("content").toString());
        assertTrue(stream.events().get(4).contains("\"timings\":{"));
        assertEquals("word", stream.last().at("stop_type").toString());
        assertEquals("a robot who", stream.last().at("stopping_word").toString());
    }

    @Test
    void stopWord_asPlainText_counts() throws IOException {
        assertEquals(" there was", whole("\"stop\":\" a\"").at("content").toString());
    }

    @Test
    void stopWord_ofNothing_stopsAtTheFirstToken() throws IOException {
        JsonText whole = whole("\"stop\":[\"\"]");
        assertEquals("", whole.at("content").toString());
        assertEquals("word", whole.at("stop_type").toString());
    }

    @Test
    void heldBackText_atALimit_isLostInTheStreamOnly() throws IOException {
        assertEquals(
                " there was",
                stream("\"n_predict\":3,\"stop\":[\" a robotic\"]").text());
        assertEquals(
                " there was a",
                whole("\"n_predict\":3,\"stop\":[\" a robotic\"]").at("content").toString());
    }

    @Test
    void responseFields_filterTheLastEventOnly() throws IOException {
        Wire.Stream stream =
                stream("\"n_predict\":1,\"response_fields\":[\"stop\",\"generation_settings/n_predict\",\"nothing\"]");
        assertEquals(
                "{\"stop\":true,\"generation_settings/n_predict\":1}",
                stream.events().get(1));
        assertTrue(stream.events().get(0).contains("\"id_slot\":-1"));
    }

    @Test
    void progress_whenAskedFor_comesFirst() throws IOException {
        Wire.Stream stream = stream("\"n_predict\":1,\"return_progress\":true");
        assertTrue(
                stream.events()
                        .get(0)
                        .contains(
                                "\"tokens\":[0],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":0,"
                                        + "\"tokens_evaluated\":5,\"prompt_progress\":{\"total\":5,\"cache\":0,\"processed\":0,\"time_ms\":0}"));
        assertEquals(
                5,
                JsonText.of(stream.events().get(1))
                        .at("prompt_progress/processed")
                        .number());
        assertEquals(4, stream.events().size());
    }

    @Test
    void timings_whenAskedFor_areOnEachToken() throws IOException {
        Wire.Stream stream = stream("\"n_predict\":2,\"timings_per_token\":true");
        assertEquals(
                0,
                JsonText.of(stream.events().get(0))
                        .at("timings/predicted_per_second")
                        .number());
        assertEquals(
                2, JsonText.of(stream.events().get(1)).at("timings/predicted_n").number());
    }

    @Test
    void settings_areEchoedAsTheyWereUnderstood() throws IOException {
        JsonText settings = whole("\"n_predict\":1,\"seed\":-1,\"top_p\":7,\"min_p\":-1,\"temperature\":-3,"
                        + "\"dry_allowed_length\":4711,\"samplers\":[\"top_k\",\"unheard_of\"]")
                .at("generation_settings");
        assertEquals("4294967295", settings.at("seed").toString());
        assertEquals("1.0", settings.at("top_p").toString());
        assertEquals("0.0", settings.at("min_p").toString());
        assertEquals("0.0", settings.at("temperature").toString());
        assertEquals("4711", settings.at("dry_allowed_length").toString());
        assertEquals("[top_k]", settings.at("samplers").toString());
        assertEquals(
                "0.05000000074505806",
                whole("\"n_predict\":1").at("generation_settings/min_p").toString());
    }

    @Test
    void emoji_ofSeveralTokens_isOneEvent() throws IOException {
        Wire.Stream stream = Wire.stream(engine, "{\"prompt\":\"emoji\",\"stream\":true,\"temperature\":0}");
        String joined = stream.events().stream()
                .filter(e -> e.codePoints().anyMatch(c -> c > 0xffff))
                .findFirst()
                .orElseThrow();
        assertEquals(1, JsonText.of(joined).at("content").toString().codePointCount(0, 2));
        assertTrue(
                stream.last().at("tokens_predicted").number() > stream.events().size() + 2);
        assertFalse(stream.text().contains("\uFFFD"));
    }

    @Test
    void limit_insideACharacter_losesItInTheStreamAndBreaksItInAWhole() throws IOException {
        Wire.Stream free = Wire.stream(engine, "{\"prompt\":\"emoji\",\"stream\":true,\"temperature\":0}");
        int emoji = (int) JsonText.of(free.events().stream()
                        .filter(e -> e.codePoints().anyMatch(c -> c > 0xffff))
                        .findFirst()
                        .orElseThrow())
                .at("tokens_predicted")
                .number();
        String request = "{\"prompt\":\"emoji\",\"temperature\":0,\"n_predict\":" + (emoji - 2) + ",\"stream\":";
        String streamed = Wire.stream(engine, request + "true}").text();
        assertEquals(
                streamed + "\uFFFD",
                Wire.post(engine, "/completion", request + "false}")
                        .json()
                        .at("content")
                        .toString());
    }

    @Test
    void ping_whileNothingIsSaid_comesAsAChunkOfItsOwn() throws IOException {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = new Wire(engine)) {
            wire.complete("{\"prompt\":\"a\",\"stream\":true,\"sse_ping_interval\":1}")
                    .head();
            assertTrue(wire.event().contains("\"stop\":false"));
            assertEquals(":\n\n", wire.event());
        }
    }

    @Test
    void prompt_asTokensOrMixed_isTakenAsGiven() throws IOException {
        JsonText tokens = Wire.post(engine, "/completion", "{\"prompt\":[259,260,261],\"n_predict\":1}")
                .json();
        assertEquals(3, tokens.at("tokens_evaluated").number());
        JsonText mixed = Wire.post(engine, "/completions", "{\"prompt\":[\"Once\",260,261],\"n_predict\":1}")
                .json();
        assertEquals(4, mixed.at("tokens_evaluated").number());
        assertTrue(mixed.at("prompt").toString().startsWith("<s> Once"));
    }

    @Test
    void prompt_thatIsEmpty_isItsBeginningOnly() throws IOException {
        assertEquals(
                1,
                Wire.post(engine, "/completion", "{\"prompt\":\"\",\"n_predict\":1}")
                        .json()
                        .at("tokens_evaluated")
                        .number());
        JsonText none = Wire.post(engine, "/completion", "{\"prompt\":[[]]}").json();
        assertEquals("none", none.at("stop_type").toString());
        assertEquals(0, none.at("tokens_predicted").number());
    }
}
