package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Verdict;
import io.llamaorch.adapter.registry.DiscoveryReport;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.spi.WorkerAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-04, REG-06: plugins that come and go at run time. Their jars stay open until they are collected. */
class PluginLoadingIT {

    @TempDir
    Path folder;

    private final AdapterRegistry registry = AdapterRegistry.empty();
    private Path plugins;

    @BeforeEach
    void setUp() {
        plugins = folder.resolve("plugins");
    }

    @Test
    void load_whenItIsGood_isThereAndTold() {
        Path jar = plugin("tiny.a", "alpha");
        DiscoveryReport report = registry.load(jar);
        assertEquals(Set.of("alpha"), registry.engines());
        assertEquals("alpha", registry.factory("alpha").engine());
        DiscoveredAdapter entry = only(report);
        assertEquals(Verdict.LOADED, entry.verdict());
        assertEquals("tiny.a", entry.origin().module());
        assertEquals("plugin tiny.a.jar", entry.origin().layer());
        assertEquals("file:" + jar, entry.origin().location());
        assertEquals(report.toString(), registry.report().toString());
    }

    @Test
    void load_whenTheEngineIsServed_isRejectedWithBothOrigins() {
        registry.load(plugin("tiny.a", "same"));
        AdapterFactory first = registry.factory("same");
        DiscoveredAdapter entry = only(registry.load(plugin("tiny.b", "same")));
        assertEquals(Verdict.REJECTED, entry.verdict());
        assertEquals(
                "2 providers serve engine 'same': tiny.a.Factory from module tiny.a in file:" + plugins
                        + "/tiny.a.jar and tiny.b.Factory from module tiny.b in file:" + plugins + "/tiny.b.jar",
                entry.reason());
        assertEquals("keep one of them: unregister the one that is loaded, or leave this one out", entry.remedy());
        assertSame(first, registry.factory("same"));
        assertEquals(2, registry.report().adapters().size());
    }

    @Test
    void load_whenOneOfItsEnginesIsServed_loadsTheOther() {
        registry.load(plugin("tiny.a", "one"));
        registry.load(pluginOfTwo());
        assertEquals(Set.of("one", "two"), registry.engines());
        assertEquals(1, registry.report().rejected().size());
    }

    @Test
    void load_whenItServesOneEngineTwice_rejectsBoth() {
        new Adapters(new Jars(plugins.resolve("pair"), folder.resolve("work"))).onModulePath("tiny.a", "same");
        new Adapters(new Jars(plugins.resolve("pair"), folder.resolve("work"))).onModulePath("tiny.b", "same");
        DiscoveryReport report = registry.load(plugins.resolve("pair"));
        assertEquals(2, report.rejected().size());
        assertEquals(Set.of(), registry.engines());
    }

    @Test
    void load_whenItWasMended_forgetsWhatWasWrong() throws IOException {
        Path jar = plugin("tiny.a", "alpha");
        byte[] good = Files.readAllBytes(jar);
        Files.writeString(jar, "this is no jar");
        assertEquals(1, registry.load(jar).rejected().size());
        assertEquals(1, registry.report().rejected().size());
        Files.write(jar, good);
        registry.load(jar);
        assertEquals(List.of(), registry.report().rejected());
        assertEquals(Set.of("alpha"), registry.engines());
    }

    @Test
    void load_whenThereIsNoSuchFile_saysSo() {
        DiscoveredAdapter entry = only(registry.load(folder.resolve("gone.jar")));
        assertEquals(Verdict.REJECTED, entry.verdict());
        assertEquals("there is no such file or folder", entry.reason());
        assertEquals("name a jar, or a folder of jars", entry.remedy());
    }

