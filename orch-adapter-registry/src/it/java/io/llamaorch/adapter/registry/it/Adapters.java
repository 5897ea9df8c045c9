package io.llamaorch.adapter.registry.it;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sources of small adapters, good and broken. */
final class Adapters {

    static final String GENERATION = "AdapterDescriptor.SPI_GENERATION";

    private final Jars jars;

    Adapters(Jars jars) {
        this.jars = jars;
    }

    /** A factory; what would be an adapter prints when it is made. */
    static String factory(String type, String engine) {
        return factory(type, "\"" + engine + "\"", GENERATION, "");
    }

    static String factory(String type, String engine, String generation, String body) {
        return factory(type, engine, generation, body, """
                System.out.println("an adapter was made");
                    throw new UnsupportedOperationException();""");
    }

    static String factory(String type, String engine, String generation, String body, String create) {
        int dot = type.lastIndexOf('.');
        return "package " + type.substring(0, dot) + ";\n"
                + "import io.llamaorch.adapter.spi.*;\n"
                + "public class " + type.substring(dot + 1) + " implements AdapterFactory {\n"
                + body + "\n"
                + "  public String engine() { return " + engine + "; }\n"
                + "  public AdapterDescriptor descriptor() {\n"
                + "    return AdapterDescriptor.builder(\"Tiny\", \"1.0\", " + generation + ").build();\n"
                + "  }\n"
                + "  public WorkerAdapter create(AdapterConfig config) {\n"
                + "    " + create + "\n"
                + "  }\n"
                + "}\n";
    }

    /** A module that provides a factory. */
    static String module(String name, String type, String... required) {
        return "module " + name + " { requires io.llamaorch.adapter.spi;"
                + Stream.of(required).map(other -> " requires " + other + ";").collect(Collectors.joining())
                + " provides io.llamaorch.adapter.spi.AdapterFactory with " + type + "; }";
    }

    /** An adapter that answers every task with one word. */
    static String worker(String type) {
        int dot = type.lastIndexOf('.');
        return """
                package %s;
                import io.llamaorch.adapter.spi.*;
                import java.util.concurrent.*;
                public class %s implements WorkerAdapter {
                  private final RunningStreams streams;
                  public %2$s(AdapterConfig config) {
                    streams = RunningStreams.create("tiny", config, StreamLimits.DEFAULT);
                  }
                  public CompletionStage<WorkerHealth> health() {
                    return CompletableFuture.completedStage(WorkerHealth.healthy("it answers"));
                  }
                  public CompletionStage<WorkerProperties> properties() {
                    return CompletableFuture.completedStage(WorkerProperties.builder().slots(1).build());
                  }
                  public TokenStream submit(TaskRequest task) {
                    return streams.open(task, emitter -> {
                      emitter.started("tiny", StartDetails.NONE);
                      emitter.token("hello");
                      emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                    });
                  }
                  public Cancellation cancel(String jobId) { return streams.cancel(jobId); }
                  public void close() { streams.close(); }
                }
                """.formatted(type.substring(0, dot), type.substring(dot + 1));
    }

    Path onModulePath(String module, String engine) {
        return onModulePath(module, module + ".Factory", factory(module + ".Factory", engine));
    }

    Path onModulePath(String module, String type, String source) {
        return jars.jar(module)
                .source("module-info", module(module, type))
                .source(type, source)
                .build();
    }

    Path onClassPath(String packageName, String engine) {
        return onClassPath(packageName, packageName + ".Factory", factory(packageName + ".Factory", engine));
    }

    Path onClassPath(String name, String type, String source) {
        return jars.jar(name).source(type, source).services(type).build();
    }
}
