package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** DSP-08: {@code orch explain} as a process, on engines in several states. */
@NoLeaks
@Tag("once") // the same on every JVM
class ExplainIT {

    private static final String COMMAND = "    $ orch explain ";

    private ScriptedEngine well;
    private ScriptedEngine loading;
    private ScriptedEngine other;

    @BeforeEach
    void start() throws Exception {
        well = ScriptedEngine.builder().slots(4).start();
        loading = ScriptedEngine.builder().slots(2).loading(true).start();
        other = ScriptedEngine.builder()
                .slots(8)
                .modelAlias("poet")
                .modelPath("/models/poet.gguf")
                .start();
    }

    @AfterEach
    void close() {
        well.close();
        loading.close();
        other.close();
    }

    /** The URLs of the page, and those of these engines. */
    private Map<String, String> urls() {
        return Map.of(
                "http://127.0.0.1:40121", well.url().toString(),
                "http://127.0.0.1:40122", loading.url().toString(),
                "http://127.0.0.1:40123", other.url().toString());
    }

    @Test
    void page_always_showsWhatIsPrinted() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "command-line.md"));
        for (Map.Entry<String, String> url : urls().entrySet()) {
            page = page.replace(url.getKey(), url.getValue());
        }
        String session = page.substring(page.indexOf(COMMAND), page.indexOf("`CHOSEN` is where"));
        List<String> lines = session.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.substring(4))
                .toList();

        OrchProcess.Result result =
                OrchProcess.run(lines.get(0).substring("$ orch ".length()).split(" "));

        assertEquals(0, result.exitCode(), result.err().toString());
        assertEquals(words(lines.subList(1, lines.size())), words(result.lines()));
        assertTrue(result.lines().stream().allMatch(line -> line.length() <= 80), result.out());
        assertEquals(List.of(), result.err());
    }

    /** Without where lines break: ports of another length break them elsewhere. */
    private static List<String> words(List<String> lines) {
        return List.of(String.join(" ", lines).strip().split("\\s+"));
    }

    @Test
    void explain_always_leavesTheEnginesAlone() throws Exception {
        OrchProcess.Result result =
                OrchProcess.run("explain", "--json", "--url", well.url().toString());
        assertEquals(0, result.exitCode(), result.err().toString());
        assertEquals("CHOSEN", JsonLines.read(result.lines()).get(1).get("verdict"));
        assertEquals(0, well.tasks());
        assertEquals(0, well.requests("/slots"));
    }

    @Test
    void explain_whenNobodyIsReady_endsWithTheCodeOfTheRefusal() throws Exception {
        OrchProcess.Result result =
                OrchProcess.run("explain", "--json", "--url", loading.url().toString());
        assertEquals(8, result.exitCode(), result.out());
        assertEquals("POOL_UNREADY", JsonLines.read(result.lines()).get(0).get("code"));
    }

    @Test
    void explain_whenAnEngineSaysNothing_endsInTimeAndCallsItUnready() throws Exception {
        well.always(new HeadFault.HangBeforeHead());
        OrchProcess.Result result = OrchProcess.run(
                "explain", "--json", "--url", well.url().toString(), "--option", "health-timeout=300ms");
        assertEquals("UNREADY", JsonLines.read(result.lines()).get(1).get("verdict"));
        assertTrue(result.exitCode() != 0, result.out());
    }
}
