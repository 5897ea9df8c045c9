package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.HeadFault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.StreamFault;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ERR-01, ERR-07: each mistake is one line with its code and what to do, an exit code, and no stack trace. */
@NoLeaks
@Tag("once") // the same on every JVM
class ErrorsIT {

    private static void check(int exitCode, String code, OrchProcess.Result result) {
        assertEquals(exitCode, result.exitCode(), result.err().toString());
        assertTrue(result.error().startsWith("orch: " + code + ": "), result.error());
        assertFalse(result.error().contains("Exception: "), result.error());
        assertEquals("", result.out());
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of(6, "NOT_FOUND", List.of("submit", "--engine", "lamacpp", "--url", "http://x", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--url", "not a url", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--url", "ftp://127.0.0.1/", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--max-tokens", "0", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--max-tokens", "-1", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--max-tokens", "many", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--deadline", "soon", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--token-file", "/no/such/file", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit", "--engine", "mock", "--option", "colour=red", "x")),
                Arguments.of(2, "INVALID_PARAMS", List.of("submit")),
                Arguments.of(2, "INVALID_PARAMS", List.of("sumbit", "Once")),
                Arguments.of(2, "INVALID_PARAMS", List.of("health")),
                Arguments.of(2, "INVALID_PARAMS", List.of("properties")),
                Arguments.of(6, "NOT_FOUND", List.of("submit", "--engine", "mock", "--model", "no-such", "Once")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistake_always_isOneLineWithItsCode(int exitCode, String code, List<String> args) throws Exception {
        check(exitCode, code, OrchProcess.run(args.toArray(String[]::new)));
    }

    @Test
    void engine_whenUnknown_hintsAtTheNearest() throws Exception {
        String line = OrchProcess.run("submit", "--engine", "lamacpp", "--url", "http://x", "Once")
                .error();
        assertTrue(line.contains("llamacpp") && line.contains("mock"), line);
    }

    @Test
    void url_whenNobodyListens_isUnavailable() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        String url = "http://127.0.0.1:" + port;
        check(9, "POOL_UNAVAILABLE", OrchProcess.run("submit", "--url", url, "Once"));
        assertEquals(9, OrchProcess.run("health", "--url", url).exitCode());
    }

    @Test
    void token_whenWrong_isUnauthorizedAndNotShown(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "wrong-t0ken");
        try (ScriptedEngine engine = ScriptedEngine.builder().apiKey("right").start()) {
            OrchProcess.Result result = OrchProcess.run(
                    "submit", "--url", engine.url().toString(), "--token-file", token.toString(), "Once");
            check(5, "UNAUTHORIZED", result);
            assertFalse(result.error().contains("wrong-t0ken"), result.error());
        }
    }

    @Test
    void model_whenItDoesNotExist_isNotFound() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            check(
                    6,
                    "NOT_FOUND",
                    OrchProcess.run("submit", "--url", engine.url().toString(), "--model", "no-such", "x"));
        }
    }

    @Test
    void answer_whenItIsHtml_isNoProtocol() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            engine.enqueueFault(new HeadFault.Html200());
            check(
                    14,
                    "PROTOCOL",
                    OrchProcess.run("submit", "--url", engine.url().toString(), "Once"));
        }
    }

    @Test
    void answer_whenItIsCut_isAResetAfterTheTextSoFar() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            engine.enqueueFault(new StreamFault.CutAfterTokens(3));
            OrchProcess.Result result =
                    OrchProcess.run("submit", "--url", engine.url().toString(), "Once");
            assertEquals(13, result.exitCode(), result.err().toString());
            assertTrue(result.error().startsWith("orch: WORKER_RESET: "), result.error());
            assertTrue(result.out().endsWith("\n"), result.out());
        }
    }

    @Test
    void deadline_whenItPasses_isUnmet() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            engine.enqueueFault(new HeadFault.HangBeforeHead());
            String url = engine.url().toString();
            check(11, "DEADLINE_UNMET", OrchProcess.run("submit", "--url", url, "--deadline", "1s", "Once"));
        }
    }

    @Test
    void error_whenJsonIsAsked_isTheLastLineToo() throws Exception {
        OrchProcess.Result result = OrchProcess.run(
                "submit",
                "--json",
                "--engine",
                "mock",
                "--option",
                "fail-with=INTERNAL",
                "--option",
                "fail-after=2",
                "x");
        assertEquals(1, result.exitCode());
        List<Map<String, String>> events = JsonLines.read(result.lines());
        Map<String, String> error = events.get(events.size() - 1);
        assertEquals("error", error.get("event"));
        assertEquals("INTERNAL", error.get("code"));
        assertEquals("false", error.get("retriable"));
        assertEquals("2", error.get("tokens"));
        assertTrue(result.error().startsWith("orch: INTERNAL: "), result.error());
    }
}
