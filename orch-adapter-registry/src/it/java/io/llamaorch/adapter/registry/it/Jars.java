package io.llamaorch.adapter.registry.it;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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

    private static final int MAJOR_VERSION_AT = 6;

    private final Path folder;
    private final Path work;

    Jars(Path folder) {
        this(folder, folder);
    }

    /** Jars for one folder, with sources and classes in another. */
    Jars(Path folder, Path work) {
        this.folder = folder;
        this.work = work;
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
        return of(
                "io.llamaorch.adapter.registry",
                "io.llamaorch.adapter.spi",
                "org.slf4j",
                "tools.jackson.core",
                "dev.failsafe.core");
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
        private final Map<String, Map<String, String>> replacements = new LinkedHashMap<>();
        private final Map<String, Integer> versions = new LinkedHashMap<>();
        private final List<String> left = new ArrayList<>();
        private final List<Path> libraries = new ArrayList<>();
        private final List<String> options = new ArrayList<>();

        private boolean host = true;

        private Source(String name) {
            this.name = name;
        }

        /** Compiles against these too. */
        Source against(Path... jars) {
            libraries.addAll(List.of(jars));
            return this;
        }

        /** Compiles against those only, not against the host. */
        Source withoutHost() {
            host = false;
            return this;
        }

        Source option(String... arguments) {
            options.addAll(List.of(arguments));
            return this;
        }

        /** Puts in a class of this name in place of the first; it is compiled by itself, with others that are left out. */
        Source replaced(String type, String text, String... others) {
            Map<String, String> all = new LinkedHashMap<>();
            all.put(type, text);
            for (int i = 0; i < others.length; i += 2) {
                all.put(others[i], others[i + 1]);
            }
            replacements.put(type, all);
            return this;
        }

        /** Makes a class file look as if it was compiled for this release of Java. */
        Source forJava(String type, int release) {
            versions.put(entry(type), release);
            return this;
        }

        Source file(String entry, String content) {
            files.put(entry, content);
            return this;
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
            left.add(entry(type));
            return this;
        }

        private String entry(String type) {
            return type.replace('.', '/') + ".class";
        }

        Path build() {
            try {
                Path classes = compile(name, sources);
                for (Map.Entry<String, Map<String, String>> other : replacements.entrySet()) {
                    String type = entry(other.getKey());
                    Files.copy(
                            compile(name + "-other", other.getValue()).resolve(type),
                            classes.resolve(type),
                            StandardCopyOption.REPLACE_EXISTING);
                }
                return write(classes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Path compile(String name, Map<String, String> sources) throws IOException {
            Path in = work.resolve(name + "-src");
            Path out = Files.createDirectories(work.resolve(name + "-classes"));
            // With --release the compiler has a second file manager, which nobody closes and which keeps the jars open.
            List<String> arguments = new ArrayList<>(List.of("-source", "17", "-target", "17", "-d", out.toString()));
            List<Path> path = new ArrayList<>(host ? host() : List.of());
            path.addAll(libraries);
            boolean modular = sources.containsKey("module-info");
            arguments.addAll(List.of(modular ? "-p" : "-cp", join(path)));
            if (modular) {
                arguments.addAll(options);
            }
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
            Path jar = Files.createDirectories(folder).resolve(name + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                    Stream<Path> all = Files.walk(classes)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    String entry = classes.relativize(file).toString().replace('\\', '/');
                    if (!left.contains(entry)) {
                        put(out, entry, versioned(entry, Files.readAllBytes(file)));
                    }
                }
                for (Map.Entry<String, String> file : files.entrySet()) {
                    put(out, file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
                }
            }
            return jar;
        }

        private byte[] versioned(String entry, byte[] type) {
            if (versions.containsKey(entry)) {
                ByteBuffer.wrap(type).putShort(MAJOR_VERSION_AT, (short) (44 + versions.get(entry)));
            }
            return type;
        }

        private void put(JarOutputStream out, String entry, byte[] content) throws IOException {
            out.putNextEntry(new JarEntry(entry));
            out.write(content);
            out.closeEntry();
        }
    }
}
