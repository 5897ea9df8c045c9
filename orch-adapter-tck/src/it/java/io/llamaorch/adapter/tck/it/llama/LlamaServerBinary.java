package io.llamaorch.adapter.tck.it.llama;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where the llama-server of this machine is: {@code LLAMA_SERVER} names it, else the {@code PATH} leads to it. */
final class LlamaServerBinary {
    private static final String NAME = "llama-server";
    private static final String VARIABLE = "LLAMA_SERVER";

    private LlamaServerBinary() {}

    /** Finds it; fails when the variable is set and names no executable file, since that was not meant. */
    static Optional<Path> find() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            Path file = Path.of(named);
            if (!Files.isExecutable(file)) {
                throw new IllegalStateException(VARIABLE + " names no executable file: " + named);
            }
            return Optional.of(file.toAbsolutePath());
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, NAME).toAbsolutePath())
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    static Path get() {
        return find().orElseThrow(() -> new IllegalStateException("no llama-server; " + howToGetOne()));
    }

    static String howToGetOne() {
        return "to get one run `export LLAMA_SERVER=$(.ci/llama-server)` at the top of the checkout,"
                + " or let LLAMA_SERVER name any llama-server binary";
    }

    /** What it says of its version, on one line. */
    static String version() {
        try {
            Process process = new ProcessBuilder(get().toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return said.lines()
                    .filter(line -> line.startsWith("version:"))
                    .findFirst()
                    .map(line -> line.substring("version:".length()).strip())
                    .orElse(said.strip());
        } catch (IOException e) {
            throw new UncheckedIOException("llama-server cannot tell its version", e);
        }
    }
}
