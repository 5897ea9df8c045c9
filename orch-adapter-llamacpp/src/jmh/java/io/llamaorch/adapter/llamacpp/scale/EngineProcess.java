package io.llamaorch.adapter.llamacpp.scale;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;

/** The {@link ReplayEngine} in a process of its own, so that its CPU time and its memory are not ours. */
final class EngineProcess implements AutoCloseable {

    private final Process process;
    private final DataInputStream answers;
    private final int port;

    private EngineProcess(Process process) throws IOException {
        this.process = process;
        answers = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
        port = answers.readInt();
    }

    static EngineProcess start() throws IOException {
        return new EngineProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReplayEngine.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    /** Lets the paced streams go that have been asked for. */
    void go() throws IOException {
        tell("go");
    }

    /** When the tokens of the streams 0 to count-1 were written, on {@link System#nanoTime}, which Linux has only one of. */
    long[][] sent(int count) throws IOException {
        tell("sent " + count);
        long[][] sent = new long[count][];
        for (int id = 0; id < count; id++) {
            sent[id] = new long[answers.readInt()];
            for (int i = 0; i < sent[id].length; i++) {
                sent[id][i] = answers.readLong();
            }
        }
        return sent;
    }

    private void tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    /** Ends the process; does not wait for it. */
    @Override
    public void close() {
        process.destroy();
    }
}
