package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * REG-02, REG-03: every fault in one plugin directory, with a good adapter among them, for a host of modules and for a host
 * on the class path.
 */
@NoLeaks
class PluginFaultsIT {

    @TempDir
    static Path folder;

    private static Found asModules;
    private static Found asClasses;

    @BeforeAll
    static void launch() throws IOException {
        Path plugins = folder.resolve("plugins");
        for (Fault fault : Fault.all()) {
            fault.build(new FaultKit(fault, plugins, folder.resolve("work")));
        }
        new Jars(plugins, folder.resolve("good"))
                .jar("good")
                .source("module-info", Adapters.module("good", "good.Factory"))
                .source("good.Factory", Adapters.factory("good.Factory", "good"))
                .services("good.Factory")
                .build();
        Files.writeString(plugins.resolve(".hidden.jar"), "left alone");
        Files.writeString(plugins.resolve("notes.txt"), "left alone");
        asModules = Launch.in(folder.resolve("modular")).plugins(plugins).asModules();
        asClasses = Launch.in(folder.resolve("unnamed"))
                .plugins(plugins)
                .option("--limit-modules", "java.base")
                .asClasses();
    }

    static List<Fault> faults() {
        return Fault.all();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void discover_whenTheHostConsistsOfModules_saysExactlyThis(Fault fault) {
        assertEquals(List.of(fault.told().asModules()), verdicts(fault, asModules));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void discover_whenTheHostIsOnTheClassPath_saysExactlyThis(Fault fault) {
        assertEquals(List.of(fault.told().asClasses()), verdicts(fault, asClasses));
    }

    @Test
    void discover_whenAllOthersAreBroken_loadsTheGoodOne() {
        for (Found found : List.of(asModules, asClasses)) {
            assertTrue(found.engines().contains("good"), found.toString());
        }
    }

    @Test
    void discover_whenAPluginIsFound_saysWhichItIs() {
        asModules.assertLine("LOADED good 1.0 (good.Factory) from module good in file:", "/plugins/good.jar");
        asClasses.assertLine(
                "LOADED good 1.0 (good.Factory) from plugin good.jar (class loader) in file:", "/plugins/good.jar");
    }

    @Test
    void discover_whenAFileIsHiddenOrNoJar_leavesItAlone() {
        for (Found found : List.of(asModules, asClasses)) {
            assertTrue(
                    found.report().stream().noneMatch(line -> line.contains("hidden") || line.contains("notes")),
                    found.toString());
        }
    }

    /** What the report says of a fault's plugin, without where that lies. */
    private static List<String> verdicts(Fault fault, Found found) {
        String start = folder.resolve("plugins").toUri().toString().replace("file:///", "file:/");
        return found.report().stream()
                .map(line -> line.replace(start, "file:/plugins/"))
                .filter(line -> isAbout(line, fault.key()))
                .map(PluginFaultsIT::verdict)
                .distinct()
                .toList();
    }

    private static boolean isAbout(String line, String key) {
        String place = line.substring(line.indexOf(" in file:/plugins/") + " in file:/plugins/".length());
        return Stream.of(key + ".jar", key + "/", key + ":", key + "-2.jar").anyMatch(place::startsWith);
    }

    private static String verdict(String line) {
        String verdict = line.substring(0, line.indexOf(' '));
        int end = line.indexOf(": ", line.indexOf(" in file:/plugins/"));
        return end < 0 ? verdict : verdict + line.substring(end);
    }
}
