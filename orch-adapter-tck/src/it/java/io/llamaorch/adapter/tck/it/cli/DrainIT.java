package io.llamaorch.adapter.tck.it.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LIF-03: {@code orch drain} as the build assembled it, on a file that is reached by a symbolic link. */
@NoLeaks
@Tag("once") // the same on every JVM
class DrainIT {

    private static final String OLD = "{\"replicas\": [{\"engine\": \"mock\"}]}\n";
    private static final String NEW = "{\"replicas\": [{\"engine\": \"mock\", \"drain\": true}]}\n";

    @TempDir
    private Path folder;

    private Path real;
    private Path link;

    @BeforeEach
    void write() throws Exception {
        real = Files.writeString(folder.resolve("real.json"), OLD);
        link = Files.createSymbolicLink(folder.resolve("replicas.json"), real);
    }

    @Test
    void drain_always_changesTheFileBehindTheLink() throws Exception {
        OrchProcess.Result result = OrchProcess.run("drain", "default/r0", "--replicas", link.toString(), "--json");
        assertEquals(List.of(), result.err());
        assertEquals(0, result.exitCode());
        Map<String, String> answer = JsonLines.read(result.lines()).get(0);
        assertEquals("true", answer.get("changed"));
        assertEquals("0", answer.get("left"));
        assertEquals(NEW, Files.readString(real));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void drain_whenThereIsNoSuchReplica_isNotFound() throws Exception {
        OrchProcess.Result result = OrchProcess.run("drain", "default/r1", "--replicas", link.toString());
        assertEquals(6, result.exitCode());
        assertTrue(result.error().contains("did you mean 'default/r0'?"), result.error());
        assertEquals(OLD, Files.readString(real));
    }
}
