package io.llamaorch.adapter.tck.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.llamaorch.adapter.spi.AdapterFactory;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The project in {@code docs/adapter-template} is the example under other names, compiles, and its tests run. */
@NoLeaks
class AdapterTemplateTest {

    private static final String PACKAGE = "com.example.myengine";
    private static final String TEST = PACKAGE + ".MyEngineConformanceTest";

    /** A few of the kit's tests, which are quick; the example runs all of them. */
    private static final List<String> SOME = List.of(
            "evt01_streamThatEndsWell_hasItsEventsInOrder",
            "evt07_startAndEnd_tellWhatIsKnown",
            "cfg02_wrongOptions_areRefusedTogether",
            "hlt01_engineThatServes_isHealthy");

    @Test
    void template_comparedWithTheExample_differsInNamesOnly() throws IOException {
        Map<String, String> expected = contents(Sources.EXAMPLE);
        expected.remove("MyEngineChatTest.java"); // about a path that the kit's tasks do not take
        Map<String, String> copied = contents(Sources.TEMPLATE.resolve("src"));
        copied.remove("module-info.java");

        assertEquals(expected.keySet(), copied.keySet());
        expected.forEach((name, text) -> assertEquals(
                text,
                copied.get(name),
                () -> "copy " + name + " of the example to the template, with the other names"));
    }

    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        for (Path file : files(folder)) {
            contents.put(renamed(file.getFileName().toString()), renamed(Files.readString(file)));
        }
        return contents;
    }

    private static String renamed(String text) {
        return text.replace("io.llamaorch.adapter.tck.openai", PACKAGE)
                .replace("OpenAi", "MyEngine")
                .replace("\"openai", "\"myengine");
    }

    @Test
    @Tag("once")
    void template_whenCopied_compilesAndItsTestsRun(@TempDir Path folder) throws Exception {
        String libraries =
                System.getProperty("jdk.module.path", "") + File.pathSeparator + System.getProperty("java.class.path");
        Path main = folder.resolve("main");
        Path test = folder.resolve("test");
        compile(List.of("-p", libraries), main, files(Sources.TEMPLATE.resolve("src/main/java")));
        compile(
                List.of("-cp", main + File.pathSeparator + libraries),
                test,
                files(Sources.TEMPLATE.resolve("src/test/java")));

        URL[] classes = {
            main.toUri().toURL(), test.toUri().toURL(), services().toUri().toURL()
        };
        try (URLClassLoader loader = new URLClassLoader(classes, AdapterFactory.class.getClassLoader())) {
            TestExecutionSummary summary = run(loader.loadClass(TEST));

            StringWriter story = new StringWriter();
            summary.printFailuresTo(new PrintWriter(story));
            assertEquals(SOME.size(), summary.getTestsSucceededCount(), story::toString);
        }
    }

    private static Path services() {
        return Sources.TEMPLATE.resolve("src/main/resources");
    }

    private static TestExecutionSummary run(Class<?> test) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(SOME.stream().map(name -> selectMethod(test, name)).toList())
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return listener.getSummary();
    }

    private static void compile(List<String> paths, Path classes, List<Path> sources) {
        List<String> arguments = new ArrayList<>(paths);
        arguments.addAll(List.of("-proc:none", "-d", classes.toString()));
        sources.forEach(source -> arguments.add(source.toString()));
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int exit = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertTrue(exit == 0, said::toString);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
