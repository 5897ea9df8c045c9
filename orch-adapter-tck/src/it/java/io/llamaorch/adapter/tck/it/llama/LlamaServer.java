package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real llama-server in a process of its own, for one test or one class of them. Its end is the end of the process;
 * {@link #close} leaves none behind.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class LlamaServer implements AutoCloseable {
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(10);
    private static final int LOG_LINES = 40;
    private static final Pattern IDLE = Pattern.compile("\"is_processing\"\\s*:\\s*false");

    private final Process process;
    private final PlainHttp http;
    private final URI url;
    private final Path log;
    private final Optional<LoadingGate> gate;

    LlamaServer(Process process, PlainHttp http, URI url, Path log, Optional<LoadingGate> gate) {
        this.process = process;
        this.http = http;
        this.url = url;
        this.log = log;
        this.gate = gate;
    }

    /** Starts a server with this model and blocks until it is ready. */
    public static LlamaServer start(BigramModel model, String... arguments) throws IOException, InterruptedException {
        return of(model).arguments(arguments).start();
    }

    /** A server with this model, to be described further. */
    public static LlamaServerBuilder of(BigramModel model) {
        return new LlamaServerBuilder(model);
    }

    /** What the server's program says of its version. */
    public static String version() {
        return LlamaServerBinary.version();
    }

    /** Where it listens; no path. */
    public URI url() {
        return url;
    }

    /** The process id of the server itself. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process is there. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The status of {@code /health} now; 0 when nobody answers. */
    public int health() {
        try {
            return http.get("/health", PROBE_LIMIT).status();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Lets a server that is held in the loading state become ready, and blocks until it is. */
    public void finishLoading() {
        LoadingGate shut = gate.orElseThrow(() -> new IllegalStateException("was not started loading"));
        boolean ready = Await.holds(ANSWER_LIMIT, () -> {
            shut.push();
            return health() == 200;
        });
        if (!ready) {
            throw new IllegalStateException("did not finish loading, its last words:\n" + log());
        }
    }

    /** What {@code GET} of this path answers, whatever the status. */
    public String get(String path) throws IOException {
        return http.get(path, ANSWER_LIMIT).body();
    }

    /** The slots, as the server's JSON. Asked more than once a second it delays what the server notices itself. */
    public String slots() throws IOException {
        return get("/slots");
    }

    /** How many slots do nothing now. */
    public int idleSlots() throws IOException {
        return Math.toIntExact(IDLE.matcher(slots()).results().count());
    }

    /** Posts to {@code /completion}, not streaming, and gives the whole JSON answer; the twin for comparisons. */
    public String completion(String json) throws IOException {
        return post("/completion", json);
    }

    /** Posts JSON to a path, and gives the whole answer, which must be a good one. */
    public String post(String path, String json) throws IOException {
        PlainHttp.Answer answer = http.post(path, json, ANSWER_LIMIT);
        if (answer.status() != 200) {
            throw new IOException("status " + answer.status() + ": " + answer.body());
        }
        return answer.body();
    }

    /** The last lines of what the server printed. */
    public String log() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("no log of llama-server", e);
        }
    }

    /** All that the server printed about its slots, for counting. */
    ServerLog records() {
        return new ServerLog(log);
    }

    /** The value of one of its metrics, without the prefix of the name that all have. */
    double metric(String name) throws IOException {
        Matcher line = Pattern.compile("(?m)^llamacpp:" + name + " (\\S+)$").matcher(get("/metrics"));
        if (!line.find()) {
            throw new IllegalArgumentException("no metric " + name);
        }
        return Double.parseDouble(line.group(1));
    }

    /** Lets it do nothing any more, with SIGSTOP, until {@link #thaw}; its connections stay open. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Lets it go on. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + name, "" + pid())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill failed with " + exit + " for SIG" + name + " to process " + pid());
        }
    }

    /** Ends it as a crash would, with SIGKILL, and blocks until it is gone. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!awaitExit(EXIT_LIMIT)) {
            throw new IllegalStateException("process " + pid() + " does not end on SIGKILL");
        }
    }

    /** Asks it to end, with SIGTERM, and does not wait: with requests open it may take half a minute. */
    public void terminate() {
        process.destroy();
    }

    /** Blocks until the process is gone; false when it is not within the limit. */
    public boolean awaitExit(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Kills it if need be. An interrupt does not keep it from that, and stays set. */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            kill();
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (gate.isPresent()) {
                gate.get().close();
            }
        }
    }
}
