package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what llama.cpp says when it is well is well: a captive portal's 200 is not. */
class HealthAnswerTest {

    @Test
    void recordedAnswer_isWell() {
        assertTrue(HealthAnswer.isWell(Transcripts.body("health-ok")));
        assertFalse(HealthAnswer.isWell(Transcripts.body("health-loading")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":\"ok\",\"slots_idle\":1,\"slots_processing\":0}",
                "{\"slots_idle\":0,\"status\":\"no slot available\"}",
                " { \"status\" : \"ok\" } "
            })
    void answer_of2024_isWellEvenIfBusy(String body) {
        assertTrue(HealthAnswer.isWell(body.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "ok",
                "\"ok\"",
                "<html>ok</html>",
                "{\"status\":\"error\"}",
                "{\"status\":\"loading model\"}",
                "{\"status\":null}",
                "{\"status\":true}",
                "{\"status\":[\"ok\"]}",
                "{\"status\":{\"status\":\"ok\"}}",
                "{\"status\":\"ok\"",
                "[{\"status\":\"ok\"}]"
            })
    void anythingElse_isNot(String body) {
        assertFalse(HealthAnswer.isWell(body.getBytes(StandardCharsets.UTF_8)));
    }
}
