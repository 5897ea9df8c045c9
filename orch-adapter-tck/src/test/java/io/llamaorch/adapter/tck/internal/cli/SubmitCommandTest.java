package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code orch submit}, on the mock, in this process. */
@Timeout(30)
class SubmitCommandTest {

    private final Screen screen = new Screen();

    private int submit(String... args) {
        List<String> all = new ArrayList<>(List.of("submit", "--engine", "mock"));
        all.addAll(List.of(args));
        return screen.run(all.toArray(String[]::new));
    }

    @Test
    void text_always_isAllThatStandardOutputHas() {
        assertEquals(0, submit("--max-tokens", "3", "x"));
        assertEquals(" then tomorrow the\n", screen.out());
        assertEquals("", screen.err());
    }

    @Test
    void options_always_reachTheEngine() {
        assertEquals(0, submit("--max-tokens", "3", "--seed", "7", "x"));
        assertEquals(0, submit("--stop", "never", "--stop", "tomorrow", "x"));
        assertEquals(2, screen.outLines().size());
        assertTrue(!screen.outLines().get(0).equals(" then tomorrow the"), "the seed plays a part");
        assertEquals(" then ", screen.outLines().get(1));
    }

    @Test
    void prompt_whenItIsAHyphen_isStandardInputToTheLastByte() {
        Orch.run(screen.terminal("Grüße\n", Map.of()), "submit", "--engine", "mock", "-");
        submit("Grüße\n");
        assertEquals(screen.outLines().get(0), screen.outLines().get(1));
    }

    @Test
    void json_always_endsWithTheTerminalEvent() {
        assertEquals(0, submit("--json", "--max-tokens", "1", "--job", "j", "x"));
        assertEquals(3, screen.outLines().size());
        assertTrue(screen.outLines().get(0).startsWith("{\"event\":\"started\",\"job\":\"j\",\"engine\":\"mock\""));
        assertEquals(
                "{\"event\":\"token\",\"index\":0,\"text\":\" then\"}",
                screen.outLines().get(1));
        assertTrue(screen.outLines().get(2).startsWith("{\"event\":\"end\",\"reason\":\"LIMIT\""));
    }

    @ParameterizedTest
    @EnumSource
    void failure_always_isOneLineAndItsExitCode(ErrorCode code) {
        assertEquals(ExitCode.of(code).number(), submit("--option", "fail-with=" + code, "x"));
        assertEquals(1, screen.errLines().size(), screen.err());
        assertTrue(screen.err().startsWith("orch: " + code + ": "), screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void failure_afterSomeTokens_leavesThemOnALineOfTheirOwn() {
        assertEquals(13, submit("--option", "fail-with=WORKER_RESET", "--option", "fail-after=2", "x"));
        assertEquals(" then tomorrow\n", screen.out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-tokens | 0 | maxTokens",
                "--max-tokens | -1 | maxTokens",
                "--max-tokens | many | --max-tokens",
                "--temperature | -1 | temperature",
                "--top-p | 2 | topP",
                "--seed | 4294967295 | seed",
                "--deadline | 0s | deadline",
                "--deadline | soon | --deadline",
                "--stop | '' | stop",
                "--session | ' ' | sessionId",
                "--option | colour | --option",
                "--option | colour=red | colour",
                "--engin | mock | --engin",
                "--token-file | /no/such/file | /no/such/file"
            })
    void value_whenWrong_isNamedInOneLine(String option, String value, String named) {
        assertEquals(2, submit(option, value, "x"));
        assertEquals(1, screen.errLines().size(), screen.err());
        assertTrue(screen.err().startsWith("orch: INVALID_PARAMS: "), screen.err());
        assertTrue(screen.err().contains(named), screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void prompt_whenEmptyOrMissing_isInvalid() {
        assertEquals(2, submit(""));
        assertEquals(2, submit());
        assertEquals(2, submit("-"));
        assertEquals(3, screen.errLines().size(), screen.err());
    }

    @Test
    void prompt_whenTheLocaleCouldNotHoldIt_isRefused() {
        assertEquals(2, submit("Gr\uFFFDn"));
        assertTrue(screen.err().contains("UTF-8"), screen.err());
        assertEquals(0, Orch.run(screen.terminal("Gr\uFFFDn", Map.of()), "submit", "--engine", "mock", "-"));
    }

    @Test
    void error_beforeThereIsAStream_isAJsonLineToo() {
        assertEquals(2, submit("--json", "--max-tokens", "0", "x"));
        assertTrue(
                screen.out().startsWith("{\"event\":\"error\",\"code\":\"INVALID_PARAMS\",\"message\":"), screen.out());
        assertTrue(screen.out().contains("\"retriable\":false,\"tokens\":0"), screen.out());
    }

    @Test
    void output_whenItsReaderLeaves_endsTheCommand() {
        int exitCode = Orch.run(screen.closingAfter(4), "submit", "--engine", "mock", "--option", "length=1000", "x");
        assertEquals(141, exitCode);
        assertEquals(1, screen.errLines().size(), screen.err());
    }

    @Test
    void engine_whenTheEnvironmentNamesIt_isUsed() {
        Map<String, String> environment = Map.of("ORCHD_MOCK_URL", "mock:", "ORCHD_MOCK_POOL", "p1");
        int exitCode = Orch.run(screen.terminal("", environment), "submit", "--json", "--max-tokens", "1", "x");
        assertEquals(0, exitCode, screen.err());
        assertTrue(screen.outLines().get(0).contains("\"engine\":\"mock\""), screen.out());
    }

    @Test
    void pool_whenItDoesNotExist_isNotFound() {
        Map<String, String> environment = Map.of("ORCHD_MOCK_URL", "mock:");
        assertEquals(6, Orch.run(screen.terminal("", environment), "submit", "--pool", "nowhere", "x"));
        assertTrue(screen.err().contains("default"), screen.err());
    }
}
