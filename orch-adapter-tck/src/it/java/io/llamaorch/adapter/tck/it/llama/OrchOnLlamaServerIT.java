package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line as it is assembled, on the real engine. */
@NoLeaks
@RealEngine
@Tag("once") // what it tries is the same on every JVM
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OrchOnLlamaServerIT {
    private static final Path ORCH = Path.of(System.getProperty("orch.home"), "bin", "orch");
    private static final String PROMPT = "Once upon a time";
    private static final int RULES_WITHOUT_FAULTS = 30;
    private static final int DIFFERENT = 18;
    private static final int INTERRUPTED = 130;
    private static final int BROKEN_PIPE = 141;

    @TempDir
    private Path folder;

    private record Result(int exit, String out, String err) {}

    @Test
    void submit_whenGreedy_printsExactlyTheServersOwnAnswer() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            Result result = run(
                    "submit",
                    "--url",
                    "" + server.url(),
                    "--temperature",
                    "0",
                    "--seed",
                    "42",
                    "--max-tokens",
                    "200",
                    PROMPT);

            assertEquals(0, result.exit, result::err);
            assertEquals(Runs.twin(server, PROMPT, 200), result.out.stripTrailing());
            assertEquals("", result.err);
        }
    }

    /** Which tests need an engine that goes wrong is for the kit to know; most do not. */
    @Test
    void tck_onTheRealEngine_holdsEveryRuleThatNeedsNoFault() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            Result result = run("tck", "--url", "" + server.url());

            assertEquals(0, result.exit, () -> result.out + result.err);
            long passed =
                    result.out.lines().filter(line -> line.startsWith("✓")).count();
            assertTrue(passed >= RULES_WITHOUT_FAULTS, result::out);
            System.out.println("orch tck on the real engine: "
                    + result.out.lines().reduce((first, second) -> second).orElseThrow());
        }
    }

    @Test
    void audit_ofTwoServers_findsEqualBytes() throws Exception {
        try (LlamaServer one = LlamaServer.start(BigramModel.plain());
                LlamaServer other = LlamaServer.start(BigramModel.plain())) {
            Result result =
                    run("audit", "--option", "exclusive=true", "--url", "" + one.url(), "--url", "" + other.url());

            assertEquals(0, result.exit, () -> result.out + result.err);
            assertTrue(result.out.contains(": 260 answers, "), result::out);
            assertTrue(result.out.contains("Asked at the levels SEEDED and GREEDY"), result::out);
            System.out.println("orch audit: " + result.out.replaceAll("\\s+", " "));
        }
    }

    /** At a level everything is sent, so one flag changes no answer; at best effort it does. Both are told by its name. */
    @Test
    void audit_ofTwoServersWithOneFlagChanged_namesIt() throws Exception {
        try (LlamaServer one = LlamaServer.start(BigramModel.plain());
                LlamaServer other = LlamaServer.of(BigramModel.plain())
                        .arguments("--top-k", "1")
                        .start();
                LlamaServer small =
                        LlamaServer.of(BigramModel.plain()).contextPerSlot(1024).start()) {
            Result bestEffort = audit(one, other);
            assertEquals(DIFFERENT, bestEffort.exit, () -> bestEffort.out + bestEffort.err);
            assertContains("what differs is top_k: 40 and 1", bestEffort);
            assertContains("differ at piece ", bestEffort);

            Result level = audit(one, small, "--option", "exclusive=true");
            assertEquals(0, level.exit, () -> level.out + level.err);
            assertContains("of default/r0 and default/r1 in context: 2048 and 1024", level);
        }
    }

    private Result audit(LlamaServer one, LlamaServer other, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("audit", "--seeds", "3", "--max-tokens", "16"));
        arguments.addAll(List.of("--url", "" + one.url(), "--url", "" + other.url()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static void assertContains(String words, Result result) {
        String told = result.out.replaceAll("\\s+", " ");
        assertTrue(told.contains(words), told);
    }

    @Test
    void submit_whenInterrupted_freesTheSlotWithinASecond() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt())) {
            Process orch = start("submit", "--url", "" + server.url(), PROMPT);
            assertTrue(orch.getInputStream().read() >= 0, "tokens come");
            assertEquals(1, server.idleSlots(), server::log);

            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-INT", "" + orch.pid()).start().waitFor());

            assertTrue(Await.holds(Duration.ofSeconds(1), () -> allIdle(server)), server::log);
            assertTrue(orch.waitFor(10, TimeUnit.SECONDS), "orch ends");
            assertEquals(INTERRUPTED, orch.exitValue());
        }
    }

    @Test
    void submit_whenNobodyReadsItsOutput_freesTheSlot() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.slowPrompt())) {
            Process orch = start("submit", "--url", "" + server.url(), PROMPT);
            try (InputStream out = orch.getInputStream()) {
                assertTrue(out.read() >= 0, "tokens come");
            }

            assertTrue(orch.waitFor(20, TimeUnit.SECONDS), "orch ends");
            assertEquals(BROKEN_PIPE, orch.exitValue());
            assertTrue(Await.holds(Duration.ofSeconds(1), () -> allIdle(server)), server::log);
        }
    }

    @Test
    void submit_whenTheTokenIsWrong_saysSoInOneLineWithoutIt() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "wrong-key\n");
        try (LlamaServer server =
                LlamaServer.of(BigramModel.plain()).apiKey("right-key").start()) {
            Result refused = run("submit", "--url", "" + server.url(), "--token-file", "" + token, PROMPT);

            assertEquals(5, refused.exit);
            assertTrue(refused.err.startsWith("orch: UNAUTHORIZED: "), refused.err);
            assertEquals(1, refused.err.lines().count(), refused.err);
            assertFalse(refused.err.contains("wrong-key"), refused.err);

            Files.writeString(token, "right-key\n");
            assertEquals(
                    0,
                    run("submit", "--url", "" + server.url(), "--token-file", "" + token, "--max-tokens", "2", PROMPT)
                            .exit);
        }
    }

    @Test
    void submit_whenTheModelIsNotServed_namesWhatIs() throws Exception {
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            Result result = run("submit", "--url", "" + server.url(), "--model", "gpt-9", PROMPT);

            assertEquals(6, result.exit);
            assertTrue(result.err.contains("'gpt-9'") && result.err.contains("plain.gguf"), result.err);
            assertEquals(1, result.err.lines().count(), result.err);
        }
    }

    @Test
    void healthAndProperties_whenAsked_tellOfTheServer() throws Exception {
        try (LlamaServer server =
                LlamaServer.of(BigramModel.plain()).parallel(3).start()) {
            Result health = run("health", "--url", "" + server.url());
            Result properties = run("properties", "--json", "--url", "" + server.url());

            assertEquals(0, health.exit, health.err);
            assertTrue(health.out.contains("HEALTHY"), health.out);
            assertEquals(0, properties.exit, properties.err);
            assertTrue(properties.out.contains("\"slots\":3"), properties.out);
        }
    }

    private static boolean allIdle(LlamaServer server) {
        try {
            return server.idleSlots() == 2;
        } catch (IOException e) {
            return false;
        }
    }

    private Result run(String... arguments) throws Exception {
        Process process = start(arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "orch ends");
        return new Result(process.exitValue(), out, Files.readString(folder.resolve("err")));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(ORCH.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ORCHD_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }
}
