package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.it.Launch.Found;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** REG-02, REG-03: a host that was linked into a run-time image finds plugins too, and tells what the image lacks. */
@NoLeaks
class LinkedImageIT {

    @TempDir
    Path folder;

    @Test
    void discover_whenTheHostIsAnImage_loadsPluginsAndSaysWhatTheImageLacks() throws IOException {
        Path plugins = folder.resolve("plugins");
        for (Fault fault : List.of(JarFault.MISSING_JDK_MODULE, JarFault.CORRUPT)) {
            fault.build(new FaultKit(fault, plugins, folder.resolve("work")));
        }
        new Adapters(new Jars(plugins, folder.resolve("good"))).onModulePath("good", "good");
        Launch launch = Launch.in(folder.resolve("host")).plugins(plugins);
        Found found = launch.asImage(image(launch.app()));
        assertEquals("engines [good]", found.engines(), found.toString());
        assertEquals(3, found.report().size(), found.toString());
        found.assertLine("LOADED good 1.0 (good.Factory) from module good in file:");
        found.assertLine("corrupt.jar", JarFault.CORRUPT.told().asModules().replace("REJECTED: ", ""));
        found.assertLine(
                "missing-jdk-module.jar",
                "it needs module java.sql of the JDK, which this run-time image does not have; build the image with"
                        + " --add-modules java.sql, or run the host on a whole JDK");
    }

    private Path image(Path app) {
        Path image = folder.resolve("image");
        List<Path> modules = new ArrayList<>(Jars.host());
        modules.add(app);
        StringWriter told = new StringWriter();
        PrintWriter out = new PrintWriter(told);
        int code = ToolProvider.findFirst("jlink")
                .orElseThrow()
                .run(
                        out,
                        out,
                        "-p",
                        Jars.join(modules),
                        "--add-modules",
                        "app",
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--output",
                        image.toString());
        assertEquals(0, code, told.toString());
        return image;
    }
}
