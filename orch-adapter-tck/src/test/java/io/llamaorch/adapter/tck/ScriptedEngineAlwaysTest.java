package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(60)
class ScriptedEngineAlwaysTest extends FaultBench {

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/props", "/v1/models", "/metrics", "/slots", "/nowhere"})
    void always_strikesEachLookUntilAllIsWell(String path) throws Exception {
        int well = Wire.get(engine, path).status();
        engine.always(new HeadFault.Status(502, "gone", "text/plain"));
        for (int i = 0; i < 2; i++) {
            Wire.Answer answer = Wire.get(engine, path);
            assertEquals(502, answer.status());
            assertEquals("gone", answer.body());
        }
        engine.well();
        assertEquals(well, Wire.get(engine, path).status());
    }

    @Test
    void always_strikesEachTask() throws Exception {
        engine.always(new StreamFault.CutAfterTokens(2));
        for (int i = 0; i < 2; i++) {
            Wire.Stream stream = Wire.stream(engine, STREAM);
            assertEquals(2, stream.events().size());
        }
        engine.well();
        assertEquals(6, Wire.stream(engine, STREAM).events().size());
    }

    @Test
    void always_leavesWhatIsQueuedForLater() throws Exception {
        engine.enqueueFault(new HeadFault.Status(500, "queued", ""));
        engine.always(new HeadFault.Status(502, "always", ""));
        assertEquals("always", Wire.post(engine, "/completion", WHOLE).body());
        engine.well();
        assertEquals("queued", Wire.post(engine, "/completion", WHOLE).body());
    }

    @Test
    void always_ofABodyFault_strikesAnswersWithoutAStreamToo() throws Exception {
        String well = Wire.get(engine, "/props").body();
        engine.always(new BodyFault.CutAtByte(9));
        try (Wire wire = new Wire(engine)) {
            wire.send("GET", "/props", "");
            wire.head();
            assertEquals(new Wire.Rest(well.substring(0, 9), Wire.End.CLOSED), wire.rest());
        }
    }

    @Test
    void always_replacesWhatWasSetBefore() throws Exception {
        engine.always(new ConnectionFault.Refuse());
        assertThrows(ConnectException.class, () -> new Wire(engine));
        engine.always(new HeadFault.Status(503, "", ""));
        assertEquals(503, Wire.get(engine, "/health").status());
        engine.always(new ConnectionFault.CloseOnAccept());
        try (Wire wire = new Wire(engine)) {
            assertEquals("", wire.rest().bytes());
        }
        engine.well();
        assertTrue(Wire.get(engine, "/health").head().startsWith("HTTP/1.1 200 OK"));
    }
}
