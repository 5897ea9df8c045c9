package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands but submit, and what all of them have in common. */
@Timeout(30)
class OrchTest {

    private final Screen screen = new Screen();

    @Test
    void command_whenMissingOrUnknown_isWrongUsage() {
        assertEquals(2, screen.run());
        assertEquals(2, screen.run("sumbit", "x"));
        assertEquals(2, screen.errLines().size(), screen.err());
        assertTrue(screen.errLines().get(1).contains("did you mean 'submit'"), screen.err());
        assertTrue(screen.errLines().get(1).endsWith("(try 'orch --help')"), screen.err());
    }

    @Test
    void version_always_isTheModules() {
        assertEquals(0, screen.run("--version"));
        assertTrue(screen.out().startsWith("orch "), screen.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"health", "properties"})
    void question_whenNoEngineIsConfigured_saysHowToConfigureOne(String command) {
        assertEquals(2, screen.run(command));
        assertEquals(1, screen.errLines().size(), screen.err());
        assertTrue(screen.err().contains("ORCHD_LLAMACPP_URL"), screen.err());
    }

    @Test
    void health_whenAllAreReady_isATableAndZero() {
        assertEquals(0, screen.run("health", "--engine", "mock"));
        assertEquals(
                "POOL     REPLICA  ENGINE  STATUS   CODE  REASON",
                screen.outLines().get(0));
        assertEquals(
                "default  r0       mock    HEALTHY        the mock is always there",
                screen.outLines().get(1));
    }

    @Test
    void health_whenJsonIsAsked_isAnObjectALine() {
        Map<String, String> environment = Map.of("ORCHD_MOCK_URL", "mock:1,mock:2");
        assertEquals(0, Orch.run(screen.terminal("", environment), "health", "--json"));
        assertEquals(
                "{\"pool\":\"default\",\"replica\":\"r1\",\"engine\":\"mock\",\"status\":\"HEALTHY\",\"live\":true,"
                        + "\"ready\":true,\"reason\":\"the mock is always there\"}",
                screen.outLines().get(1));
    }

    @Test
    void properties_always_showWhatIsKnown() {
        assertEquals(0, screen.run("properties", "--engine", "mock", "--option", "slots=7"));
        assertTrue(screen.outLines().contains("  slots       7"), screen.out());
        assertEquals(0, screen.run("properties", "--engine", "mock", "--json"));
        assertTrue(screen.out().contains("\"model\":\"mock-1\",\"models\":[\"mock-1\"]"), screen.out());
    }

    @Test
    void option_whenTheEnvironmentAndTheCommandLineGiveIt_isTheCommandLines() {
        Map<String, String> environment = Map.of("ORCHD_MOCK_URL", "mock:", "ORCHD_MOCK_OPTION_SLOTS", "7");
        assertEquals(0, Orch.run(screen.terminal("", environment), "properties"));
        assertTrue(screen.outLines().contains("  slots       7"), screen.out());
        assertEquals(0, Orch.run(screen.terminal("", environment), "properties", "--option", "slots=8"));
        assertTrue(screen.outLines().contains("  slots       8"), screen.out());
    }

    @Test
    void adapters_always_listTheMock() {
        assertEquals(0, screen.run("adapters", "--json"), screen.out());
        assertTrue(screen.outLines().stream().anyMatch(line -> line.startsWith("{\"engine\":\"mock\",")), screen.out());
    }

    @Test
    void failure_whenNobodyForesawIt_isInternal() {
        assertEquals(
                ErrorCode.INTERNAL,
                Failures.errorOf(new IllegalStateException("oops")).code());
        assertEquals(
                ErrorCode.INVALID_PARAMS,
                Failures.errorOf(new IllegalArgumentException("oops")).code());
    }

    @Test
    void page_always_namesEachCommandAndOption() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "command-line.md"));
        Map<String, CommandLine> commands =
                Orch.commandLine(screen.terminal("", Map.of())).getSubcommands();
        commands.forEach((name, command) -> {
            assertTrue(page.contains("orch " + name), name);
            command.getCommandSpec().options().stream()
                    .map(option -> option.longestName())
                    .filter(option -> !option.equals("--version"))
                    .forEach(option -> assertTrue(page.contains("`" + option) || page.contains(" " + option), option));
        });
    }
}
