package io.llamaorch.adapter.registry.it;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** Compiles small sources and packs them. */
final class Jars {

    private final Path folder;

    Jars(Path folder) {
        this.folder = folder;
    }

    /** The jars of these modules, as the running JVM found them. */
    static List<Path> of(String... modules) {
        return Stream.of(modules)
                .map(name -> ModuleLayer.boot().configuration().findModule(name).orElseThrow())
                .map(module -> module.reference().location().orElseThrow())
                .map((URI location) -> Path.of(location))
                .toList();
    }

    static List<Path> host() {
        return of("io.llamaorch.adapter.registry", "io.llamaorch.adapter.spi", "org.slf4j", "tools.jackson.core");
    }

    static String join(List<Path> paths) {
        return String.join(
                File.pathSeparator, paths.stream().map(Path::toString).toList());
    }

    Source jar(String name) {
        return new Source(name);
    }

    /** What becomes one jar. */
    final class Source {
        private final String name;
        private final Map<String, String> sources = new LinkedHashMap<>();
        private final Map<String, String> files = new LinkedHashMap<>();
        private final List<String> left = new ArrayList<>();

        private Source(String name) {
            this.name = name;
        }

        /** Adds a compilation unit, {@code p.Name} or {@code module-info}. */
        Source source(String type, String text) {
            sources.put(type, text);
            return this;
        }

        /** Adds the file by which the class path finds providers. */
        Source services(String... providers) {
            files.put("META-INF/services/io.llamaorch.adapter.spi.AdapterFactory", String.join("\n", providers) + "\n");
            return this;
        }

        /** Compiles a class, but leaves it out of the jar. */
        Source without(String type) {
            left.add(type.replace('.', '/') + ".class");
            return this;
        }

        Path build() {
            try {
                return write(compile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Path compile() throws IOException {
            Path in = folder.resolve(name + "-src");
            Path out = Files.createDirectories(folder.resolve(name + "-classes"));
            // With --release the compiler has a second file manager, which nobody closes and which keeps the jars open.
            List<String> arguments = new ArrayList<>(List.of("-source", "17", "-target", "17", "-d", out.toString()));
            arguments.addAll(List.of(sources.containsKey("module-info") ? "-p" : "-cp", join(host())));
            for (Map.Entry<String, String> source : sources.entrySet()) {
                Path file = in.resolve(source.getKey().replace('.', '/') + ".java");
                Files.createDirectories(file.getParent());
                Files.writeString(file, source.getValue());
                arguments.add(file.toString());
            }
            if (sources.isEmpty()) {
                return out;
            }
            StringWriter complaints = new StringWriter();
            var compiler = ToolProvider.getSystemJavaCompiler();
            try (var manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
                int files = arguments.size() - sources.size();
                var units = manager.getJavaFileObjectsFromStrings(arguments.subList(files, arguments.size()));
                if (!compiler.getTask(complaints, manager, null, arguments.subList(0, files), null, units)
                        .call()) {
                    throw new AssertionError(complaints.toString());
                }
            }
            return out;
        }

        private Path write(Path classes) throws IOException {
            Path jar = folder.resolve(name + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                    Stream<Path> all = Files.walk(classes)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    String entry = classes.relativize(file).toString().replace('\\', '/');
                    if (!left.contains(entry)) {
                        put(out, entry, Files.readAllBytes(file));
                    }
                }
                for (Map.Entry<String, String> file : files.entrySet()) {
                    put(out, file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
                }
            }
            return jar;
        }

        private void put(JarOutputStream out, String entry, byte[] content) throws IOException {
            out.putNextEntry(new JarEntry(entry));
            out.write(content);
            out.closeEntry();
        }
    }
}
