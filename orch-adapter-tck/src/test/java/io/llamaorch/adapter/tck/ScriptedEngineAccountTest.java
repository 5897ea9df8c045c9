package io.llamaorch.adapter.tck;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the engine says about itself and its clients is what happened, also when a fault is in force. */
@NoLeaks
@Timeout(60)
class ScriptedEngineAccountTest {
    private static final String ENDLESS = "{\"prompt\":\"a\",\"stream\":true,\"ignore_eos\":true}";

    private final ScriptedEngine engine = ScriptedEngine.builder().slots(1).start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void accounts_whenAskedWhileTheEngineSpeaks_holdNobodyUp() throws Exception {
        try (Wire wire = new Wire(engine).complete(ENDLESS)) {
            wire.head();
            Patience.await("the end of the text", () -> {
                engine.exchange();
                engine.strayInput();
                return engine.slotsBusy() == 0;
            });
        }
    }
}
