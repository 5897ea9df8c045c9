package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a server prints when it gives a slot to a task and takes it back: a count at the engine that costs it nothing, where
 * asking for its slots would disturb it.
 *
 * <p>Thread safety: safe for concurrent use; each count reads the file anew.
 */
final class ServerLog {
    /** Without this level a server does not tell of requests that wait inside it. */
    static final String[] WITH_WAITING = {"--verbosity", "5"};

    private final Path file;

    ServerLog(Path file) {
        this.file = file;
    }

    /** How many tasks have been given a slot. */
    int begun() {
        return count("| processing task, is_child");
    }

    /** Waits until so many have been given a slot: a server prints a moment after it acts. */
    void awaitBegun(int count) {
        assertTrue(Await.holds(Patience.mustHappen(), () -> begun() >= count), () -> begun() + " began, not " + count);
    }

    /** How many have left theirs. */
    int over() {
        return count("| stop processing: n_tokens");
    }

    /** Waits until so many have left theirs, so that everything is counted that was printed of them. */
    void awaitOver(int count) {
        assertTrue(Await.holds(Patience.mustHappen(), () -> over() >= count), () -> over() + " are over, not " + count);
    }

    /** How many were generated to their end. */
    int generated() {
        return count("| prompt eval time =");
    }

    /** How many were given up because their client had gone. */
    int cancelled() {
        return count(": cancel task, id_task");
    }

    /** How many found no slot free and waited; needs {@link #WITH_WAITING}. */
    int waited() {
        return count(": no slot is available, defer task");
    }

    /** How many tasks had slots at the same time, at most. */
    int mostAtOnce() {
        int now = 0;
        int most = 0;
        for (String line : lines()) {
            if (line.contains("| processing task, is_child")) {
                most = Math.max(most, ++now);
            } else if (line.contains("| stop processing: n_tokens")) {
                now--;
            }
        }
        return most;
    }

    private int count(String words) {
        return Math.toIntExact(
                lines().stream().filter(line -> line.contains(words)).count());
    }

    private List<String> lines() {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("no log of llama-server", e);
        }
    }
}
