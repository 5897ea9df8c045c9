package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-02: two adapters that need two versions of one library work in one JVM, and see nothing of the host's. */
@NoLeaks
class PluginIsolationIT {

    /** Prints what each adapter says of its library, its resource, its context class loader and the host's library. */
    private static final String MAIN = """
            package app;
            import io.llamaorch.adapter.registry.AdapterRegistry;
            import io.llamaorch.adapter.spi.AdapterConfig;
            import java.nio.file.Path;
            public class Main {
                public static void main(String[] arguments) {
                    ClassLoader before = Thread.currentThread().getContextClassLoader();
                    AdapterRegistry registry = AdapterRegistry.discover(Path.of(arguments[0]));
                    System.out.println("engines " + registry.engines());
                    for (String engine : registry.engines()) {
                        try {
                            registry.factory(engine).create(AdapterConfig.builder().build());
                        } catch (IllegalArgumentException e) {
                            System.out.println(engine + " " + e.getMessage());
                        }
                    }
                    System.out.println("put back " + (before == Thread.currentThread().getContextClassLoader()));
                    registry.report().adapters().forEach(System.out::println);
                }
            }
            """;

    private static final String CREATE = """
            Class<?> ours = getClass();
                ClassLoader context = Thread.currentThread().getContextClassLoader();
                String word;
                try (java.io.InputStream in = ours.getResourceAsStream("/word.txt")) {
                  word = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                } catch (java.io.IOException e) {
                  throw new IllegalStateException(e);
                }
                String host;
                try {
                  host = Class.forName("hosts.Library", false, ours.getClassLoader()).getName();
                } catch (ClassNotFoundException e) {
                  host = "nothing";
                }
                String services = java.util.ServiceLoader.load(lib.Service.class).findFirst()
                    .map(lib.Service::name).orElse("none");
                throw new IllegalArgumentException("library " + new lib.Library().version() + ", word " + word
                    + ", context " + (context == ours.getClassLoader()) + ", service " + services
                    + ", of the host " + host + ", log " + org.slf4j.LoggerFactory.getILoggerFactory().getClass()
                        .getClassLoader().equals(AdapterFactory.class.getClassLoader()));""";

    @TempDir
    Path folder;

    private Path plugins;

    @BeforeEach
    void build() throws IOException {
        plugins = folder.resolve("plugins");
        plugin("one", 1);
        plugin("two", 2);
    }

    @Test
    void create_whenTwoVersionsOfALibraryAreNeeded_eachAdapterHasItsOwn() {
        assertIsolated(Launch.in(folder.resolve("host"))
                .onModulePath(hostsLibrary())
                .option("--add-modules", "hosts")
                .main(MAIN, plugins)
                .asModules());
    }

    @Test
    void create_whenTheHostIsOnTheClassPath_eachAdapterHasItsOwn() {
        assertIsolated(Launch.in(folder.resolve("host"))
                .onClassPath(hostsLibrary())
                .main(MAIN, plugins)
                .asClasses());
    }

    @Test
    void create_whenOnlyTheProgramIsOnTheClassPath_eachAdapterHasItsOwn() {
        assertIsolated(Launch.in(folder.resolve("host"))
                .onClassPath(hostsLibrary())
                .main(MAIN, plugins)
                .asClassesAboveModules());
    }

    private static void assertIsolated(Found found) {
        assertEquals("engines [one, two]", found.engines(), found.toString());
        assertEquals(
                "one library 1, word one, context true, service of 1, of the host nothing, log true",
                found.report().get(0));
        assertEquals(
                "two library 2, word two, context true, service of 2, of the host nothing, log true",
                found.report().get(1));
        assertEquals("put back true", found.report().get(2));
        assertEquals(5, found.report().size(), found.toString());
    }

    /** Has a package of the plugins' too, which must not be taken from here. */
    private Path hostsLibrary() {
        return new Jars(folder.resolve("hosts"))
                .jar("hosts")
                .source("module-info", "module hosts { exports hosts; exports lib; }")
                .source("hosts.Library", "package hosts; public class Library {}")
                .source("lib.Library", "package lib; public class Library { public int version() { return 0; } }")
                .build();
    }

    private void plugin(String name, int version) {
        Jars jars = new Jars(plugins.resolve(name), folder.resolve(name));
        Path library = jars.jar("lib-" + version)
                .source("module-info", "module lib { exports lib; uses lib.Service; }")
                .source(
                        "lib.Library",
                        "package lib; public class Library { public int version() { return " + version + "; } }")
                .source("lib.Service", "package lib; public interface Service { String name(); }")
                .build();
        jars.jar("service")
                .source("module-info", "module service { requires lib; provides lib.Service with service.Only; }")
                .source(
                        "service.Only",
                        "package service; public class Only implements lib.Service { public String name() { return"
                                + " \"of " + version + "\"; } }")
                .file("META-INF/services/lib.Service", "service.Only")
                .file("word.txt", "another's")
                .against(library)
                .build();
        jars.jar("adapter")
                .source(
                        "module-info",
                        Adapters.module("adapter", "adapter.Factory", "lib", "org.slf4j")
                                .replace(" provides", " uses lib.Service; provides"))
                .source(
                        "adapter.Factory",
                        Adapters.factory("adapter.Factory", "\"" + name + "\"", Adapters.GENERATION, "", CREATE))
                .services("adapter.Factory")
                .file("word.txt", name)
                .against(library)
                .build();
    }
}
