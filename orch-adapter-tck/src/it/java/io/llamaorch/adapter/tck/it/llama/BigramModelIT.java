package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be said of the models without an engine. */
class BigramModelIT {
    private static final long LARGEST_BYTES = 150_000_000;

    @TempDir
    Path folder;

    @Test
    void writeTo_whenRepeated_givesTheSameBytes() throws IOException {
        for (BigramModel model : BigramModel.all()) {
            Path first = folder.resolve("first");
            Path second = folder.resolve("second");
            model.writeTo(first);
            model.writeTo(second);

            assertEquals(-1, Files.mismatch(first, second), model.name());
            assertTrue(Files.size(first) < LARGEST_BYTES, model.name());
        }
    }

    @Test
    void recite_whenWordHasTwoFirstChoices_isRefused() {
        Bigrams bigrams = new Bigrams();

        assertThrows(IllegalArgumentException.class, () -> bigrams.recite("the llama and the moon"));
    }
}
