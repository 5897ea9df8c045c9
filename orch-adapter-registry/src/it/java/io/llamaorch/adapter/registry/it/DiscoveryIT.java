package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-01 and REG-07: adapters are found wherever the JVM can have them, by the name of their engine. */
class DiscoveryIT {

    @TempDir
    Path work;

    @Test
    void modulePath_whenTwoAdaptersAreDroppedIn_findsBothAndTellsWhere() throws IOException, InterruptedException {
        Path folder = work.resolve("adapters");
        new TestJar("alpha.adapter").module().factory("alpha.Factory", "alpha").into(folder);
        new TestJar("beta.adapter").module().factory("beta.Factory", "beta").into(folder);

        Jvm.Run run = Jvm.onModulePath(work, "alpha", folder);

        assertEquals(List.of("alpha", "beta"), run.engines());
        assertTrue(run.text().contains("FOUND alpha"), run.text());
        String jar = folder.resolve("alpha.adapter.jar").toFile().toURI().toString();
        assertTrue(
                run.text().contains("LOADED alpha 1.0 (alpha.Factory) from module alpha.adapter in " + jar),
                run.text());
    }

    @Test
    void classPath_whenAJarNamesTwoFactories_findsBoth() throws IOException, InterruptedException {
        Path jar = new TestJar("both")
                .factory("both.First", "first")
                .factory("both.Second", "second")
                .into(work);

        Jvm.Run run = Jvm.onClassPath(work, "second", jar);

        assertEquals(List.of("first", "second"), run.engines());
        assertTrue(
                run.text()
                        .contains("LOADED first 1.0 (both.First) from the class path in "
                                + jar.toFile().toURI()),
                run.text());
    }

    @Test
    void bothPaths_whenEachHasAnAdapter_findsBothOnce() throws IOException, InterruptedException {
        Path folder = work.resolve("adapters");
        new TestJar("alpha.adapter").module().factory("alpha.Factory", "alpha").into(folder);
        Path jar = new TestJar("beta").factory("beta.Factory", "beta").into(work);

        Jvm.Run run = Jvm.onBothPaths(work, "alpha", folder, jar);

        assertEquals(List.of("alpha", "beta"), run.engines());
        assertEquals(List.of(), run.rejected());
        assertEquals(
                2, run.text().lines().filter(line -> line.startsWith("LOADED")).count(), run.text());
    }

    /** A provider method may give any type, so neither is told from the other by it. */
    @Test
    void modulePath_whenTwoProviderMethodsShareATypeOrAClass_findsAll() throws IOException, InterruptedException {
        String method = "public static io.llamaorch.adapter.spi.AdapterFactory provider() { return new %s(\"%s\"); }";
        TestJar jar =
                new TestJar("many.adapter").module().factory("many.Any", "any").source("many.Named", """
                package many;
                class Named extends Any {
                    private final String name;
                    Named(String name) { this.name = name; }
                    @Override public String engine() { return name; }
                }
                """);
        for (String engine : List.of("one", "two")) {
            String type = "many.Of" + engine;
            jar.provider(type)
                    .source(
                            type,
                            "package many; public class Of" + engine + " { " + method.formatted("Named", engine)
                                    + " }");
        }
        Path folder = work.resolve("adapters");
        jar.into(folder);

        Jvm.Run run = Jvm.onModulePath(work, "one", folder);

        assertEquals(List.of("any", "one", "two"), run.engines(), run.text());
    }

    @Test
    void lookup_whenMistyped_namesWhatExistsAndHints() throws IOException, InterruptedException {
        Path folder = work.resolve("adapters");
        new TestJar("llama.adapter")
                .module()
                .factory("llama.Factory", "llamacpp")
                .into(folder);
        new TestJar("beta.adapter").module().factory("beta.Factory", "beta").into(folder);

        Jvm.Run run = Jvm.onModulePath(work, "lamacpp", folder);

        assertTrue(
                run.text()
                        .contains("NOT_FOUND: there is no adapter for engine 'lamacpp', only for beta, llamacpp;"
                                + " did you mean 'llamacpp'?"),
                run.text());
    }

    @Test
    void lookup_whenThereIsNoAdapterAtAll_saysWhatToDo() throws IOException, InterruptedException {
        Jvm.Run run = Jvm.onModulePath(work, "llamacpp", Files.createDirectory(work.resolve("empty")));

        assertEquals(List.of(), run.engines());
        assertTrue(run.text().contains("no adapter for engine 'llamacpp', nor for any other: put"), run.text());
    }

    /** REG-08: a factory is made, an adapter is not. */
    @Test
    void discovery_whenItLooks_makesNoAdapter() throws IOException, InterruptedException {
        Path jar = new TestJar("alpha").factory("alpha.Factory", "alpha").into(work);

        Jvm.Run run = Jvm.onClassPath(work, "alpha", jar);

        assertFalse(run.text().contains("an adapter was created"), run.text());
    }
}
