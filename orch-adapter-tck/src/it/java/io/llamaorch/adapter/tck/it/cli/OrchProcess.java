package io.llamaorch.adapter.tck.it.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The assembled command line as a process of its own; it is killed if it lives longer than a minute. */
final class OrchProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Process process;
    private final Path errors;

    private OrchProcess(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        Executor atLimit = CompletableFuture.delayedExecutor(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Void> kill = CompletableFuture.runAsync(process::destroyForcibly, atLimit);
        process.onExit().thenRun(() -> kill.cancel(false));
    }

    /** What a command left behind. */
    record Result(int exitCode, String out, List<String> err) {

        List<String> lines() {
            return out.lines().toList();
        }

        /** The only line on standard error. */
        String error() {
            if (err.size() != 1) {
                throw new AssertionError("expected one line on standard error, but got " + err);
            }
            return err.get(0);
        }
    }

    /** {@return the folder that the build assembled} */
    static Path home() {
        return Path.of(System.getProperty("orch.home", "target/orch")).toAbsolutePath();
    }

    /** Starts the command line that the build assembled. */
    static OrchProcess start(String... args) throws IOException {
        return startIn(home(), args);
    }

    /** Starts the command line of a folder, with an environment that configures no engine. */
    static OrchProcess startIn(Path home, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.exists(Path.of("/proc/self"))) {
            // A build in the background of a shell ignores SIGINT, and what it starts would do so too.
            command.addAll(List.of("env", "--default-signal=INT"));
        }
        command.add(home.resolve("bin").resolve("orch").toString());
        command.addAll(List.of(args));
        Path errors = Files.createTempFile("orch", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ORCH"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return new OrchProcess(builder.start(), errors);
    }

    /** Runs a command to its end. */
    static Result run(String... args) throws Exception {
        try (OrchProcess orch = start(args)) {
            return orch.finish();
        }
    }

    /** Types something and closes the keyboard. */
    OrchProcess type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        return this;
    }

    /** {@return standard output, as it comes} */
    InputStream out() {
        return process.getInputStream();
    }

    /** Tells the process what Ctrl-C (INT) or {@code kill} (TERM) would. */
    void signal(String name) throws Exception {
        int sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (sent != 0) {
            throw new AssertionError("no process " + process.pid() + " to send " + name + " to");
        }
    }

    /** Reads all that is still to come, and waits for the end. */
    Result finish() throws Exception {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readAllLines(errors));
    }

    /** Waits for the end without reading. */
    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
