package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineDeafTest {
    private static final String ASKED = "{\"prompt\":\"a\",\"n_predict\":2,\"temperature\":0}";

    @Test
    void engine_thatIsDeafToAField_doesAsIfItWereNotThere() throws Exception {
        try (ScriptedEngine deaf = ScriptedEngine.builder()
                .contextSize(32)
                .deafTo("n_predict", "stream")
                .start()) {
            assertEquals(
                    30,
                    Wire.post(deaf, "/completion", ASKED)
                            .json()
                            .at("tokens_predicted")
                            .number());
        }
    }

    @Test
    void body_ofTheLastCompletion_isKeptAsItCame() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().deafTo("prompt").start()) {
            assertEquals("", engine.lastRequestBody());
            assertEquals(400, Wire.post(engine, "/completion", ASKED).status());
            Wire.get(engine, "/health");
            assertEquals(ASKED, engine.lastRequestBody());
        }
    }
}
