package io.llamaorch.adapter.tck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The newcomer's session of {@code docs/plugins.md}, typed as it stands there, and what is seen compared with it. */
@NoLeaks
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("once") // the same on every JVM
class PluginSessionIT {

    private static final String FOLDER = "/srv/orch";
    private static final String PROMPT = "    $ ";

    private static final String ECHO = """
            package com.example.echo;

            import io.llamaorch.adapter.spi.*;
            import java.util.concurrent.*;

            public final class EchoFactory implements AdapterFactory {
                public String engine() { return "echo"; }
                public AdapterDescriptor descriptor() {
                    return AdapterDescriptor.builder("Echo", "1.0", AdapterDescriptor.SPI_GENERATION).build();
                }
                public WorkerAdapter create(AdapterConfig config) {
                    var streams = RunningStreams.create("echo", config, StreamLimits.DEFAULT);
                    return new WorkerAdapter() {
                        public CompletionStage<WorkerHealth> health() {
                            return CompletableFuture.completedStage(WorkerHealth.healthy("it is here"));
                        }
                        public CompletionStage<WorkerProperties> properties() {
                            return CompletableFuture.completedStage(WorkerProperties.builder().build());
                        }
                        public TokenStream submit(TaskRequest task) {
                            return streams.open(task, emitter -> {
                                emitter.started("echo", StartDetails.NONE);
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

    @TempDir
    private Path folder;

    /** A command, and what is seen after it. */
    private record Typed(String command, String seen) {}

    @Test
    void session_whenTyped_showsWhatThePageSays() throws Exception {
        Files.createDirectories(folder.resolve("plugins"));
        Path source = Files.createDirectories(folder.resolve("src/com/example/echo"));
        Files.writeString(source.resolve("EchoFactory.java"), ECHO);
        List<Typed> session = session();
        assertTrue(session.size() > 10, session.toString());
        for (Typed typed : session) {
            if (typed.command.startsWith("cat ")) { // what the newcomer wrote
                Files.writeString(folder.resolve(typed.command.substring(4)), typed.seen);
            } else {
                assertEquals(words(typed.seen), words(run(typed.command)), typed.command);
            }
        }
    }

    private static List<Typed> session() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "plugins.md"));
        List<Typed> session = new ArrayList<>();
        for (String line :
                page.substring(page.indexOf("## A newcomer's session")).lines().toList()) {
            if (line.startsWith(PROMPT)) {
                session.add(new Typed(line.substring(PROMPT.length()), ""));
            } else if (line.startsWith("    ") && !session.isEmpty()) {
                Typed last = session.remove(session.size() - 1);
                session.add(new Typed(last.command, last.seen + line.substring(4) + "\n"));
            }
        }
        return session;
    }

    /** Without the breaks of lines, which depend on how long the folder's name is. */
    private static List<String> words(String text) {
        return List.of(text.strip().split("\\s+", -1));
    }

    private String run(String command) throws Exception {
        String home = System.getProperty("orch.home");
        String java = System.getProperty("java.home");
        Path seen = folder.resolve("seen.txt");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(seen.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ORCH"));
        builder.environment().put("ORCH", home);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("JAVA_HOME", java);
        builder.environment()
                .merge(
                        "PATH",
                        home + "/bin" + File.pathSeparator + java + "/bin",
                        (old, own) -> own + File.pathSeparator + old);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), command);
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(seen, StandardCharsets.UTF_8)
                .replace(folder.toRealPath().toString(), FOLDER)
                .replace(folder.toString(), FOLDER);
    }
}
