package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * REG-03: a broken provider beside a good one, for each fault that the JVM lets a program see on its own paths. They are
 * told as they are of plugins.
 */
@NoLeaks
class BrokenProviderIT {

    private static final Set<Fault> OF_BOTH = EnumSet.of(
            Fault.CLASS_MISSING,
            Fault.NOT_A_SUBTYPE,
            Fault.NO_CONSTRUCTOR,
            Fault.CONSTRUCTOR_THROWS,
            Fault.INITIALISER_THROWS,
            Fault.RECURSES,
            Fault.ENGINE_THROWS,
            Fault.DESCRIPTOR_THROWS,
            Fault.BAD_ENGINE_NAME,
            Fault.EXTENDS_A_MISSING_CLASS,
            Fault.OTHER_GENERATION,
            Fault.OTHER_SPI,
            Fault.CLASS_TOO_NEW);

    @TempDir
    Path folder;

    static Set<Fault> faultsOnTheClassPath() {
        Set<Fault> faults = EnumSet.copyOf(OF_BOTH);
        faults.addAll(
                EnumSet.of(Fault.MODULE_INFO_ONLY, Fault.PACKAGE_MISSING, Fault.MISSING_DEPENDENCY, Fault.JAR_TOO_NEW));
        return faults;
    }

    static Set<Fault> faultsOnTheModulePath() {
        Set<Fault> faults = EnumSet.copyOf(OF_BOTH);
        faults.add(Fault.SERVICES_ONLY);
        return faults;
    }

    @ParameterizedTest
    @MethodSource("faultsOnTheClassPath")
    void discover_onTheClassPath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onClassPath("good", "good");
        Found found = Launch.in(folder).onClassPath(jar(fault), good).asClasses();
        assertRejected(fault.asClasses, found, "from the class path in ");
    }

    @ParameterizedTest
    @MethodSource("faultsOnTheModulePath")
    void discover_onTheModulePath_rejectsItAndLoadsTheGoodOne(Fault fault) {
        Path good = new Adapters(new Jars(folder)).onModulePath("good", "good");
        Found found = Launch.in(folder).onModulePath(jar(fault), good).asModules();
        assertRejected(fault.asModules, found, "from module bad in ");
    }

    private Path jar(Fault fault) {
        return fault.jar(new Fault.Kit(fault, folder.resolve("bad"), folder.resolve("work")))
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
