package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A test that opens something says {@link NoLeaks}. */
class EveryTestIsCheckedTest {

    private static final List<String> MODULES =
            List.of("orch-adapter-spi", "orch-adapter-registry", "orch-adapter-llamacpp", "orch-adapter-tck");

    /** What opens something, or stands for what does. */
    private static final Pattern OPENS = Pattern.compile(
            "\\b(Thread|ServerSocket|Socket|Selector|MockWebServer|FakeEngine|Peer|Process|Launch|Jars"
                    + "|Executors?|ExecutorService|URLClassLoader|AdapterHost|RunningStreams|EmitterCore|TokenStream"
                    + "|ManualTime|TimeSource|Bench|ScriptedEngine|Wire|MockEngine|LlamaServer|OrchProcess|KitRun|AdapterConformance|\\w*Fixture|Deliveries)\\b|\\.submit\\(");

    private static final Pattern IMPORTS = Pattern.compile("import [^\n]*\n");

    /** TestNG runs these, which knows no extensions of JUnit. */
    private static final String BY_TESTNG = "PublisherVerificationTest.java";

    /** These are checked in another way, or cannot be. */
    private static final Set<String> EXEMPT = Set.of(
            // its engines live as long as the class, and their threads come as they are needed
            "DifferentialIT.java",
            "GatewayIT.java",
            "LiveConformanceTest.java",
            // jars of plugins stay open until they are collected
            "PluginLoadingIT.java",
            // they run what leaks
            "LeakCheckTest.java",
            "BrokenAdapterTest.java",
            "HopelessAdapterTest.java",
            "NaiveAdapterTest.java");

    @Test
    void tests_thatOpenSomething_areChecked() throws IOException {
        Path root = Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
        int seen = 0;
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src"))) {
                List<Path> tests = files.filter(EveryTestIsCheckedTest::isTest).toList();
                seen += tests.size();
                assertEquals(
                        List.of(),
                        tests.stream().filter(test -> !isChecked(test)).toList(),
                        "without @NoLeaks");
            }
        }
        assertTrue(seen > 50, "only " + seen + " tests were found");
    }

    private static boolean isTest(Path file) {
        String name = file.getFileName().toString();
        return (name.endsWith("Test.java") || name.endsWith("IT.java"))
                && !name.endsWith(BY_TESTNG)
                && !EXEMPT.contains(name);
    }

    private static boolean isChecked(Path test) {
        try {
            String text = IMPORTS.matcher(Files.readString(test)).replaceAll("");
            return text.contains("@NoLeaks") || !OPENS.matcher(text).find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
