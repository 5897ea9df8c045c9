package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * REG-03: a broken provider beside a good one, for each fault that the JVM lets a program see on its own paths. They are
 * told as they are of plugins.
 */
@Tag("once")
@NoLeaks
class BrokenProviderIT {

    @TempDir
    Path folder;

    static Stream<Fault> faultsOnTheClassPath() {
        return Stream.concat(
                Stream.of(ProviderFault.values()),
                Stream.of(
                        JarFault.MODULE_INFO_ONLY,
                        JarFault.PACKAGE_MISSING,
                        JarFault.MISSING_DEPENDENCY,
                        JarFault.JAR_TOO_NEW));
    }

    static Stream<Fault> faultsOnTheModulePath() {
        return Stream.concat(Stream.of(ProviderFault.values()), Stream.of(JarFault.SERVICES_ONLY));
    }

    @ParameterizedTest
    @MethodSource("faultsOnTheClassPath")
    void discover_onTheClassPath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onClassPath("good", "good");
        Found found = Launch.in(folder).onClassPath(jar(fault), good).asClasses();
        assertRejected(fault.told().asClasses(), found, "from the class path in ");
    }

    @ParameterizedTest
    @MethodSource("faultsOnTheModulePath")
    void discover_onTheModulePath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onModulePath("good", "good");
        Found found = Launch.in(folder).onModulePath(jar(fault), good).asModules();
        assertRejected(fault.told().asModules(), found, "from module bad in ");
    }

    private Path jar(Fault fault) {
        return fault.jar(new FaultKit(fault, folder.resolve("bad"), folder.resolve("work")))
                .build();
    }

    private static void assertRejected(String verdict, Found found, String place) {
        assertEquals("engines [good]", found.engines(), found.toString());
        assertEquals(2, found.report().size(), found.toString());
        found.assertLine("LOADED good");
        String line = found.line("REJECTED");
        assertTrue(line.endsWith(verdict.substring("REJECTED".length())), line);
        assertTrue(line.contains(place) && line.contains(".jar"), line);
    }
}
