package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code orch submit} as a person or a script uses it. */
@Tag("once")
@NoLeaks
class SubmitIT {

    @Test
    void submit_whenNoEngineIsConfigured_streamsFromTheScriptedEngine() throws Exception {
        OrchProcess.Result result = OrchProcess.run("submit", "Once upon a time", "--max-tokens", "12");
        assertEquals(0, result.exitCode(), result.err().toString());
        assertTrue(result.error().contains("scripted engine"), result.error());
        assertTrue(result.out().endsWith("\n") && result.out().length() > 12, result.out());
    }

    @Test
    void submit_whenTheSeedIsTheSame_printsTheSameBytes() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            String[] args = {"submit", "--url", engine.url().toString(), "--seed", "42", "--max-tokens", "20", "Once"};
            OrchProcess.Result first = OrchProcess.run(args);
            assertEquals(List.of(), first.err());
            assertEquals(first.out(), OrchProcess.run(args).out());
        }
    }

    @Test
    void text_always_isTheServersOwnAnswer() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            OrchProcess.Result result = OrchProcess.run(
                    "submit",
                    "--url",
                    engine.url().toString(),
                    "--temperature",
                    "0",
                    "--seed",
                    "42",
                    "--max-tokens",
                    "64",
                    "Once upon a time");
            String answer = completion(
                    engine,
                    "{\"prompt\":\"Once upon a time\",\"temperature\":0,\"seed\":42,\"n_predict\":64,\"stream\":false}");
            assertEquals(answer.endsWith("\n") ? answer : answer + "\n", result.out());
        }
    }

    private static String completion(ScriptedEngine engine, String request) throws IOException {
        URLConnection connection =
                URI.create(engine.url() + "/completion").toURL().openConnection();
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Connection", "close"); // the JDK keeps it otherwise, and a thread with it
        try (OutputStream out = connection.getOutputStream()) {
            out.write(request.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = connection.getInputStream()) {
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return JsonLines.read(answer).get("content");
        }
    }

    @Test
    void submit_whenJsonIsAsked_writesOneObjectALine() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            String url = engine.url().toString();
            OrchProcess.Result plain =
                    OrchProcess.run("submit", "--url", url, "--temperature", "0", "--max-tokens", "9", "Once");
            OrchProcess.Result result = OrchProcess.run(
                    "submit", "--url", url, "--temperature", "0", "--max-tokens", "9", "--json", "--job", "j1", "Once");
            assertEquals(0, result.exitCode(), result.err().toString());

            List<Map<String, String>> events = JsonLines.read(result.lines());
            List<Map<String, String>> tokens =
                    events.stream().filter(e -> "token".equals(e.get("event"))).toList();
            Map<String, String> started = events.stream()
                    .filter(e -> "started".equals(e.get("event")))
                    .findFirst()
                    .orElseThrow();
            Map<String, String> end = events.get(events.size() - 1);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < tokens.size(); i++) {
                assertEquals(Integer.toString(i), tokens.get(i).get("index"));
                text.append(tokens.get(i).get("text"));
            }
            assertEquals("j1", started.get("job"));
            assertEquals("llamacpp", started.get("engine"));
            assertEquals("end", end.get("event"));
            assertEquals("9", end.get("usage.generated"));
            assertEquals(plain.out().strip(), text.toString().strip());
        }
    }

    @Test
    void submit_whenThePromptIsAHyphen_readsStandardInput() throws Exception {
        try (OrchProcess typed = OrchProcess.start("submit", "--engine", "mock", "-")) {
            OrchProcess.Result result = typed.type("Grüße, 🦙").finish();
            assertEquals(0, result.exitCode(), result.err().toString());
            assertEquals(
                    OrchProcess.run("submit", "--engine", "mock", "Grüße, 🦙").out(), result.out());
        }
    }

    @Test
    void submit_whenTheTokenIsRight_isServed(@TempDir Path folder) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "s3cret-key\n");
        try (ScriptedEngine engine =
                ScriptedEngine.builder().apiKey("s3cret-key").start()) {
            OrchProcess.Result result = OrchProcess.run(
                    "submit", "--url", engine.url().toString(), "--token-file", token.toString(), "Once");
            assertEquals(0, result.exitCode(), result.err().toString());
            assertFalse(result.out().isEmpty());
        }
    }
}
