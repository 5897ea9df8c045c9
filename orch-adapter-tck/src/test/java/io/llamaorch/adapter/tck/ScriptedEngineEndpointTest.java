package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineEndpointTest {
    private static final Duration MUST_HAPPEN = Duration.ofSeconds(10);
    private static final String STALLED =
            "{\"prompt\":\"a\",\"stream\":true,\"temperature\":0,\"dry_allowed_length\":77}";

    private final ScriptedEngine engine = ScriptedEngine.builder()
            .slots(1)
            .contextSize(128)
            .modelAlias("tiny")
            .modelPath("/models/tiny.gguf")
            .start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void props_tellWhatTheServerTells() throws Exception {
        JsonText props = Wire.get(engine, "/props").json();
        assertEquals(
                List.of(
                        "default_generation_settings",
                        "total_slots",
                        "model_alias",
                        "model_ftype",
                        "model_path",
                        "modalities",
                        "media_marker",
                        "endpoint_slots",
                        "endpoint_props",
                        "endpoint_metrics",
                        "ui",
                        "ui_settings",
                        "chat_template",
                        "chat_template_caps",
                        "bos_token",
                        "eos_token",
                        "build_info",
                        "is_sleeping",
                        "cors_proxy_enabled"),
                props.names());
        assertEquals(128, props.at("default_generation_settings/n_ctx").number());
        assertEquals(
                "4294967295",
                props.at("default_generation_settings/params/seed").toString());
        assertEquals(42, props.at("default_generation_settings/params").names().size());
        assertEquals("tiny", props.at("model_alias").toString());
        assertEquals(501, Wire.post(engine, "/props", "{}").status());
    }

    @Test
    void models_tellTheAliasOnBothPaths() throws Exception {
        for (String path : List.of("/models", "/v1/models")) {
            JsonText models = Wire.get(engine, path).json();
            assertEquals("tiny", models.at("data/0/id").toString());
            assertEquals(128, models.at("data/0/meta/n_ctx").number());
            assertEquals(List.of("models", "object", "data"), models.names());
        }
    }

    @Test
    void slots_beforeTheirFirstUse_sayLittle() throws Exception {
        assertEquals(
                "[{\"id\":0,\"n_ctx\":128,\"speculative\":false,\"is_processing\":false}]",
                Wire.get(engine, "/slots").body());
        assertEquals(200, Wire.get(engine, "/slots?fail_on_no_slot=1").status());
    }

    @Test
    void slots_whileBusy_echoTheRequestsParameters() throws Exception {
        engine.enqueueFault(new StreamFault.StallAfterTokens(3));
        try (Wire wire = new Wire(engine).complete(STALLED)) {
            assertTrue(engine.await(e -> e.tokensGenerated() == 3, MUST_HAPPEN));
            wire.head();
            for (int i = 0; i < 3; i++) {
                wire.event();
            }
            JsonText slot = Wire.get(engine, "/slots").json().at("0");
            assertEquals(
                    List.of(
                            "id",
                            "n_ctx",
                            "speculative",
                            "is_processing",
                            "id_task",
                            "n_prompt_tokens",
                            "n_prompt_tokens_processed",
                            "n_prompt_tokens_cache",
                            "params",
                            "next_token"),
                    slot.names());
            assertEquals("true", slot.at("is_processing").toString());
            assertEquals(77, slot.at("params/dry_allowed_length").number());
            assertEquals(2 + 3, slot.at("n_prompt_tokens").number());
            assertEquals(
                    "{has_next_token=true, has_new_line=false, n_remain=-1, n_decoded=3}",
                    slot.at("next_token/0").toString());
            Wire.Answer none = Wire.get(engine, "/slots?fail_on_no_slot=0");
            assertEquals(503, none.status());
            assertEquals("no slot available", none.json().at("error/message").toString());
            assertEquals(200, Wire.get(engine, "/health").status());
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, MUST_HAPPEN));
        JsonText slot = Wire.get(engine, "/slots").json().at("0");
        assertEquals("false", slot.at("is_processing").toString());
        assertEquals(77, slot.at("params/dry_allowed_length").number());
        assertEquals(
                "{has_next_token=true, has_new_line=false, n_remain=-1, n_decoded=0}",
                slot.at("next_token/0").toString());
    }

    @Test
    void metrics_countWhenASlotIsReleased() throws Exception {
        Wire.post(engine, "/completion", "{\"prompt\":\"Once upon a time\",\"n_predict\":7}");
        Wire.Answer answer = Wire.get(engine, "/metrics");
        assertTrue(answer.head().contains("\r\nProcess-Start-Time-Unix: "));
        assertTrue(answer.head().contains("\r\nContent-Type: text/plain; version=0.0.4\r\n"));
        assertTrue(
                answer.body()
                        .contains("# TYPE llamacpp:tokens_predicted_total counter\n"
                                + "llamacpp:tokens_predicted_total 7\n"),
                answer.body());
        assertTrue(answer.body().contains("\nllamacpp:prompt_tokens_total 5\n"));
        assertTrue(
                answer.body().contains("# TYPE llamacpp:requests_processing gauge\nllamacpp:requests_processing 0\n"));
        assertTrue(Wire.get(engine, "/metrics").body().contains("\nllamacpp:predicted_tokens_seconds 0\n"));
    }

    @Test
    void tokenize_andBack_isTheSameText() throws Exception {
        JsonText tokens = Wire.post(engine, "/tokenize", "{\"content\":\"Once upon a llama, ö!\"}")
                .json()
                .at("tokens");
        assertEquals(
                " Once upon a llama, ö!",
                Wire.post(engine, "/detokenize", "{\"tokens\":" + tokens + "}")
                        .json()
                        .at("content")
                        .toString());
        assertEquals("{\"tokens\":[]}", Wire.post(engine, "/tokenize", "{}").body());
        assertEquals(
                "{\"tokens\":[1,{\"id\":262,\"piece\":\" a\"}]}".replace("1,", "{\"id\":1,\"piece\":\"<s>\"},"),
                Wire.post(engine, "/tokenize", "{\"content\":\"a\",\"with_pieces\":true,\"add_special\":true}")
                        .body());
        assertEquals(400, Wire.post(engine, "/tokenize", "{\"content\":5}").status());
        assertEquals(
                500, Wire.post(engine, "/detokenize", "{\"tokens\":[99999]}").status());
    }

    @Test
    void tokenize_whenASpecialTokenIsNamed_makesItOneUnlessToldNotTo() throws Exception {
        assertEquals(
                "{\"tokens\":[1,262,2]}",
                Wire.post(engine, "/tokenize", "{\"content\":\"<s>a</s>\"}").body());
        assertEquals(
                9,
                Wire.post(engine, "/tokenize", "{\"content\":\"<s>a</s>\",\"parse_special\":false}")
                        .body()
                        .split(",")
                        .length);
        assertEquals(
                "{\"error\":{\"code\":400,\"message\":\"[json.exception.type_error.302] type must be array, but is"
                        + " string\",\"type\":\"invalid_request_error\"}}",
                Wire.post(engine, "/detokenize", "{\"tokens\":\"x\"}").body());
    }

    @Test
    void template_putsEachMessageOnALine() throws Exception {
        assertEquals(
                "{\"prompt\":\"system: be brief\\nuser: hi\\nthere\\n\"}",
                Wire.post(
                                engine,
                                "/apply-template",
                                "{\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\","
                                        + "\"content\":[{\"type\":\"text\",\"text\":\"hi\"},"
                                        + "{\"type\":\"text\",\"text\":\"there\"}]}]}")
                        .body());
        assertEquals(
                "'messages' is required",
                Wire.post(engine, "/apply-template", "{}")
                        .json()
                        .at("error/message")
                        .toString());
    }

    @Test
    void paths_ofWhatIsSwitchedOff_sayHowToSwitchItOn() throws Exception {
        for (String path : List.of("/embedding", "/v1/embeddings", "/rerank", "/infill", "/slots/0?action=erase")) {
            assertEquals(501, Wire.post(engine, path, "{}").status(), path);
        }
        assertEquals("[]", Wire.get(engine, "/lora-adapters").body());
    }

    @Test
    void options_areAnsweredWithWhatIsAllowed() throws Exception {
        String head = Wire.exchange(engine, "OPTIONS", "/props", "", "Origin: http://a.b")
                .head();
        assertTrue(head.contains("\r\nAccess-Control-Allow-Origin: http://a.b\r\n"), head);
        assertTrue(head.contains("\r\nAccess-Control-Allow-Methods: GET, POST, DELETE, OPTIONS\r\n"), head);
        assertTrue(head.endsWith("\r\nContent-Length: 0\r\n"), head);
    }

    @Test
    void head_isAnsweredWithoutABody() throws Exception {
        try (Wire wire = new Wire(engine)) {
            wire.send("HEAD", "/health", "");
            assertTrue(wire.head().contains("Content-Length: 15\r\n"));
            wire.send("GET", "/health", "");
            assertEquals("{\"status\":\"ok\"}", wire.answer().body());
        }
    }

    @Test
    void requests_areCountedByPath() throws Exception {
        Wire.get(engine, "/health");
        Wire.get(engine, "/health?x=1");
        Wire.post(engine, "/completion", "nonsense");
        assertEquals(2, engine.requests("/health"));
        assertEquals(1, engine.requests("/completion"));
        assertEquals(0, engine.requests("/props"));
    }
}
