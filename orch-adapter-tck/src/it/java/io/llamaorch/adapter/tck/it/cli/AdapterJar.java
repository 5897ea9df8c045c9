package io.llamaorch.adapter.tck.it.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Makes the jar of an adapter from source, as somebody outside would, against the assembled modules. */
final class AdapterJar {

    private AdapterJar() {}

    /**
     * Makes a jar of one module with one package, {@code outside.<engine>}, and one factory in it, {@code Factory}.
     *
     * @param home the assembled folder
     * @param engine the engine's name
     * @param factory the source of the factory's class, without the package
     * @param jar where to write it
     */
    static void write(Path home, String engine, String factory, Path jar) throws IOException {
        Path work = Files.createTempDirectory("adapter");
        Path sources = Files.createDirectories(work.resolve("src/outside/" + engine));
        Path module = Files.writeString(work.resolve("src/module-info.java"), """
                module outside.%1$s {
                    requires io.llamaorch.adapter.spi;
                    provides io.llamaorch.adapter.spi.AdapterFactory with outside.%1$s.Factory;
                }
                """.formatted(engine));
        Path type = Files.writeString(sources.resolve("Factory.java"), "package outside." + engine + ";\n" + factory);
        Path classes = Files.createDirectories(work.resolve("classes"));
        compile(home, classes, List.of(module, type));
        pack(classes, jar);
        delete(work);
    }

    private static void compile(Path home, Path classes, List<Path> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            // With --release the compiler has a second file manager, which nobody closes and which keeps the jars open.
            List<String> options = List.of(
                    "-source",
                    "17",
                    "-target",
                    "17",
                    "-d",
                    classes.toString(),
                    "-p",
                    home.resolve("modules").toString());
            boolean compiled = compiler.getTask(
                            said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            if (!compiled) {
                throw new AssertionError("the adapter does not compile: " + said);
            }
        }
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            for (Path path : all.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(path).toString().replace('\\', '/')));
                Files.copy(path, out);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
