package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder for models, logs and pipes: {@code target/real-engine} in a build, else a temporary one. Models are
 * written once a run.
 *
 * <p>Thread safety: safe for concurrent use, by several JVMs too.
 */
final class Scratch {
    private static final Path FOLDER = create();
    private static final Map<String, Path> MODELS = new ConcurrentHashMap<>();

    private Scratch() {}

    static Path folder() {
        return FOLDER;
    }

    /** The model's file, written when it is first asked for. */
    static Path model(BigramModel model) {
        return MODELS.computeIfAbsent(model.name(), name -> write(model));
    }

    private static Path write(BigramModel model) {
        Path file = FOLDER.resolve(model.name() + ".gguf");
        try {
            Path unfinished = Files.createTempFile(FOLDER, model.name(), ".part");
            model.writeTo(unfinished);
            return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the model " + file, e);
        }
    }

    private static Path create() {
        try {
            Path target = Path.of("target").toAbsolutePath();
            return Files.isDirectory(target)
                    ? Files.createDirectories(target.resolve("real-engine"))
                    : Files.createTempDirectory("real-engine");
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for models", e);
        }
    }
}
