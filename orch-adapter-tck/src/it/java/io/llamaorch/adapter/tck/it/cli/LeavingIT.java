package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CAN-03, CAN-05: whoever leaves takes the job with him; the engine sees it, and nothing hangs. */
@NoLeaks
@DisabledOnOs(OS.WINDOWS) // it has no such signals and no such pipes
class LeavingIT {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final double SLOW = 20;

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void signal_whileTokensFlow_cancelsTheJobAtTheEngine(String signal, int exitCode) throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(SLOW).start();
                OrchProcess orch =
                        OrchProcess.start("submit", "--url", engine.url().toString(), "--max-tokens", "1000", "Once")) {
            assertTrue(orch.out().read() >= 0, "a token came");
            orch.signal(signal);
            assertTrue(engine.await(e -> e.clientsLeft() == 1, SOON), "the engine saw it leave");
            OrchProcess.Result result = orch.finish();
            assertEquals(exitCode, result.exitCode(), result.err().toString());
            assertEquals(0, result.err().size(), result.err().toString());
        }
    }

    @Test
    void signal_whileTheEngineIsSilent_cancelsTheJobAtTheEngine() throws Exception {
        try (ScriptedEngine engine =
                        ScriptedEngine.builder().slots(1).promptPace(0.001).start();
                OrchProcess orch =
                        OrchProcess.start("submit", "--url", engine.url().toString(), "Once upon a time")) {
            assertTrue(engine.await(e -> e.slotsBusy() == 1, SOON), "the engine took the job");
            orch.signal("INT");
            assertTrue(engine.await(e -> e.clientsLeft() == 1, SOON), "the engine saw it leave");
            assertEquals(130, orch.finish().exitCode());
        }
    }

    @Test
    void signal_whenJsonIsAsked_endsTheLinesWithTheCancel() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(SLOW).start();
                OrchProcess orch = OrchProcess.start(
                        "submit", "--json", "--url", engine.url().toString(), "--max-tokens", "1000", "Once")) {
            assertEquals('{', orch.out().read());
            orch.signal("INT");
            OrchProcess.Result result = orch.finish();
            assertEquals(130, result.exitCode());
            var last = JsonLines.read(result.lines().get(result.lines().size() - 1));
            assertEquals("end", last.get("event"));
            assertEquals("CANCELLED", last.get("reason"));
        }
    }

    @Test
    void pipe_whenItsReaderLeaves_cancelsTheJobAtTheEngine() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().pace(SLOW).start();
                OrchProcess orch =
                        OrchProcess.start("submit", "--url", engine.url().toString(), "--max-tokens", "1000", "Once")) {
            assertTrue(orch.out().read() >= 0, "a token came");
            orch.out().close();
            assertTrue(engine.await(e -> e.clientsLeft() == 1, SOON), "the engine saw it leave");
            assertEquals(141, orch.exitCode());
        }
    }

    @Test
    void engine_whenInterrupted_ends() throws Exception {
        try (OrchProcess orch = OrchProcess.start("engine", "--tokens-per-second", "0")) {
            BufferedReader out = new BufferedReader(new InputStreamReader(orch.out(), StandardCharsets.UTF_8));
            String url = out.readLine();
            assertTrue(out.readLine().contains("orch submit --url " + url));
            OrchProcess.Result result = OrchProcess.run("submit", "--url", url, "--max-tokens", "4", "Once");
            assertEquals(0, result.exitCode(), result.err().toString());
            assertFalse(result.out().isEmpty());
            orch.signal("INT");
            assertEquals(130, orch.exitCode());
        }
    }
}
