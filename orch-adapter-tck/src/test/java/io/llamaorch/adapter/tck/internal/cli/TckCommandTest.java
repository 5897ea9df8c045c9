package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code orch tck}. */
@Timeout(60)
class TckCommandTest {

    private final Screen screen = new Screen();

    @TempDir
    Path folder;

    @Test
    void rule_thatHolds_isALineAndZero() {
        assertEquals(0, screen.run("tck", "--engine", "mock", "--only", "EVT-01"));
        assertEquals(
                "✓ EVT-01 stream that ends well: has its events in order",
                screen.outLines().get(0));
        assertTrue(screen.outLines().get(2).startsWith("1 passed, 0 failed in "), screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void group_isAllItsRules() {
        assertEquals(0, screen.run("tck", "--engine", "mock", "--only", "cfg"));
        assertTrue(
                screen.outLines().stream()
                                .filter(line -> line.startsWith("✓ CFG-"))
                                .count()
                        > 1,
                screen.out());
    }

    @Test
    void terminal_thatIsLookedAt_showsWhatMovesAndNotWhatPasses() {
        assertEquals(
                0,
                Orch.run(
                        screen.terminal("", Map.of("ORCH_TERMINAL", "1")),
                        "tck",
                        "--engine",
                        "mock",
                        "--only",
                        "EVT-01"));
        assertTrue(screen.outLines().stream().noneMatch(line -> line.startsWith("✓")), screen.out());
        assertTrue(screen.err().contains("0/1  EVT-01 stream that ends well"), screen.err());
        assertTrue(screen.err().endsWith("\r\u001b[K"), "the line is gone at the end");
    }

    @Test
    void rule_thatIsBroken_isToldHowAndEndsWithSeventeen() {
        assertEquals(17, screen.run("tck", "--only", "HLT-06", "--dialect", "openai"));
        assertTrue(screen.out().contains("HLT-06 is broken.\n  expected: "), screen.out());
    }

    @Test
    void baseline_whenItNamesTheFailure_isZero() throws IOException {
        Path known = Files.writeString(folder.resolve("known.txt"), "HLT-06 # speaks llama.cpp only\n");
        assertEquals(0, screen.run("tck", "--only", "HLT-06", "--dialect", "openai", "--baseline", known.toString()));
        assertTrue(screen.out().contains("1 fails as expected"), screen.out());
    }

    @Test
    void baseline_whenTheRuleHolds_isSeventeen() throws IOException {
        Path known = Files.writeString(folder.resolve("known.txt"), "EVT-01\n");
        assertEquals(17, screen.run("tck", "--engine", "mock", "--only", "EVT-01", "--baseline", known.toString()));
        assertTrue(screen.out().contains("take that line out"), screen.out());
    }

    @Test
    void report_isInTheFolder() {
        assertEquals(
                0,
                screen.run("tck", "--engine", "mock", "--hosted", "--only", "EVT-01", "--report", folder.toString()));
        assertTrue(Files.exists(folder.resolve("conformance.html")));
        assertTrue(screen.out().endsWith("report: " + folder.resolve("conformance.html") + "\n"), screen.out());
    }

    @Test
    void json_isAllThereIsOnStandardOutput() {
        assertEquals(0, screen.run("tck", "--engine", "mock", "--only", "EVT-01", "--json"));
        assertEquals(1, screen.outLines().size());
        assertTrue(screen.out().startsWith("{\"subject\":{\"adapter\":\"Mock adapter"), screen.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--only EVT-99 | no rule that the kit tests is meant by --only EVT-99",
                "--engine no-such | no adapter for engine 'no-such'",
                "--time-factor 0 | must be a number above 0",
                "--url https://localhost:1 | http://HOST:PORT",
                "--token-file x | --token-file is for a real engine",
                "--dialect latin | there is no dialect 'latin'",
                "--baseline no-such.txt | cannot be read"
            })
    void option_thatIsWrong_isToldBeforeAnythingRuns(String options, String message) {
        String[] args = ("tck " + options).split(" ");
        assertTrue(screen.run(args) != 0);
        assertTrue(screen.err().contains(message), screen.err());
        assertFalse(screen.out().contains("✓"), screen.out());
    }

    @Test
    void timeFactor_holdsForTheRunOnly() {
        String before = System.getProperty(Patience.FACTOR_PROPERTY);
        assertEquals(0, screen.run("tck", "--engine", "mock", "--only", "EVT-01", "--time-factor", "2"));
        assertEquals(before, System.getProperty(Patience.FACTOR_PROPERTY));
    }
}
