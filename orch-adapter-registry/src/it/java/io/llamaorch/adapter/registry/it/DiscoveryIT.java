package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discovery in a JVM as a user starts it. */
@NoLeaks
class DiscoveryIT {

    @TempDir
    Path folder;

    private Adapters adapters;

    @BeforeEach
    void setUp() {
        adapters = new Adapters(new Jars(folder));
    }

    @Test
    void discover_whenTwoModulesProvide_findsBothAndMakesNoAdapter() {
        Path a = adapters.onModulePath("tiny.a", "alpha");
        Path b = adapters.onModulePath("tiny.b", "beta");
        Found found = Launch.in(folder).onModulePath(a, b).asModules();
        assertEquals("engines [alpha, beta]", found.engines());
        assertEquals(2, found.report().size(), found.toString()); // a line more would be an adapter that was made
        found.assertLine("LOADED alpha 1.0 (tiny.a.Factory) from module tiny.a in ", a.toString());
        found.assertLine("LOADED beta 1.0 (tiny.b.Factory) from module tiny.b in ", b.toString());
    }

    @Test
    void discover_whenOnTheClassPath_findsAllAndMakesNoAdapter() {
        Path a = adapters.onClassPath("a", "alpha");
        Path b = adapters.onClassPath("b", "beta");
        Found found = Launch.in(folder).onClassPath(a, b).asClasses();
        assertEquals("engines [alpha, beta]", found.engines());
        assertEquals(2, found.report().size(), found.toString());
        found.assertLine("LOADED alpha 1.0 (a.Factory) from the class path in ", a.toString());
        found.assertLine("LOADED beta 1.0 (b.Factory) from the class path in ", b.toString());
    }

    @Test
    void discover_whenSomeAreModulesAndSomeAreNot_findsAll() {
        Path a = adapters.onModulePath("tiny.a", "alpha");
        Path b = adapters.onClassPath("b", "beta");
        Found found = Launch.in(folder).onModulePath(a).onClassPath(b).asModules();
        assertEquals("engines [alpha, beta]", found.engines());
        assertEquals(2, found.report().size(), found.toString());
        found.assertLine("LOADED alpha", "from module tiny.a");
        found.assertLine("LOADED beta", "from the class path");
    }

    @Test
    void discover_whenModulesHaveProviderMethods_findsEachOfThem() {
        String methods = "  public static AdapterFactory provider() { return new Factory(); }\n";
        Path a = adapters.onModulePath("tiny.a", "tiny.a.Factory", source("tiny.a.Factory", "alpha", methods));
        Path b = adapters.onModulePath("tiny.b", "tiny.b.Factory", source("tiny.b.Factory", "beta", methods));
        Found found = Launch.in(folder).onModulePath(a, b).asModules();
        assertEquals("engines [alpha, beta]", found.engines());
        found.assertLine("LOADED alpha 1.0 (tiny.a.Factory) from module tiny.a in ", a.toString());
        found.assertLine("LOADED beta 1.0 (tiny.b.Factory) from module tiny.b in ", b.toString());
        assertEquals(2, found.report().size(), found.toString());
    }

    @Test
    void discover_whenTwoServeOneEngine_rejectsBothAndNamesBoth() {
        Path a = adapters.onModulePath("tiny.a", "same");
        Path b = adapters.onClassPath("b", "same");
        Path good = adapters.onModulePath("tiny.good", "good");
        Found found = Launch.in(folder).onModulePath(a, good).onClassPath(b).asModules();
        assertEquals("engines [good]", found.engines());
        for (String type : new String[] {"tiny.a.Factory", "b.Factory"}) {
            found.assertLine(
                    "REJECTED same 1.0 (" + type + ")",
                    "2 providers serve engine 'same'",
                    "tiny.a.Factory from module tiny.a in file:" + a,
                    "b.Factory from the class path in file:" + b);
        }
    }

    @Test
    void discover_whenAServicesFileIsNoText_findsTheOthers() {
        Path bad = new Jars(folder).jar("bad").services("this is no name").build();
        Path good = adapters.onClassPath("good", "good");
        Found found = Launch.in(folder).onClassPath(bad, good).asClasses();
        assertEquals("engines [good]", found.engines());
        found.assertLine("REJECTED", "bad.jar");
        assertEquals(2, found.report().size(), found.toString());
    }

    @Test
    void discover_whenTwoProvidersCannotBeLinked_namesBoth() {
        Path good = adapters.onClassPath("good", "good");
        Launch launch = Launch.in(folder).onClassPath(good);
        for (String name : new String[] {"one", "two"}) {
            launch.onClassPath(new Jars(folder)
                    .jar(name)
                    .source(
                            name + ".Factory",
                            source(name + ".Factory", name, "").replace("implements", "extends gone.Needed implements"))
                    .source("gone.Needed", "package gone; public class Needed {}")
                    .without("gone.Needed")
                    .services(name + ".Factory")
                    .build());
        }
        Found found = launch.asClasses();
        assertEquals("engines [good]", found.engines());
        assertEquals(3, found.report().size(), found.toString());
        found.assertLine("REJECTED one.Factory", "one.jar", "a class that it needs is missing: gone.Needed");
        found.assertLine("REJECTED two.Factory", "two.jar", "a class that it needs is missing: gone.Needed");
    }

    @Test
    void discover_whenThereIsNothing_saysSo() {
        Found found = Launch.in(folder).asClasses();
        assertEquals("engines []", found.engines());
        assertTrue(found.report().contains("no adapter was found"), found.toString());
    }

    private static String source(String type, String engine, String body) {
        return Adapters.factory(type, "\"" + engine + "\"", "AdapterDescriptor.SPI_GENERATION", body);
    }
}
