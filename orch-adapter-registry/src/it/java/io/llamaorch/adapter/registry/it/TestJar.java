package io.llamaorch.adapter.registry.it;

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
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A jar that a test compiles from source: an adapter, or an orchestrator, as somebody else would build it. */
final class TestJar {

    private static final String SERVICE = "io.llamaorch.adapter.spi.AdapterFactory";

    private final String name;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final List<String> providers = new ArrayList<>();
    private final List<String> dropped = new ArrayList<>();
    private String requires = "";

    TestJar(String name) {
        this.name = name;
    }

    /** Makes it a module, named like the jar, that knows the SPI only; without this it is a jar for the class path. */
    TestJar module() {
        return requires("io.llamaorch.adapter.spi");
    }

    /** Makes it a module that requires another one. */
    TestJar requires(String moduleName) {
        requires = moduleName;
        return this;
    }

    TestJar source(String type, String text) {
        sources.put(type, text);
        return this;
    }

    /** Adds a factory that is right in every way. */
    TestJar factory(String type, String engine) {
        return factory(type, engine, "", "io.llamaorch.adapter.spi.AdapterDescriptor.SPI_GENERATION");
    }

    /** Adds a factory with statements of its own in it, and what it says of its SPI generation. */
    TestJar factory(String type, String engine, String members, String generation) {
        int dot = type.lastIndexOf('.');
        String simple = type.substring(dot + 1);
        return provider(type).source(type, """
                        package %s;
                        import io.llamaorch.adapter.spi.*;
                        public class %s implements AdapterFactory {
                            %s
                            public String engine() { return "%s"; }
                            public AdapterDescriptor descriptor() {
                                return AdapterDescriptor.builder("Test", "1.0", %s).build();
                            }
                            public WorkerAdapter create(AdapterConfig config) {
                                System.out.println("an adapter was created");
                                throw new IllegalArgumentException("url is missing");
                            }
                        }
                        """.formatted(type.substring(0, dot), simple, members, engine, generation));
    }

    TestJar provider(String type) {
        providers.add(type);
        return this;
    }

    /** Compiles a class and leaves it out of the jar. */
    TestJar without(String type) {
        dropped.add(type.replace('.', '/') + ".class");
        return this;
    }

    /** Compiles the sources against what this JVM itself has, and puts the jar into a folder. */
    Path into(Path folder) throws IOException {
        Path classes = Files.createTempDirectory("classes");
        try {
            compile(classes);
            return pack(classes, Files.createDirectories(folder).resolve(name + ".jar"));
        } finally {
            Jvm.delete(classes);
        }
    }

    private boolean isModule() {
        return !requires.isEmpty();
    }

    private void compile(Path classes) {
        Map<String, String> all = new LinkedHashMap<>(sources);
        if (isModule()) {
            String provides =
                    providers.isEmpty() ? "" : "provides " + SERVICE + " with " + String.join(", ", providers) + ";";
            all.put("module-info", "module " + name + " { requires " + requires + "; " + provides + " }");
        }
        List<String> options = List.of(
                "-d", classes.toString(), isModule() ? "-p" : "-cp", Jvm.library(), "-proc:none", "--release", "17");
        StringWriter said = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> units = all.entrySet().stream()
                .<JavaFileObject>map(source -> new Source(source.getKey(), source.getValue()))
                .toList();
        if (!units.isEmpty()
                && !compiler.getTask(said, null, null, options, null, units).call()) {
            throw new IllegalStateException("the fixture does not compile: " + said);
        }
    }

    private Path pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String entry = classes.relativize(file).toString().replace('\\', '/');
                if (!dropped.contains(entry)) {
                    out.putNextEntry(new JarEntry(entry));
                    out.write(Files.readAllBytes(file));
                }
            }
            if (!isModule()) {
                out.putNextEntry(new JarEntry("META-INF/services/" + SERVICE));
                out.write((String.join("\n", providers) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return jar;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String type, String text) {
            super(URI.create("string:///" + type.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