    @Test
    void load_whenItIsNeitherJarNorFolder_saysSo() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "notes");
        assertEquals(
                "it is neither a jar nor a folder", only(registry.load(file)).reason());
    }

    @Test
    void load_afterTheOldVersionWasUnregistered_tellsOfBothUntilTheOldIsGone() {
        Path jar = plugin("tiny.a", "alpha");
        registry.load(jar);
        AdapterFactory old = registry.unregister("alpha").orElseThrow();
        registry.load(jar);
        List<DiscoveredAdapter> entries = registry.report().adapters();
        assertEquals(
                List.of(Verdict.LOADED, Verdict.REMOVED),
                entries.stream().map(DiscoveredAdapter::verdict).toList());
        assertEquals("alpha", old.engine()); // which holds it
    }

    @Test
    void load_whenTwoOfOneEngineComeAtOnce_loadsExactlyOne() throws Exception {
        Path a = plugin("tiny.a", "same");
        Path b = plugin("tiny.b", "same");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int i = 0; i < 20; i++) {
                CyclicBarrier start = new CyclicBarrier(2);
                Future<DiscoveryReport> one = threads.submit(() -> load(a, start));
                Future<DiscoveryReport> other = threads.submit(() -> load(b, start));
                int rejected =
                        one.get().rejected().size() + other.get().rejected().size();
                assertEquals(1, rejected, registry.report().toString());
                registry.unregister("same").orElseThrow();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private DiscoveryReport load(Path jar, CyclicBarrier start) throws Exception {
        start.await();
        return registry.load(jar);
    }

    @Test
    void load_whenALibraryIsNoModule_usesIt() {
        Jars jars = new Jars(plugins.resolve("tiny"), folder.resolve("work"));
        Path deep = jars.jar("deep-lib-2.0")
                .source("deep.Library", "package deep; public class Library { public static String NAME = \"alpha\"; }")
                .build();
        Path old = jars.jar("old-lib-1.0")
                .source(
                        "old.Library",
                        "package old; public class Library { public static String name() {"
                                + " return deep.Library.NAME; } }")
                .against(deep)
                .build();
        jars.jar("tiny")
                .source("module-info", Adapters.module("tiny", "tiny.Factory", "old.lib"))
                .source("tiny.Factory", Adapters.factory("tiny.Factory", "old.Library.name()", Adapters.GENERATION, ""))
                .against(old, deep)
                .build();
        assertEquals(
                Verdict.LOADED, only(registry.load(plugins.resolve("tiny"))).verdict());
        assertEquals(Set.of("alpha"), registry.engines());
    }

    @Test
    void load_whenItsJarWasReplaced_readsTheNewOne() throws IOException {
        Path first = Files.move(pluginNamedByAResource("alpha"), folder.resolve("first"));
        Path jar = pluginNamedByAResource("beta");
        Path second = Files.move(jar, folder.resolve("second"));
        Files.move(first, jar);
        registry.load(jar);
        registry.unregister("alpha");
        Files.move(second, jar, StandardCopyOption.REPLACE_EXISTING);
        registry.load(jar);
        assertEquals(Set.of("beta"), registry.engines());
    }

    @Test
    void unregister_whenItsFactoryIsStillHeld_letsThatWorkOn() {
        Path jar = new Jars(plugins, folder.resolve("work"))
                .jar("tiny")
                .source("module-info", Adapters.module("tiny", "tiny.Factory"))
                .source(
                        "tiny.Factory",
                        Adapters.factory(
                                "tiny.Factory", "\"tiny\"", Adapters.GENERATION, "", "return new Worker(config);"))
                .source("tiny.Worker", Adapters.worker("tiny.Worker"))
                .build();
        registry.load(jar);
        AdapterFactory held = registry.unregister("tiny").orElseThrow();
        try (WorkerAdapter late = held.create(AdapterConfig.builder().build())) { // its class is only loaded now
            assertEquals("tiny.Worker", late.getClass().getName());
        }
    }

    @Test
    void unregister_whenItsPluginServesAnother_saysWhichKeepsIt() {
        registry.load(pluginOfTwo());
        registry.unregister("one");
        assertEquals(Set.of("two"), registry.engines());
        DiscoveredAdapter removed = registry.report().adapters().get(1);
        assertEquals(Verdict.REMOVED, removed.verdict());
        assertEquals("it was removed, but its plugin also serves engine 'two', which was not", removed.reason());
        assertEquals("unregister that one too", removed.remedy());
    }

    @Test
    void discover_whenADirectoryDoesNotExist_saysSoAndFindsTheOthers() {
        plugin("tiny.a", "alpha");
        AdapterRegistry found = AdapterRegistry.discover(folder.resolve("gone"), plugins);
        assertEquals(Set.of("alpha"), found.engines());
        DiscoveredAdapter entry = found.report().rejected().get(0);
        assertEquals("there is no such folder", entry.reason());
        assertEquals("make it, or name the folder that is meant", entry.remedy());
    }

    @Test
    void discover_whenNoDirectoryIsNamed_readsNone() {
        plugin("tiny.a", "alpha");
        assertTrue(AdapterRegistry.discover().engines().isEmpty());
    }

    @Test
    void discover_whenSeveralArePlugins_takesThemByName() {
        plugin("tiny.c", "gamma");
        new Adapters(new Jars(plugins.resolve("b"), folder.resolve("work"))).onModulePath("tiny.b", "beta");
        plugin("a", "alpha");
        assertEquals(
                List.of("alpha", "beta", "gamma"),
                AdapterRegistry.discover(plugins).report().adapters().stream()
                        .map(DiscoveredAdapter::engine)
                        .toList());
    }

    private Path plugin(String module, String engine) {
        return new Adapters(new Jars(plugins, folder.resolve("work"))).onModulePath(module, engine);
    }

    private Path pluginNamedByAResource(String engine) {
        String word = """
                static String word() {
                  try (java.io.InputStream in = Factory.class.getResourceAsStream("/word.txt")) {
                    return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                  } catch (java.io.IOException e) {
                    throw new IllegalStateException(e);
                  }
                }
                """;
        return new Jars(plugins, folder.resolve("work"))
                .jar("tiny")
                .source("module-info", Adapters.module("tiny", "tiny.Factory"))
                .source("tiny.Factory", Adapters.factory("tiny.Factory", "word()", Adapters.GENERATION, word))
                .file("word.txt", engine)
                .build();
    }

    private Path pluginOfTwo() {
        return new Jars(plugins, folder.resolve("work"))
                .jar("pair")
                .source("module-info", Adapters.module("pair", "pair.One").replace("pair.One", "pair.One, pair.Two"))
                .source("pair.One", Adapters.factory("pair.One", "one"))
                .source("pair.Two", Adapters.factory("pair.Two", "two"))
                .build();
    }

    private static DiscoveredAdapter only(DiscoveryReport report) {
        assertEquals(1, report.adapters().size(), report.toString());
        return report.adapters().get(0);
    }
}
