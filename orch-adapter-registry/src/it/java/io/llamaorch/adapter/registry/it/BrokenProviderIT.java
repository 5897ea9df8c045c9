package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-03, REG-04 and REG-05: what is wrong with one provider costs that provider, and the report says what it is. */
class BrokenProviderIT {

    private static final String GENERATION = "io.llamaorch.adapter.spi.AdapterDescriptor.SPI_GENERATION";

    @TempDir
    Path work;

    /** Each broken provider comes before and after the good one, for a loader goes on differently from either. */
    @Test
    void classPath_whenProvidersAreBrokenInEveryWay_theGoodOneLoads() throws IOException, InterruptedException {
        Path missing = new TestJar("a-missing").provider("gone.Factory").into(work);
        Path alien = new TestJar("b-alien")
                .provider("alien.Thing")
                .source("alien.Thing", "package alien; public class Thing {}")
                .into(work);
        Path hollow = new TestJar("c-hollow")
                .factory("hollow.Factory", "hollow")
                .source("hollow.Base", "package hollow; public class Base {}")
                .source(
                        "hollow.Late",
                        "package hollow; public class Late extends Base implements"
                                + " io.llamaorch.adapter.spi.AdapterFactory {"
                                + " public String engine() { return \"late\"; }"
                                + " public io.llamaorch.adapter.spi.AdapterDescriptor descriptor() { return null; }"
                                + " public io.llamaorch.adapter.spi.WorkerAdapter create("
                                + "io.llamaorch.adapter.spi.AdapterConfig c) { return null; } }")
                .provider("hollow.Late")
                .without("hollow.Base")
                .into(work);
        Path good = new TestJar("d-good").factory("good.Factory", "good").into(work);
        Path throwing = new TestJar("e-throwing")
                .factory("t.Ctor", "ctor", "public Ctor() { throw new IllegalStateException(\"no key\"); }", GENERATION)
                .factory("t.Static", "static", "static final int X = Integer.parseInt(\"x\");", GENERATION)
                .factory("t.Deep", "deep", "public Deep() { deep(); } void deep() { deep(); }", GENERATION)
                .factory("t.Hidden", "hidden", "private Hidden() {}", GENERATION)
                .into(work);
        Path malformed = new TestJar("f-malformed").provider("not a class").into(work);

        Jvm.Run run = Jvm.onClassPath(work, "good", missing, alien, hollow, good, throwing, malformed);

        assertEquals(List.of("good", "hollow"), run.engines(), run.text());
        assertRejected(run, "gone.Factory", missing, "its class does not exist");
        assertRejected(run, "alien.Thing", alien, "it is no AdapterFactory, or one of another copy of the SPI");
        assertRejected(run, "hollow.Late", hollow, "a class that it needs is missing: hollow.Base");
        assertRejected(run, "t.Ctor", throwing, "making it failed: java.lang.IllegalStateException: no key");
        assertRejected(run, "t.Static", throwing, "making it failed: java.lang.NumberFormatException");
        assertRejected(run, "t.Deep", throwing, "making it failed: java.lang.StackOverflowError");
        assertRejected(run, "t.Hidden", throwing, "a public constructor that takes nothing");
        assertRejected(run, "", malformed, "line 1 of its META-INF/services file is malformed");
        assertEquals(8, run.rejected().size(), run.text());
    }

    @Test
    void modulePath_whenAModuleThrows_theOtherLoads() throws IOException, InterruptedException {
        Path folder = work.resolve("adapters");
        new TestJar("good.adapter").module().factory("good.Factory", "good").into(folder);
        Path bad = new TestJar("bad.adapter")
                .module()
                .factory("bad.Factory", "bad", "public Factory() { throw new AssertionError(\"broken\"); }", GENERATION)
                .into(folder);
        Path torn = new TestJar("torn.adapter")
                .module()
                .factory("torn.Factory", "torn")
                .source("torn.Other", "package torn; class Other {}")
                .without("torn.Factory")
                .into(folder);

        Jvm.Run run = Jvm.onModulePath(work, "good", folder);

        assertEquals(List.of("good"), run.engines(), run.text());
        assertRejected(run, "bad.Factory", bad, "making it failed: java.lang.AssertionError: broken");
        assertRejected(run, "torn.Factory", torn, "its class does not exist");
        assertTrue(run.rejected().stream().anyMatch(line -> line.contains("module torn.adapter")), run.text());
    }

    @Test
    void factory_whenItsAnswersAreWrong_isRejected() throws IOException, InterruptedException {
        Path jar = new TestJar("liar")
                .factory("liar.Shout", "LLAMA", "", GENERATION)
                .factory("liar.Future", "future", "", GENERATION + " + 1")
                .factory("liar.Mute", "mute", "", "Integer.parseInt(\"mute\")")
                .factory(
                        "liar.Old",
                        "old",
                        "static int old() { throw new NoSuchMethodError(\"AdapterDescriptor.of\"); }",
                        "old()")
                .into(work);

        Jvm.Run run = Jvm.onClassPath(work, "llama", jar);

        assertEquals(List.of(), run.engines());
        assertRejected(run, "liar.Shout", jar, "its engine's name is 'LLAMA'");
        assertRejected(run, "liar.Future", jar, "it was built for generation 2 of the SPI, and this host has 1");
        assertRejected(run, "liar.Mute", jar, "it threw java.lang.NumberFormatException");
        assertRejected(run, "liar.Old", jar, "it does not fit this host");
    }

    @Test
    void rivals_whenTwoProvidersServeOneEngine_areBothRejectedAndNamed() throws IOException, InterruptedException {
        Path folder = work.resolve("adapters");
        Path one = new TestJar("one.adapter")
                .module()
                .factory("one.Factory", "twin")
                .into(folder);
        Path two = new TestJar("two.adapter")
                .module()
                .factory("two.Factory", "twin")
                .into(folder);
        new TestJar("good.adapter").module().factory("good.Factory", "good").into(folder);

        Jvm.Run run = Jvm.onModulePath(work, "twin", folder);

        assertEquals(List.of("good"), run.engines());
        String both = "2 providers serve engine 'twin': one.Factory from module one.adapter in " + location(one)
                + " and two.Factory from module two.adapter in " + location(two);
        assertRejected(run, "one.Factory", one, both);
        assertRejected(run, "two.Factory", two, both);
    }

    private static String location(Path jar) {
        return jar.toFile().toURI().toString();
    }

    private static void assertRejected(Jvm.Run run, String provider, Path jar, String reason) {
        String found = run.rejected().stream()
                .filter(line -> line.contains(location(jar)) && line.contains(reason))
                .filter(line -> provider.isEmpty() || line.contains(provider))
                .findFirst()
                .orElse("");
        assertTrue(!found.isEmpty(), () -> "no line of " + provider + " with '" + reason + "' in: " + run.text());
    }
}
