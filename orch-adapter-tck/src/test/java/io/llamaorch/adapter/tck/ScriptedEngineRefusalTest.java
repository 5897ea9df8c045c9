package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(30)
class ScriptedEngineRefusalTest {
    private final ScriptedEngine engine =
            ScriptedEngine.builder().contextSize(16).slots(1).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private Wire.Answer refused(String body, String message) throws IOException {
        Wire.Answer answer = Wire.post(engine, "/completion", body);
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.head().contains("\r\nConnection: close\r\n"), answer.head());
        assertTrue(answer.json().at("error/message").toString().contains(message), answer.body());
        assertEquals(0, engine.slotsBusy());
        return answer;
    }

    @Test
    void prompt_thatIsMissing_isRefusedWithTheServersWords() throws IOException {
        assertEquals(
                "{\"error\":{\"code\":400,\"message\":\"[json.exception.out_of_range.403] key 'prompt' not found\","
                        + "\"type\":\"invalid_request_error\"}}",
                refused("{\"stream\":true}", "").body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature       | \"hot\"  | type must be number, but is string",
                "stream            | \"true\" | type must be boolean, but is string",
                "stream            | 1        | type must be boolean, but is number",
                "n_predict         | \"5\"    | type must be number, but is string",
                "n_predict         | -2       | Value must be between -1 <= value <= 2147483647, but got -2",
                "n                 | 2        | Value must be between 1 <= value <= 1, but got 2",
                "stop              | [5]      | type must be string, but is number",
                "seed              | {}       | type must be number, but is object",
                "cache_prompt      | \"no\"   | type must be boolean, but is string",
                "repeat_last_n     | -1       | Value must be between 0 <= value <= 2147483647, but got -1",
                "lora              | 5        | must be an array of objects",
                "samplers          | [5]      | type must be string, but is number",
                "dry_sequence_breakers | []   | must be a non-empty array of strings",
                "sse_ping_interval | -2       | Value must be between -1 <= value <= 2147483647, but got -2",
            })
    void field_ofAWrongType_isRefusedByName(String name, String value, String message) throws IOException {
        refused("{\"prompt\":\"a\",\"" + name + "\":" + value + "}", "Field '" + name + "': ");
        refused("{\"prompt\":\"a\",\"" + name + "\":" + value + "}", message);
    }

    @Test
    void field_thatTheServerForgives_isForgiven() throws IOException {
        assertEquals(
                200,
                Wire.post(
                                engine,
                                "/completion",
                                "{\"prompt\":\"a\",\"n_predict\":1,\"id_slot\":\"1\","
                                        + "\"stop\":5,\"samplers\":5,\"response_fields\":5,\"grammar\":5,\"logit_bias\":5,\"temperature\":null,\"unheard_of\":{},\"n_predict\":2}")
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"prompt\":\"x\", ", "{\"prompt\":\"x\"} y", "{\"prompt\":\"\\uD83E\"}", "nonsense"})
    void text_thatIsNoJson_isRefused(String body) throws IOException {
        refused(body, "[json.exception.parse_error.101] parse error at line 1, column ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]              | must not be empty",
                "[99999]         | Prompt contains invalid tokens",
                "[-1]            | Prompt contains invalid tokens",
                "5               | must be a string",
                "[1,true]        | must be a string",
            })
    void prompt_ofAnotherShape_isRefused(String prompt, String message) throws IOException {
        refused("{\"prompt\":" + prompt + "}", message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"grammar\":\"root ::= <s>\"",
                "\"json_schema\":{\"not\":{}}",
                "\"response_format\":{\"type\":\"json_object\"}",
                "\"n\":1,\"prompt\":[\"a\",\"b\"]"
            })
    void request_thatTheScriptedEngineCannotObey_isNotIgnored(String more) throws IOException {
        Wire.Answer answer = Wire.post(engine, "/completion", "{\"prompt\":\"a\"," + more + "}");
        assertEquals(501, answer.status(), answer.body());
        assertTrue(answer.body().contains("The scripted engine does not support"), answer.body());
    }

    @Test
    void penalty_thatIsNone_isRefused() throws IOException {
        refused("{\"prompt\":\"a\",\"repeat_penalty\":0}", "penalty_repeat must be finite and greater than 0");
    }

    @Test
    void grammar_thatIsNone_isRefused() throws IOException {
        refused("{\"prompt\":\"a\",\"grammar\":\"what\"}", "failed to parse grammar");
    }

    @Test
    void prompt_thatDoesNotFit_isRefusedWithBothLengths() throws IOException {
        String tokens = "[" + "260,".repeat(15) + "260]";
        Wire.Answer answer = refused(
                "{\"stream\":true,\"prompt\":" + tokens + "}",
                "request (16 tokens) exceeds the available context size (16 tokens), try increasing it");
        assertEquals("exceed_context_size_error", answer.json().at("error/type").toString());
        assertEquals(16, answer.json().at("error/n_prompt_tokens").number());
        assertEquals(16, answer.json().at("error/n_ctx").number());
    }

    @Test
    void prompt_thatJustFits_getsOneToken() throws IOException {
        String tokens = "[" + "260,".repeat(14) + "260]";
        assertEquals(
                1,
                Wire.post(engine, "/completion", "{\"prompt\":" + tokens + "}")
                        .json()
                        .at("tokens_predicted")
                        .number());
    }

    @Test
    void path_thatIsUnknown_isNotFoundWhateverTheMethod() throws IOException {
        String body = "{\"error\":{\"message\":\"File Not Found\",\"type\":\"not_found_error\",\"code\":404}}";
        assertEquals(body, Wire.get(engine, "/nope").body());
        assertEquals(body, Wire.get(engine, "/completion").body());
        assertEquals(404, Wire.post(engine, "/health", "").status());
        assertEquals(404, Wire.get(engine, "/health/").status());
    }

    @Test
    void loading_answersEveryPathWith503() throws IOException {
        engine.loading(true);
        assertEquals(
                "{\"error\":{\"message\":\"Loading model\",\"type\":\"unavailable_error\",\"code\":503}}",
                Wire.get(engine, "/health").body());
        assertEquals(503, Wire.post(engine, "/completion", "{}").status());
        assertEquals(503, Wire.get(engine, "/nope").status());
        engine.loading(false);
        assertEquals(200, Wire.get(engine, "/health").status());
    }

    @Test
    void httpLayer_refusesWithEmptyBodies() throws IOException {
        Wire.Answer zipped = Wire.post(engine, "/completion", "x", "Content-Encoding: gzip");
        assertEquals(415, zipped.status());
        assertEquals("", zipped.body());
        try (Wire wire = new Wire(engine)) {
            wire.send("GET / HTTP/2.0\r\nX-Rest: GET", "/", "");
            assertEquals(400, wire.answer().status());
        }
    }

    @Test
    void apiKey_isAskedForExceptForHealth() throws IOException {
        try (ScriptedEngine locked = ScriptedEngine.builder().apiKey("k").start()) {
            assertEquals(
                    "{\"error\":{\"message\":\"Invalid API Key\",\"type\":\"authentication_error\",\"code\":401}}",
                    Wire.get(locked, "/props").body());
            assertEquals(401, Wire.get(locked, "/nope").status());
            assertEquals(401, Wire.get(locked, "/health/").status());
            assertEquals(
                    401, Wire.get(locked, "/props", "Authorization: bearer k").status());
            assertEquals(
                    401,
                    Wire.get(locked, "/props", "Authorization: Bearer x", "X-Api-Key: k")
                            .status());
            assertEquals(200, Wire.get(locked, "/health").status());
            assertEquals(200, Wire.get(locked, "/v1/health").status());
            assertEquals(200, Wire.exchange(locked, "OPTIONS", "/props", "").status());
            assertEquals(
                    200, Wire.get(locked, "/props", "Authorization: Bearer k").status());
            assertEquals(200, Wire.get(locked, "/props", "Authorization: k").status());
            assertEquals(200, Wire.get(locked, "/props", "X-Api-Key: k").status());
        }
    }

    @Test
    void prefix_beginsEveryPath() throws IOException {
        try (ScriptedEngine engine =
                ScriptedEngine.builder().prefix("/x").apiKey("k").start()) {
            assertTrue(engine.url().toString().endsWith("/x"));
            assertEquals(200, Wire.get(engine, "/x/health").status());
            assertEquals(401, Wire.get(engine, "/health").status());
            assertEquals(404, Wire.get(engine, "/props", "X-Api-Key: k").status());
        }
    }
}
