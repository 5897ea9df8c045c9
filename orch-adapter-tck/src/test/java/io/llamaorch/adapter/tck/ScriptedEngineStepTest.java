package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(60)
class ScriptedEngineStepTest {
    private static final String STREAM = "{\"prompt\":\"a\",\"stream\":true,\"n_predict\":3}";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().slots(2).stepped(true).start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void head_comesWithoutARelease_andNoToken() throws Exception {
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            assertTrue(wire.head().startsWith("HTTP/1.1 200 OK\r\n"));
            assertTrue(wire.isSilent());
            assertEquals(0, engine.tokensGenerated());
            assertEquals(1, engine.slotsBusy());
        }
    }

    @Test
    void release_letsSoManyTokensAndNoMore() throws Exception {
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            wire.head();
            engine.release(2);
            wire.event();
            wire.event();
            assertTrue(wire.isSilent());
            assertEquals(2, engine.tokensGenerated());
        }
    }

    @Test
    void endMarker_afterTheLastToken_needsNoRelease() throws Exception {
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            engine.release(3);
            Wire.Stream stream = wire.stream();
            assertTrue(stream.terminated());
            assertEquals(4, stream.events().size());
            assertTrue(stream.events().get(3).contains("\"stop\":true"));
        }
    }

    @Test
    void release_beforeATask_isKeptForIt() throws Exception {
        engine.release(1);
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            wire.head();
            wire.event();
            assertTrue(wire.isSilent());
        }
    }

    @Test
    void release_withTwoTasks_isUsedOnce() throws Exception {
        try (Wire first = new Wire(engine).complete(STREAM);
                Wire second = new Wire(engine).complete(STREAM)) {
            first.head();
            second.head();
            engine.release(3);
            assertTrue(engine.await(e -> e.tokensGenerated() == 3, Patience.mustHappen()));
            Patience.awaitNot("a fourth token", () -> engine.tokensGenerated() > 3);
            engine.release(3);
            assertTrue(first.stream("").terminated());
            assertTrue(second.stream("").terminated());
        }
        assertEquals(6, engine.tokensGenerated());
    }

    @Test
    void client_thatLeavesWithoutARelease_freesItsSlot() throws Exception {
        try (Wire wire = new Wire(engine).complete(STREAM)) {
            wire.head();
        }
        assertTrue(engine.await(e -> e.slotsBusy() == 0, Patience.mustHappen()));
        assertEquals(1, engine.clientsLeft());
        engine.release(3);
        assertEquals(4, Wire.stream(engine, STREAM).events().size());
    }

    @Test
    void release_ofNothing_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> engine.release(0));
    }
}
