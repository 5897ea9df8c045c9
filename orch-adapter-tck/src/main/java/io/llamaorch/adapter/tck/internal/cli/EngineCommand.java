package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.EnvironmentBindings;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code orch engine}. */
@Command(
        name = "engine",
        description = "Runs the scripted engine, which speaks llama.cpp's dialect and needs no model, until Ctrl-C.")
final class EngineCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(names = "--port", paramLabel = "N", description = "Port on 127.0.0.1; a free one unless given.")
    private int port;

    @Option(names = "--slots", paramLabel = "N", description = "Requests at a time; default ${DEFAULT-VALUE}.")
    private int slots = ScriptedEngine.DEFAULT_SLOTS;

    @Option(names = "--context", paramLabel = "N", description = "Tokens a slot holds; default ${DEFAULT-VALUE}.")
    private int context = ScriptedEngine.DEFAULT_CONTEXT_SIZE;

    @Option(names = "--model", paramLabel = "NAME", description = "The model's name; default ${DEFAULT-VALUE}.")
    private String model = ScriptedEngine.DEFAULT_MODEL;

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "Holds the key that requests must carry.")
    private @Nullable Path apiKeyFile;

    @Option(
            names = "--tokens-per-second",
            paramLabel = "N",
            description = "Pace of each stream, 0 for as fast as it goes; default ${DEFAULT-VALUE}.")
    private double tokensPerSecond = ScriptedEngine.DEMO_PACE;

    EngineCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        try (Departure departure = Departure.watch();
                ScriptedEngine engine = start()) {
            departure.cancels(left::countDown);
            String key = apiKeyFile == null ? "" : " --token-file " + apiKeyFile;
            terminal.println(engine.url().toString());
            terminal.println("try: orch submit --url " + engine.url() + key + " \"Once upon a time\"");
            left.await();
        }
        return ExitCode.OK.number();
    }

    private ScriptedEngine start() {
        ScriptedEngine.Builder engine = ScriptedEngine.builder()
                .port(port)
                .slots(slots)
                .contextSize(context)
                .modelAlias(model)
                .pace(tokensPerSecond);
        if (apiKeyFile != null) {
            engine.apiKey(EnvironmentBindings.tokenFile(apiKeyFile).reveal());
        }
        try {
            return engine.start();
        } catch (UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "port " + port + " cannot be had ("
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "): choose another with --port",
                    e);
        }
    }
}
