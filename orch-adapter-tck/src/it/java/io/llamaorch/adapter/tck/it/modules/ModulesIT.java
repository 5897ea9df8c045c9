package io.llamaorch.adapter.tck.it.modules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The modules are what they promise to be: strict, one exported package each, and fit for jlink where that is said. */
@NoLeaks
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ModulesIT {
    private static final Path MODULES = Path.of(System.getProperty("orch.home"), "modules");
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));
    private static final List<String> LINKED =
            List.of("io.llamaorch.adapter.spi", "io.llamaorch.adapter.registry", "io.llamaorch.adapter.llamacpp");

    @ParameterizedTest
    @ValueSource(strings = {"spi", "registry", "llamacpp", "tck"})
    void module_whenDescribed_isStrictAndExportsItsOwnPackageOnly(String name) {
        ModuleDescriptor module = descriptor("io.llamaorch.adapter." + name);

        assertFalse(module.isAutomatic() || module.isOpen());
        assertEquals(
                Set.of(module.name()),
                module.exports().stream().map(ModuleDescriptor.Exports::source).collect(Collectors.toSet()));
        assertTrue(module.exports().stream().noneMatch(ModuleDescriptor.Exports::isQualified), "exported to everybody");
    }

    @Test
    void spi_whenDescribed_requiresNothingAtRunTime() {
        assertEquals(
                Set.of("java.base"),
                descriptor("io.llamaorch.adapter.spi").requires().stream()
                        .filter(required -> !required.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
                        .map(ModuleDescriptor.Requires::name)
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"llamacpp", "tck"})
    void provider_whenDescribed_isNamedForTheClassPathToo(String name) throws IOException {
        var reference =
                ModuleFinder.of(MODULES).find("io.llamaorch.adapter." + name).orElseThrow();
        Set<String> provided = new TreeSet<>();
        reference.descriptor().provides().stream()
                .filter(provides -> provides.service().equals(AdapterFactory.class.getName()))
                .forEach(provides -> provided.addAll(provides.providers()));
        try (var reader = reference.open()) {
            String services = new String(
                    reader.open("META-INF/services/" + AdapterFactory.class.getName())
                            .orElseThrow()
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            assertEquals(
                    provided, new TreeSet<>(services.lines().map(String::strip).toList()));
        }
    }

    @Test
    void image_whenLinked_hasTheModulesAndNoAutomaticOne(@TempDir Path folder) throws Exception {
        Path image = folder.resolve("image");
        run(
                JAVA_HOME.resolve("bin/jlink"),
                "-p",
                MODULES.toString(),
                "--add-modules",
                String.join(",", LINKED),
                "--strip-debug",
                "--output",
                image.toString());

        List<String> modules = run(image.resolve("bin/java"), "--list-modules")
                .lines()
                .map(line -> line.replaceFirst("@.*", ""))
                .toList();
        assertTrue(modules.containsAll(LINKED), modules::toString);
        assertFalse(modules.contains("java.net.http"), modules::toString);
    }

    private static ModuleDescriptor descriptor(String name) {
        return ModuleFinder.of(MODULES).find(name).orElseThrow().descriptor();
    }

    private static String run(Path program, String... arguments) throws Exception {
        Process process = new ProcessBuilder(Stream.concat(Stream.of(program.toString()), List.of(arguments).stream())
                        .toList())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        return printed;
    }
}
