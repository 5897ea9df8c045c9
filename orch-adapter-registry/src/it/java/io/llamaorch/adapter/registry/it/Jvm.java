package io.llamaorch.adapter.registry.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a small orchestrator in a JVM of its own, with adapters on its paths. */
final class Jvm {

    private static final int SECONDS = 60;
    private static final String PROBE = "orchestrator";
    private static final List<String> LIBRARY =
            List.of("io.llamaorch.adapter.registry", "io.llamaorch.adapter.spi", "org.slf4j");

    /** Discovers, tells what came of it, and asks for one engine. */
    private static final String SOURCE = """
            package orchestrator;
            import io.llamaorch.adapter.registry.*;
            public class Probe {
                public static void main(String[] asked) {
                    AdapterRegistry registry = AdapterRegistry.discover();
                    registry.engines().forEach(engine -> System.out.println("ENGINE " + engine));
                    registry.report().adapters().forEach(System.out::println);
                    try {
                        registry.factory(asked[0]);
                        System.out.println("FOUND " + asked[0]);
                    } catch (io.llamaorch.adapter.spi.WorkerException e) {
                        System.out.println(e.error());
                    }
                }
            }
            """;

    private Jvm() {}

    /**
     * What a run said.
     *
     * @param engines what loaded
     * @param rejected a line for each that was rejected
     * @param text all of it
     */
    record Run(List<String> engines, List<String> rejected, String text) {}

    /** The jars of the registry and of what it needs, as this JVM has them. */
    static String library() {
        return LIBRARY.stream().map(Jvm::location).collect(Collectors.joining(File.pathSeparator));
    }

    /** {@code java -p …: -m …}: nothing is named but the folder that adapters are dropped into. */
    static Run onModulePath(Path work, String asked, Path... adapters) throws IOException, InterruptedException {
        Path app = probe(work, true);
        return run(work, asked, "-p", path(library(), app, adapters), "-m", PROBE + "/" + PROBE + ".Probe");
    }

    /** {@code java -cp …}, with the registry itself on the class path. */
    static Run onClassPath(Path work, String asked, Path... adapters) throws IOException, InterruptedException {
        Path app = probe(work, false);
        return run(work, asked, "-cp", path(library(), app, adapters), PROBE + ".Probe");
    }

    /** The registry and the orchestrator on the module path, adapters on the class path. */
    static Run onBothPaths(Path work, String asked, Path modules, Path... jars)
            throws IOException, InterruptedException {
        Path app = probe(work, true);
        return run(
                work,
                asked,
                "-p",
                path(library(), app, modules),
                "-cp",
                Arrays.stream(jars).map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                "-m",
                PROBE + "/" + PROBE + ".Probe");
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Run run(Path work, String asked, String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(work, "output", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(arguments));
        command.add(asked);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("the JVM hangs: " + Files.readString(output));
        }
        String text = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("the JVM ended with " + process.exitValue() + ": " + text);
        }
        return new Run(after(text, "ENGINE "), after(text, "REJECTED "), text);
    }

    private static List<String> after(String text, String start) {
        return text.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .toList();
    }

    private static String path(String library, Path app, Path... more) {
        return Stream.concat(
                        Stream.of(library, app.toString()), Arrays.stream(more).map(Path::toString))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String location(String module) {
        return ModuleLayer.boot()
                .configuration()
                .findModule(module)
                .orElseThrow()
                .reference()
                .location()
                .map(uri -> Path.of(uri).toString())
                .orElseThrow();
    }

    private static Path probe(Path work, boolean module) throws IOException {
        TestJar jar = new TestJar(PROBE).source(PROBE + ".Probe", SOURCE);
        return (module ? jar.requires("io.llamaorch.adapter.registry") : jar)
                .into(Files.createTempDirectory(work, PROBE));
    }
}
