package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.tck.internal.engine.JsonText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an engine must be started for: embeddings and metrics (contract 5, 11, 12). */
@NoLeaks
@Timeout(30)
class ScriptedEngineSwitchTest {
    private static final String TWO_TEXTS = "{\"content\":[\"Once upon a time\",\"there was a llama\"]}";

    private ScriptedEngine engine = ScriptedEngine.builder().embeddings(true).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private void startAnew(ScriptedEngine.Builder builder) {
        engine.close();
        engine = builder.start();
    }

    private JsonText post(String path, String body) throws Exception {
        Wire.Answer answer = Wire.post(engine, path, body);
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    @Test
    void embedding_ofOneText_isNestedInAList() throws Exception {
        JsonText answer = post("/embedding", "{\"content\":\"Once upon a time\"}");
        assertEquals(0, answer.at("0/index").number());
        double square = 0;
        for (int i = 0; i < 32; i++) {
            square += Math.pow(answer.at("0/embedding/0/" + i).number(), 2);
        }
        assertEquals(1, square, 1e-5);
    }

    @Test
    void embeddings_ofSeveralTexts_areTheSameInEveryForm() throws Exception {
        String native2 = post("/embeddings", TWO_TEXTS).at("1/embedding/0").toString();
        assertEquals(
                native2,
                post("/v1/embeddings", TWO_TEXTS.replace("content", "input"))
                        .at("data/1/embedding")
                        .toString());
        assertEquals(
                native2,
                post("/embedding", "{\"content\":\"there was a llama\"}")
                        .at("0/embedding/0")
                        .toString());
    }

    @Test
    void embedding_ofWhatIsTooLong_orNothing_isRefused() throws Exception {
        assertEquals(
                500,
                Wire.post(engine, "/embedding", "{\"content\":\"" + "once ".repeat(600) + "\"}")
                        .status());
        assertEquals(400, Wire.post(engine, "/embedding", "{}").status());
        assertEquals(400, Wire.post(engine, "/embedding", "{\"content\":[{}]}").status());
    }

    @Test
    void metrics_ofAnEngineNotStartedForThem_sayHowToStartIt() throws Exception {
        startAnew(ScriptedEngine.builder().metrics(false));
        Wire.Answer answer = Wire.get(engine, "/metrics");
        assertEquals(501, answer.status());
        assertTrue(answer.body().contains("Start it with `--metrics`"), answer.body());
        assertEquals(
                "false",
                Wire.get(engine, "/props").json().at("endpoint_metrics").toString());
        startAnew(ScriptedEngine.builder().dialect(EngineDialect.LLAMA_CPP_2024).metrics(false));
        assertEquals(501, Wire.get(engine, "/metrics").status());
    }

    @Test
    void embeddings_of2024_areFlatAndZerosWithoutTheFlag() throws Exception {
        startAnew(ScriptedEngine.builder().dialect(EngineDialect.LLAMA_CPP_2024).embeddings(true));
        assertTrue(post("/embedding", "{\"content\":\"a\"}").at("embedding/1").number() > 0);
        assertTrue(post("/embedding", TWO_TEXTS).at("results/1/embedding/1").number() > 0);
        startAnew(ScriptedEngine.builder().dialect(EngineDialect.LLAMA_CPP_2024));
        assertEquals(
                0, post("/embedding", "{\"content\":\"a\"}").at("embedding/1").number());
    }

    @Test
    void script_takesAwayWhatEnginesMustBeStartedFor_andNothingElse() throws Exception {
        engine.close();
        engine = ScriptedEngine.start(
                EngineScript.builder().without(Capability.EMBEDDINGS).build());
        assertEquals(501, Wire.post(engine, "/embedding", TWO_TEXTS).status());
        assertEquals(200, Wire.get(engine, "/metrics").status());
        assertEquals(1, engine.metricReadings().orElseThrow());
        EngineScript.Builder script = EngineScript.builder();
        assertThrows(IllegalArgumentException.class, () -> script.without(Capability.SEED));
    }
}
