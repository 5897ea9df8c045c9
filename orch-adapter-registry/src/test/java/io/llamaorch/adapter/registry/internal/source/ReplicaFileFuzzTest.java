package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * CFG-03, SEC-01: a file caught half-written, and files with a wrong byte, are read or refused; nothing else is thrown,
 * and the token in them is never shown. Another seed: {@code -Dorch.fuzz.seed=…}.
 */
@NoLeaks
class ReplicaFileFuzzTest {

    private static final long SEED = Long.getLong("orch.fuzz.seed", 20_261_126);

    /** Of the example's token; a single wrong byte leaves one of them whole. */
    private static final List<String> TOKEN_HALVES = List.of("tokens_are_bet", "ter_in_a_file");

    @TempDir
    Path folder;

    private Path file;
    private byte[] example;

    @BeforeEach
    void prepare() throws IOException {
        example = Files.readAllBytes(Path.of("..", "docs", "replicas.example.json"));
        Files.writeString(folder.resolve("llama.token"), "t0ken");
        file = folder.resolve("replicas.json");
    }

    @Test
    void read_whenTheExampleIsCutAnywhere_isRefused() throws IOException {
        int end = new String(example, StandardCharsets.UTF_8).stripTrailing().length();
        for (int length = 0; length < end; length++) {
            Files.write(file, Arrays.copyOf(example, length));
            String message = assertThrows(
                            IllegalArgumentException.class,
                            new FileReplicas(file, Duration.ZERO)::read,
                            "cut after " + length + " bytes")
                    .getMessage();
            assertShowsNoToken(message, "cut after " + length + " bytes");
        }
    }

    @Test
    void read_whenAnyByteOfTheExampleIsChanged_isReadOrRefused() throws IOException {
        for (int i = 0; i < example.length; i++) {
            Random random = new Random(SEED + i);
            byte[] changed = example.clone();
            changed[i] = (byte) (changed[i] + 1 + random.nextInt(255));
            Files.write(file, changed);
            readOrRefused(new FileReplicas(file, Duration.ZERO)::read, "byte " + i + ", -Dorch.fuzz.seed=" + SEED);
        }
    }

    @Test
    void read_whenPunctuationStandsAnywhere_isReadOrRefused() {
        String text = new String(example, StandardCharsets.UTF_8);
        for (int i = 0; i < text.length(); i++) {
            for (char punctuation : "{}[]\",:\\ \n0-".toCharArray()) {
                String changed = text.substring(0, i) + punctuation + text.substring(i + 1);
                readOrRefused(
                        () -> {
                            Faults faults = new Faults();
                            ReplicaDocument.read(changed, file, faults);
                            faults.throwIfAny("it");
                        },
                        "'" + punctuation + "' at " + i);
            }
        }
    }

    private static void readOrRefused(Executable reading, String what) {
        try {
            reading.execute();
        } catch (IllegalArgumentException e) {
            assertShowsNoToken(e.toString(), what);
        } catch (Throwable e) {
            fail(what, e);
        }
    }

    private static void assertShowsNoToken(String message, String what) {
        for (String half : TOKEN_HALVES) {
            assertFalse(message.contains(half), what + ": " + message);
        }
    }
}
