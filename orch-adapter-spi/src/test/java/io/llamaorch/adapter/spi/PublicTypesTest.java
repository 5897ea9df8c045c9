package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Every public type says who may call it at once")
class PublicTypesTest {

    private static final Path SOURCES = Path.of("src/main/java/io/llamaorch/adapter/spi");

    @Test
    @DisplayName("There is a line 'Thread safety:' with one of the three phrases in each")
    void type_whenPublic_tellsItsThreadSafety() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<Path> types = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
            assertTrue(types.size() > 40, "the sources are where they are expected");
            List<String> silent = types.stream()
                    .filter(file -> !text(file)
                            .matches("(?s).*Thread safety: (immutable|safe for concurrent use|calls must be serial).*"))
                    .map(file -> file.getFileName().toString())
                    .toList();
            assertEquals(List.of(), silent);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
