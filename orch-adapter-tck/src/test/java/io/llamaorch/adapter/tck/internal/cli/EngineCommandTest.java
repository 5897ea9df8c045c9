package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code orch engine}, up to where it would wait for Ctrl-C. */
@NoLeaks
@Timeout(60)
class EngineCommandTest {

    private final Screen screen = new Screen();

    private ScriptedEngine start(String... args) {
        EngineCommand command = new EngineCommand(screen.terminal("", Map.of()));
        new CommandLine(command).parseArgs(args);
        return command.start();
    }

    /** Asks on a connection of its own, for a whole answer; the status, a slash and the body. */
    private static String ask(ScriptedEngine engine, String path, String body) throws IOException {
        HttpURLConnection http =
                (HttpURLConnection) URI.create(engine.url() + path).toURL().openConnection();
        http.setRequestProperty("Connection", "close");
        if (!body.isEmpty()) {
            http.setDoOutput(true);
            http.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        int status = http.getResponseCode();
        try (var in = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            return status + "/" + (in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } finally {
            http.disconnect();
        }
    }

    @Test
    void listFaults_always_hasAllFormsOneALine() {
        assertEquals(0, screen.run("engine", "--list-faults"));
        assertEquals(Fault.forms(), screen.outLines());
        assertEquals("", screen.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--fault | cut-after-token:3 | there is no fault 'cut-after-token'",
                "--fault | cut-after-tokens | cut-after-tokens:TOKENS",
                "--fault | cut-after-tokens:three | 'three' is no whole number",
                "--fault | refuse | set it with always",
                "--always | nonsense | nonsense:TOKENS:DATA",
                "--always | nothing | there is no fault 'nothing'",
                "--dialect | vllm | llama.cpp, llama.cpp-2024, openai",
            })
    void value_whenWrong_isNamedInOneLine(String option, String value, String named) {
        assertEquals(2, screen.run("engine", option, value));
        assertEquals(1, screen.errLines().size(), screen.err());
        assertTrue(screen.err().startsWith("orch: INVALID_PARAMS: "), screen.err());
        assertTrue(screen.err().contains(named), screen.err());
        assertEquals("", screen.out());
    }

    @Test
    void faults_areQueuedInTheirOrder() throws IOException {
        try (ScriptedEngine engine = start("--fault", "status:502:one:", "--fault", "retry-later:429:7")) {
            assertEquals("502/one", ask(engine, "/completion", "{\"prompt\":\"a\"}"));
            assertEquals("429/", ask(engine, "/completion", "{\"prompt\":\"a\"}"));
            assertTrue(ask(engine, "/completion", "{\"prompt\":\"a\",\"n_predict\":1}")
                    .startsWith("200/{"));
        }
    }

    @Test
    void always_strikesHealthToo() throws IOException {
        try (ScriptedEngine engine = start("--always", "status:502:gone:")) {
            assertEquals("502/gone", ask(engine, "/health", ""));
            assertEquals("502/gone", ask(engine, "/health", ""));
        }
    }

    @Test
    void state_isAsAskedFor() throws IOException {
        try (ScriptedEngine engine = start("--sleeping")) {
            assertTrue(ask(engine, "/props", "").contains("\"is_sleeping\":true"));
        }
        try (ScriptedEngine engine = start("--loading")) {
            assertTrue(ask(engine, "/health", "").startsWith("503/"));
        }
        try (ScriptedEngine engine = start()) {
            assertFalse(ask(engine, "/props", "").contains("\"is_sleeping\":true"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama.cpp", "llama.cpp-2024", "openai"})
    void dialect_isTheOneAskedFor(String dialect) throws IOException {
        try (ScriptedEngine engine = start("--dialect", dialect)) {
            String answer = ask(engine, "/completion", "{\"prompt\":\"a\",\"n_predict\":1}");
            assertEquals(dialect.equals("llama.cpp"), answer.contains("\"stop_type\":\"limit\""), answer);
            assertEquals(dialect.equals("llama.cpp-2024"), answer.contains("\"stopped_limit\":true"), answer);
            assertEquals(dialect.equals("openai"), answer.startsWith("404/"), answer);
        }
    }
}
