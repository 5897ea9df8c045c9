package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A JVM of its own that discovers what is on its paths and tells. */
final class Launch {

    private static final String MAIN = """
            package app;
            import io.llamaorch.adapter.registry.AdapterRegistry;
            import java.nio.file.Path;
            import java.util.stream.Stream;
            public class Main {
                public static void main(String[] arguments) {
                    Path[] plugins = Stream.of(arguments).map(Path::of).toArray(Path[]::new);
                    AdapterRegistry registry = AdapterRegistry.discover(plugins);
                    System.out.println("engines " + registry.engines());
                    System.out.println(registry.report());
                }
            }
            """;

    private final Path folder;
    private final List<Path> modules = new ArrayList<>();
    private final List<Path> classes = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private String main = MAIN;
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    private Launch(Path folder) {
        this.folder = folder;
    }

    /** What a discovery found: its engines, and the lines of its report. */
    record Found(String engines, List<String> report) {

        /** The only line of the report that has this in it. */
        String line(String part) {
            List<String> lines =
                    report.stream().filter(line -> line.contains(part)).toList();
            assertEquals(1, lines.size(), "lines with '" + part + "' in " + report);
            return lines.get(0);
        }

        void assertLine(String part, String... others) {
            String line = line(part);
            for (String other : others) {
                assertTrue(line.contains(other), "'" + other + "' is not in: " + line);
            }
        }
    }

    static Launch in(Path folder) {
        return new Launch(folder);
    }

    Launch onModulePath(Path... jars) {
        modules.addAll(List.of(jars));
        return this;
    }

    Launch onClassPath(Path... jars) {
        classes.addAll(List.of(jars));
        return this;
    }

    /** Discovers what is in this folder too. */
    Launch plugins(Path directory) {
        arguments.add(directory.toString());
        return this;
    }

    /** Runs this class, app.Main, instead of one that discovers and tells. */
    Launch main(String source, Object... with) {
        main = source;
        Stream.of(with).map(Object::toString).forEach(arguments::add);
        return this;
    }

    Launch option(String... ofTheJvm) {
        options.addAll(List.of(ofTheJvm));
        return this;
    }

    /** Starts the program that is built into this run-time image. */
    Found asImage(Path image) {
        java = image.resolve("bin").resolve("java");
        return run(List.of("-m", "app/app.Main"));
    }

    /** The module of the program, compiled. */
    Path app() {
        return new Jars(folder)
                .jar("app")
                .source("module-info", "module app { requires io.llamaorch.adapter.registry; }")
                .source("app.Main", main)
                .build();
    }

    /** With the host's modules on the module path. */
    Found asModules() {
        modules.addAll(Jars.host());
        modules.add(app());
        List<String> command = new ArrayList<>(List.of("-p", Jars.join(modules)));
        if (!classes.isEmpty()) {
            command.addAll(List.of("-cp", Jars.join(classes)));
        }
        command.addAll(List.of("-m", "app/app.Main"));
        return run(command);
    }

    /** With everything on the class path. */
    Found asClasses() {
        classes.addAll(Jars.host());
        classes.add(new Jars(folder).jar("app").source("app.Main", main).build());
        return run(List.of("-cp", Jars.join(classes), "app.Main"));
    }

    /** With this library's modules on the module path, and the program on the class path. */
    Found asClassesAboveModules() {
        modules.addAll(Jars.host());
        classes.add(new Jars(folder).jar("app").source("app.Main", main).build());
        return run(List.of(
                "-p",
                Jars.join(modules),
                "--add-modules",
                "io.llamaorch.adapter.registry",
                "-cp",
                Jars.join(classes),
                "app.Main"));
    }

    private Found run(List<String> program) {
        List<String> command = new ArrayList<>(
                List.of(java.toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(program);
        command.addAll(arguments);
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                assertTrue(process.waitFor(90, TimeUnit.SECONDS), "the JVM did not end");
            } finally {
                process.destroyForcibly();
            }
            List<String> lines = Files.readAllLines(out);
            assertEquals(0, process.exitValue(), () -> lines + errors(err));
            assertTrue(!lines.isEmpty(), () -> "nothing was printed: " + errors(err));
            return new Found(lines.get(0), lines.subList(1, lines.size()));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String errors(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
