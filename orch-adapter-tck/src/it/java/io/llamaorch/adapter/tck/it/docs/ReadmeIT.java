package io.llamaorch.adapter.tck.it.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is compiled as it stands there, and run on the module path against the scripted engine. */
@NoLeaks
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReadmeIT {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String URL = "http://127.0.0.1:8080";

    @Test
    void example_whenRunAgainstAnEngine_printsItsText(@TempDir Path folder) throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("..", "README.md")));
        assertTrue(example.find(), "the README has an example");
        try (ScriptedEngine engine = ScriptedEngine.builder().start()) {
            assertTrue(example.group(1).contains(URL));
            Path source = Files.writeString(
                    folder.resolve("Example.java"),
                    "import io.llamaorch.adapter.registry.*;\nimport io.llamaorch.adapter.spi.*;\n"
                            + "class Example { public static void main(String[] arguments) {\n"
                            + example.group(1).replace(URL, engine.url().toString()) + "}}\n");
            String modules = Path.of(System.getProperty("orch.home"), "modules").toString();
            StringWriter complaints = new StringWriter();
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            try (var files = compiler.getStandardFileManager(null, null, null)) {
                List<String> options =
                        List.of("-p", modules, "--add-modules", "io.llamaorch.adapter.registry", "-d", "" + folder);
                boolean compiled = compiler.getTask(
                                complaints, files, null, options, null, files.getJavaFileObjects(source))
                        .call();
                assertTrue(compiled, complaints::toString);
            }

            Process run = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-p",
                            modules,
                            "--add-modules",
                            "io.llamaorch.adapter.registry",
                            "-cp",
                            folder.toString(),
                            "Example")
                    .redirectError(new File(folder.toFile(), "errors"))
                    .start();
            String printed = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertEquals(0, run.waitFor(), () -> read(folder.resolve("errors")));
            assertTrue(printed.length() > 100, printed);
            assertTrue(engine.tokensGenerated() > 30, "the engine was asked: " + engine.tokensGenerated());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
