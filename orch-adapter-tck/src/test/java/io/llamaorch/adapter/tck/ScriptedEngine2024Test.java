package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(30)
class ScriptedEngine2024Test {
    private static final String PROMPT = "\"prompt\":\"Once upon a time\",\"temperature\":0";

    private final ScriptedEngine engine = ScriptedEngine.builder()
            .dialect(EngineDialect.LLAMA_CPP_2024)
            .slots(2)
            .contextSize(64)
            .apiKey("k")
            .start();

    @AfterEach
    void close() {
        engine.close();
    }

    private Wire.Stream stream(String more) throws Exception {
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true" + more + "}", "Authorization: k");
            return wire.stream();
        }
    }

    private Wire.Answer post(String body) throws Exception {
        return Wire.post(engine, "/completion", body, "Authorization: k");
    }

    @Test
    void tokens_nameTheirSlotAndSayLittleElse() throws Exception {
        assertEquals(
                "{\"content\":\" there\",\"stop\":false,\"id_slot\":1,\"multimodal\":false}",
                stream(",\"n_predict\":2,\"id_slot\":1").events().get(0));
    }

    @Test
    void slot_askedForAsIn2023_isNamedSo() throws Exception {
        Wire.Stream stream = stream(",\"n_predict\":1,\"slot_id\":1");
        assertEquals(
                List.of("content", "stop", "slot_id", "multimodal"),
                JsonText.of(stream.events().get(0)).names());
        assertEquals(1, stream.last().at("slot_id").number());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"n_predict\":3       | stopped_limit |",
                "\"stop\":[\" was\"]   | stopped_word  | was",
                "\"n_predict\":-1,\"logit_bias\":[[2,99]] | stopped_eos |",
            })
    void end_isToldByThreeFlags(String how, String flag, String word) throws Exception {
        JsonText last = stream("," + how).last();
        for (String each : List.of("stopped_eos", "stopped_word", "stopped_limit")) {
            assertEquals(each.equals(flag), Boolean.parseBoolean(last.at(each).toString()), each + " of " + last);
        }
        assertEquals(word == null ? "" : " " + word, last.at("stopping_word").toString());
        assertFalse(last.names().contains("stop_type"));
        assertFalse(last.at("timings").names().contains("cache_n"));
    }

    @Test
    void end_repeatsPromptAndSettingsWhateverIsAskedFor() throws Exception {
        JsonText last =
                stream(",\"n_predict\":1,\"response_fields\":[\"stop\"]").last();
        assertTrue(last.at("prompt").toString().contains("Once upon a time"), last::toString);
        assertEquals(1, last.at("generation_settings/n_predict").number());
    }

    @Test
    void probabilities_haveTheirOldNames() throws Exception {
        JsonText first =
                JsonText.of(stream(",\"n_predict\":1,\"n_probs\":2").events().get(0));
        JsonText odds = first.at("completion_probabilities/0");
        assertEquals(List.of("content", "probs"), odds.names());
        assertEquals(" there", odds.at("probs/0/tok_str").toString());
        assertTrue(odds.at("probs/0/prob").number() > 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"stream\":true}                       | 400 | invalid_request_error     | key 'prompt' not found",
                "{\"stream\":true,\"prompt\":[%s2]}      | 400 | exceed_context_size_error | exceeds the available",
            })
    void error_ofAStream_isALineOfItsOwnKindUnder200(String body, int code, String type, String message)
            throws Exception {
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", body.replace("%s", "2,".repeat(63)), "Authorization: k");
            String head = wire.head();
            assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
            assertTrue(head.contains("\r\nContent-Type: text/event-stream\r\n"), head);
            String event = wire.chunk();
            assertTrue(event.startsWith("error: {") && event.endsWith("}\n\n"), event);
            JsonText error = JsonText.of(event.substring("error: ".length()));
            assertEquals(List.of("code", "message", "type"), error.names());
            assertEquals(code, error.at("code").number());
            assertEquals(type, error.at("type").toString());
            assertTrue(error.at("message").toString().contains(message), event);
            assertEquals("", wire.chunk());
        }
        assertEquals(0, engine.slotsBusy());
    }

    @Test
    void error_inTheMiddleOfAStream_isALineOfItsOwnKind() throws Exception {
        engine.enqueueFault(new StreamFault.ErrorInStream(1, 500, "server_error", "out of luck"));
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true}", "Authorization: k");
            wire.head();
            wire.event();
            assertEquals(
                    "error: {\"code\":500,\"message\":\"out of luck\",\"type\":\"server_error\"}\n\n", wire.chunk());
        }
    }

    @Test
    void error_withoutAStream_hasItsStatus() throws Exception {
        assertEquals(400, post("{}").status());
        Wire.Answer nonsense = post("nonsense");
        assertEquals(500, nonsense.status());
        assertEquals("server_error", nonsense.json().at("error/type").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"temperature\":\"hot\"",
                "\"n_predict\":\"5\"",
                "\"n_predict\":-7",
                "\"cache_prompt\":\"no\"",
                "\"stop\":\" was\"",
                "\"n\":99",
                "\"id_slot\":99"
            })
    void field_ofAWrongType_isForgiven(String field) throws Exception {
        JsonText answer = post("{\"prompt\":\"Once upon a time\",\"ignore_eos\":true," + field + "}")
                .json();
        assertEquals("true", answer.at("stopped_limit").toString(), answer::toString);
        assertTrue(answer.at("tokens_predicted").number() > 40, answer::toString);
    }

    @Test
    void cache_isUsedOnlyOnRequest() throws Exception {
        post("{" + PROMPT + ",\"n_predict\":1,\"id_slot\":0}");
        assertEquals(
                5,
                post("{" + PROMPT + ",\"n_predict\":1,\"id_slot\":0}")
                        .json()
                        .at("timings/prompt_n")
                        .number());
        assertEquals(
                1,
                post("{" + PROMPT + ",\"n_predict\":1,\"id_slot\":0,\"cache_prompt\":true}")
                        .json()
                        .at("timings/prompt_n")
                        .number());
    }

    @Test
    void head_comesOnlyWhenThePromptIsEvaluated() throws Exception {
        try (ScriptedEngine slow = ScriptedEngine.builder()
                        .dialect(EngineDialect.LLAMA_CPP_2024)
                        .promptPace(1)
                        .start();
                Wire wire = new Wire(slow)) {
            wire.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true,\"sse_ping_interval\":1}");
            assertTrue(slow.await(e -> e.slotsBusy() == 1, Patience.mustHappen()));
            assertTrue(wire.isSilent(), "no head while the prompt is evaluated");
            wire.leave();
            assertTrue(slow.await(e -> e.slotsBusy() == 0 && e.clientsLeft() == 1, Patience.mustHappen()));
        }
    }

    @Test
    void slot_whenNobodyIsLeftForTheHeadAndTheEngineDoesNotLook_isGivenBack() throws Exception {
        try (ScriptedEngine deaf = ScriptedEngine.builder()
                        .dialect(EngineDialect.LLAMA_CPP_2024)
                        .promptPace(30)
                        .start();
                Wire wire = new Wire(deaf)) {
            deaf.enqueueFault(new StreamFault.IgnoreDisconnect());
            wire.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true}");
            assertTrue(deaf.await(e -> e.slotsBusy() == 1, Patience.mustHappen()));
            wire.reset();
            assertTrue(
                    deaf.await(e -> e.exchange().contains("the client reset the connection"), Patience.mustHappen()));
            assertEquals(1, deaf.slotsBusy(), "the prompt was evaluated too fast for this test");
            assertTrue(deaf.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        }
    }

    @Test
    void slot_thatIsBusy_isOnlyAHint() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true,\"id_slot\":0}", "Authorization: k");
            wire.head();
            wire.event();
            assertEquals(
                    1,
                    post("{" + PROMPT + ",\"n_predict\":1,\"id_slot\":0}")
                            .json()
                            .at("id_slot")
                            .number());
            assertEquals(
                    "{\"status\":\"ok\",\"slots_idle\":1,\"slots_processing\":1}",
                    Wire.get(engine, "/health").body());
            JsonText slots = Wire.get(engine, "/slots").json();
            assertEquals(1, slots.at("0/state").number());
            assertEquals(0, slots.at("1/state").number());
            assertTrue(slots.at("0/prompt").toString().endsWith("Once upon a time"), slots::toString);
            assertEquals(1, slots.at("0/next_token/n_decoded").number());
            assertEquals(0, slots.at("0/temperature").number());
        }
    }

    @Test
    void health_whenNoSlotIsFree_saysSo() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        engine.enqueueFault(new StreamFault.StallAfterTokens(1));
        try (Wire one = new Wire(engine);
                Wire two = new Wire(engine)) {
            one.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true}", "Authorization: k");
            two.send("POST", "/completion", "{" + PROMPT + ",\"stream\":true}", "Authorization: k");
            assertTrue(engine.await(e -> e.slotsBusy() == 2, Patience.mustHappen()));
            assertEquals(
                    "no slot available",
                    Wire.get(engine, "/health").json().at("status").toString());
            assertEquals(
                    503,
                    Wire.get(engine, "/health?fail_on_no_slot=1&include_slots=1")
                            .status());
        }
    }

    @Test
    void key_isAskedForOnSomePathsOnly() throws Exception {
        assertEquals(401, Wire.get(engine, "/props").status());
        assertEquals(401, Wire.post(engine, "/completion", "{}").status());
        assertEquals(200, Wire.get(engine, "/slots").status());
        assertEquals(200, Wire.get(engine, "/metrics").status());
        assertEquals(404, Wire.get(engine, "/nope").status());
        assertEquals(
                List.of("user_name", "assistant_name", "default_generation_settings", "total_slots"),
                Wire.get(engine, "/props", "Authorization: k").json().names());
    }

    @Test
    void metrics_areThoseOfTheTime() throws Exception {
        post("{" + PROMPT + ",\"n_predict\":2}");
        String metrics = Wire.get(engine, "/metrics").body();
        assertTrue(metrics.contains("\nllamacpp:tokens_predicted_total 2\n"), metrics);
        assertTrue(metrics.contains("\nllamacpp:kv_cache_tokens 6\n"), metrics);
        assertTrue(metrics.contains("\nllamacpp:requests_deferred 0\n"), metrics);
        for (String later : List.of("_cached_", "spec_", "n_decode_total", "n_tokens_max")) {
            assertFalse(metrics.contains(later), metrics);
        }
    }
}
