package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps a server in the loading state for as long as a test wants. While it loads, the server reads a cache of word
 * sequences for speculative decoding, if told to; here that file is a named pipe to which nobody writes, so the read
 * blocks with the listener open. An end of file there is an empty cache, which changes nothing of what is generated.
 */
final class LoadingGate implements AutoCloseable {
    private final Path pipe;

    private LoadingGate(Path pipe) {
        this.pipe = pipe;
    }

    static LoadingGate shut() throws IOException, InterruptedException {
        Path pipe = Files.createTempDirectory(Scratch.folder(), "gate").resolve("pipe");
        int exit = new ProcessBuilder("mkfifo", pipe.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("mkfifo failed with " + exit + " for " + pipe);
        }
        return new LoadingGate(pipe);
    }

    List<String> arguments() {
        return List.of("--spec-type", "ngram-cache", "--lookup-cache-static", pipe.toString());
    }

    /**
     * Lets a server pass that waits at the gate now; one that comes later needs another push. Never blocks, because a
     * pipe that is opened both ways has its partner already.
     */
    void push() {
        try {
            new RandomAccessFile(pipe.toFile(), "rw").close();
        } catch (IOException e) {
            throw new IllegalStateException("cannot open the gate " + pipe, e);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(pipe);
        Files.deleteIfExists(pipe.getParent());
    }
}
