package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.EnvironmentBindings;
import io.llamaorch.adapter.tck.EngineDialect;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code orch engine}. */
@Command(
        name = "engine",
        description = "Runs the scripted engine, which needs no model and does wrong what it is told to, until Ctrl-C.")
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

    @Option(
            names = "--dialect",
            paramLabel = "NAME",
            converter = DialectConverter.class,
            description = "The protocol: llama.cpp, llama.cpp-2024 or openai; default llama.cpp.")
    private EngineDialect dialect = EngineDialect.LLAMA_CPP;

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            converter = FaultConverter.class,
            description = "What goes wrong with the next task; may be repeated, one for each task in their order.")
    private List<Fault> faults = List.of();

    @Option(
            names = "--always",
            paramLabel = "FAULT",
            converter = FaultConverter.class,
            description = "What goes wrong in every exchange, health included.")
    private @Nullable Fault always;

    @Option(names = "--list-faults", description = "Lists how each fault is written, and ends.")
    private boolean listFaults;

    @Option(names = "--sleeping", description = "The model is put away until the first task.")
    private boolean sleeping;

    @Option(names = "--loading", description = "The model loads for ever.")
    private boolean loading;

    EngineCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (listFaults) {
            Fault.forms().forEach(terminal::println);
            return ExitCode.OK.number();
        }
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

    /** Starts the engine that the options ask for. */
    ScriptedEngine start() {
        EngineScript.Builder script = EngineScript.builder().slots(slots);
        faults.forEach(script::fault);
        ScriptedEngine.Builder engine = ScriptedEngine.builder()
                .script(script.build())
                .sleeping(sleeping)
                .loading(loading)
                .dialect(dialect)
                .port(port)
                .contextSize(context)
                .modelAlias(model)
                .pace(tokensPerSecond);
        if (apiKeyFile != null) {
            engine.apiKey(EnvironmentBindings.tokenFile(apiKeyFile).reveal());
        }
        try {
            ScriptedEngine started = engine.start();
            if (always != null) {
                started.always(always);
            }
            return started;
        } catch (UncheckedIOException e) {
            throw new IllegalArgumentException(
                    "port " + port + " cannot be had ("
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "): choose another with --port",
                    e);
        }
    }

    /** {@return a dialect as people write it} */
    static String name(EngineDialect dialect) {
        return switch (dialect) {
            case LLAMA_CPP -> "llama.cpp";
            case LLAMA_CPP_2024 -> "llama.cpp-2024";
            case OPENAI -> "openai";
        };
    }

    /** Reads a dialect by the name that people write. */
    static final class DialectConverter implements ITypeConverter<EngineDialect> {
        @Override
        public EngineDialect convert(String text) {
            return switch (text) {
                case "llama.cpp" -> EngineDialect.LLAMA_CPP;
                case "llama.cpp-2024" -> EngineDialect.LLAMA_CPP_2024;
                case "openai" -> EngineDialect.OPENAI;
                default ->
                    throw new TypeConversionException(
                            "there is no dialect '" + text + "'; there are llama.cpp, llama.cpp-2024, openai");
            };
        }
    }

    /** Reads a fault. */
    static final class FaultConverter implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String text) {
            try {
                return Fault.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
