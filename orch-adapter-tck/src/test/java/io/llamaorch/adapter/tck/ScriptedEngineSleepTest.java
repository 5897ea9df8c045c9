package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(60)
class ScriptedEngineSleepTest {
    private static final String WHOLE = "{\"prompt\":\"a\",\"n_predict\":1}";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().sleeping(true).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private String sleeping() throws Exception {
        return Wire.get(engine, "/props").json().at("is_sleeping").toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/v1/health", "/props", "/models", "/v1/models", "/metrics"})
    void look_atASleepingEngine_doesNotWakeIt(String path) throws Exception {
        Wire.get(engine, path);
        assertEquals(0, engine.wakeUps());
        assertEquals(0, engine.tasks());
        assertEquals("true", sleeping());
    }

    @Test
    void tokenize_wakesItOnce() throws Exception {
        assertEquals(200, Wire.post(engine, "/tokenize", "{\"content\":\"a\"}").status());
        assertEquals(200, Wire.post(engine, "/tokenize", "{\"content\":\"a\"}").status());
        assertEquals(1, engine.wakeUps());
        assertEquals(0, engine.tasks());
        assertEquals("false", sleeping());
    }

    @Test
    void completion_wakesItOnce() throws Exception {
        assertEquals(200, Wire.post(engine, "/completion", WHOLE).status());
        assertEquals(200, Wire.post(engine, "/completion", WHOLE).status());
        assertEquals(1, engine.wakeUps());
        assertEquals("false", sleeping());
    }

    @Test
    void sleep_again_isWokenAgain() throws Exception {
        Wire.post(engine, "/completion", WHOLE);
        engine.sleep();
        assertEquals("true", sleeping());
        Wire.post(engine, "/completion", WHOLE);
        assertEquals(2, engine.wakeUps());
    }

    @Test
    void completion_thatIsToGoWrong_wakesItToo() throws Exception {
        engine.enqueueFault(new HeadFault.Status(500, "", ""));
        Wire.post(engine, "/completion", WHOLE);
        assertEquals(1, engine.wakeUps());
    }
}
