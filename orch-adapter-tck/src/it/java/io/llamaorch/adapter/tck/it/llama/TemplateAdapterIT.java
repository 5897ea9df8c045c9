package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The adapter of {@code docs/adapter-template}, which is the guide's example, on the real engine. */
@Tag("once")
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TemplateAdapterIT {

    private static final Path TEMPLATE = Path.of("..", "docs", "adapter-template");
    private static final Path HOME = Path.of(System.getProperty("orch.home"));
    private static final String QUESTION = "Once upon a time";

    @TempDir
    private Path folder;

    private Path classes;

    @BeforeEach
    void compile() throws IOException {
        classes = folder.resolve("classes");
        List<String> arguments = new ArrayList<>(
                List.of("-p", HOME.resolve("modules").toString(), "-proc:none", "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(TEMPLATE.resolve("src/main/java"))) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> arguments.add("" + file));
        }
        run("javac", arguments);
    }

    private static void run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int exit = ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertEquals(0, exit, said::toString);
    }

    @Test
    void chat_whenGreedy_streamsTheTextOfTheEnginesOwnAnswer() throws Exception {
        Prompt chat = new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, QUESTION)), List.of());
        TaskRequest task =
                TaskRequest.builder(chat).maxTokens(60).temperature(0).seed(42).build();
        try (LlamaServer server = LlamaServer.start(BigramModel.plain());
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()}, AdapterFactory.class.getClassLoader());
                WorkerAdapter adapter = factory(loader)
                        .create(AdapterConfig.builder().url("" + server.url()).build())) {
            List<TokenEvent> events = Runs.events(adapter.submit(task));

            assertEquals(twin(server), Runs.text(events), server::log);
            TokenEvent.End end = Runs.end(events);
            assertEquals(StopReason.LIMIT, end.reason());
            assertEquals(OptionalInt.of(60), end.usage().generated());
            assertEquals(
                    WorkerHealth.Status.HEALTHY, Runs.await(adapter.health()).status());
            assertTrue(Runs.await(adapter.properties()).engineVersion().isPresent(), "an answer told it");
        }
    }

    private static AdapterFactory factory(ClassLoader loader) throws ReflectiveOperationException {
        return (AdapterFactory) loader.loadClass("com.example.myengine.MyEngineAdapterFactory")
                .getConstructor()
                .newInstance();
    }

    private static String twin(LlamaServer server) throws IOException {
        return Runs.content(server.post(
                "/v1/chat/completions",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION
                        + "\"}],\"max_tokens\":60,\"temperature\":0,\"seed\":42}"));
    }

    @Test
    void adapter_whenShippedAsAPlugin_isRunByTheCommandLine() throws Exception {
        Path plugin = Files.createDirectories(folder.resolve("plugins/myengine"));
        run("jar", List.of("--create", "--file", "" + plugin.resolve("adapter.jar"), "-C", "" + classes, "."));
        try (Stream<Path> modules = Files.list(HOME.resolve("modules"))) {
            Path json = modules.filter(jar -> jar.getFileName().toString().startsWith("jackson-core"))
                    .findFirst()
                    .orElseThrow();
            Files.copy(json, plugin.resolve("jackson-core.jar"));
        }
        try (LlamaServer server = LlamaServer.start(BigramModel.plain())) {
            String printed = orch(
                    "submit",
                    "--plugins",
                    "" + plugin.getParent(),
                    "--engine",
                    "myengine",
                    "--url",
                    "" + server.url(),
                    "--temperature",
                    "0",
                    "--seed",
                    "42",
                    "--max-tokens",
                    "60",
                    QUESTION);

            assertEquals(Runs.twin(server, QUESTION, 60), printed.stripTrailing(), server::log);
        }
    }

    private String orch(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("" + HOME.resolve("bin/orch")));
        command.addAll(List.of(arguments));
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ORCHD_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process orch = builder.start();
        String printed = new String(orch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(orch.waitFor(60, TimeUnit.SECONDS), "orch ends");
        assertEquals(0, orch.exitValue(), Files.readString(errors));
        return printed;
    }
}
