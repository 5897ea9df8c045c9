package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-01, REG-03: an adapter unknown at build time, dropped into {@code adapters/}, is found and serves. */
@Tag("once")
@NoLeaks
class AdaptersIT {

    /** An adapter as small as it can be: it answers with the prompt. */
    private static final String ECHO = """
            import io.llamaorch.adapter.spi.*;
            import java.util.concurrent.*;

            public final class Factory implements AdapterFactory {
                public String engine() { return "echo"; }
                public AdapterDescriptor descriptor() {
                    return AdapterDescriptor.builder("Echo", "7.1", AdapterDescriptor.SPI_GENERATION).build();
                }
                public WorkerAdapter create(AdapterConfig config) {
                    var streams = RunningStreams.create("echo", config, StreamLimits.DEFAULT);
                    return new WorkerAdapter() {
                        public CompletionStage<WorkerHealth> health() {
                            return CompletableFuture.completedStage(WorkerHealth.healthy("here"));
                        }
                        public CompletionStage<WorkerProperties> properties() {
                            return CompletableFuture.completedStage(WorkerProperties.builder().build());
                        }
                        public TokenStream submit(TaskRequest task) {
                            return streams.open(task, emitter -> {
                                emitter.started("", StartDetails.NONE);
                                emitter.token(((Prompt.Text) task.prompt()).text());
                                emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                            });
                        }
                        public Cancellation cancel(String jobId) { return streams.cancel(jobId); }
                        public void close() { streams.close(); }
                    };
                }
            }
            """;

    /** One that does not even come into being. */
    private static final String BROKEN = """
            import io.llamaorch.adapter.spi.*;

            public final class Factory implements AdapterFactory {
                public Factory() { throw new IllegalStateException("out of order"); }
                public String engine() { return "broken"; }
                public AdapterDescriptor descriptor() { throw new AssertionError(); }
                public WorkerAdapter create(AdapterConfig config) { throw new AssertionError(); }
            }
            """;

    @TempDir
    private Path home;

    @BeforeEach
    void copyTheFolder() throws IOException {
        try (Stream<Path> all = Files.walk(OrchProcess.home())) {
            for (Path path : all.toList()) {
                Path copy = home.resolve(OrchProcess.home().relativize(path).toString());
                if (!Files.isDirectory(copy)) {
                    Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private OrchProcess.Result orch(String... args) throws Exception {
        try (OrchProcess orch = OrchProcess.startIn(home, args)) {
            return orch.finish();
        }
    }

    private Map<String, Map<String, String>> adapters() throws Exception {
        return JsonLines.read(orch("adapters", "--json").lines()).stream()
                .collect(Collectors.toMap(fields -> fields.getOrDefault("engine", "?"), fields -> fields));
    }

    @Test
    void adapters_always_listsWhatIsShipped() throws Exception {
        OrchProcess.Result result = orch("adapters");
        assertEquals(0, result.exitCode(), result.err().toString());
        assertEquals(List.of(), result.err());
        assertTrue(result.lines().get(0).startsWith("ENGINE "), result.out());
        assertTrue(result.lines().stream().anyMatch(line -> line.startsWith("llamacpp ")), result.out());
        assertTrue(result.lines().stream().anyMatch(line -> line.startsWith("mock ")), result.out());
    }

    @Test
    void adapter_whenDroppedIn_isListedAndServes() throws Exception {
        Path jar = home.resolve("adapters").resolve("echo.jar");
        AdapterJar.write(home, "echo", ECHO, jar);

        Map<String, String> echo = adapters().get("echo");
        assertEquals("LOADED", echo.get("verdict"));
        assertEquals("7.1", echo.get("version"));
        assertEquals("outside.echo", echo.get("module"));
        assertTrue(echo.get("location").endsWith("/adapters/echo.jar"), echo.toString());

        OrchProcess.Result result = orch("submit", "--engine", "echo", "Hello, 🦙!");
        assertEquals(0, result.exitCode(), result.err().toString());
        assertEquals("Hello, 🦙!\n", result.out());
        assertEquals(0, orch("health", "--engine", "echo").exitCode());
    }

    @Test
    void adapter_whenBroken_isRejectedAndHidesNoOther() throws Exception {
        AdapterJar.write(home, "broken", BROKEN, home.resolve("adapters").resolve("broken.jar"));

        OrchProcess.Result table = orch("adapters");
        assertEquals(16, table.exitCode(), table.err().toString());
        assertTrue(table.out().contains("out of order"), table.out());
        assertTrue(table.lines().stream().anyMatch(line -> line.startsWith("llamacpp ")), table.out());
        assertEquals(0, orch("submit", "--engine", "mock", "Once").exitCode());
    }
}
