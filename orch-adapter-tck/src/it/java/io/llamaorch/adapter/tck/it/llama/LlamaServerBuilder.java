package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.SocketFactory;

/** Says how a {@link LlamaServer} is started, and starts it. Thread safety: calls must be serial. */
public final class LlamaServerBuilder {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int PORT_ATTEMPTS = 5;

    private final BigramModel model;
    private final List<String> extra = new ArrayList<>();
    private int parallel = 2;
    private int contextPerSlot = 2048;
    private OptionalInt port = OptionalInt.empty();
    private String apiKey = "";
    private boolean metrics = true;
    private Optional<Path> certificate = Optional.empty();

    LlamaServerBuilder(BigramModel model) {
        this.model = model;
    }

    /** How many slots; 2 unless set. */
    public LlamaServerBuilder parallel(int slots) {
        this.parallel = slots;
        return this;
    }

    /** How many tokens the context of each slot holds; 2048 unless set. */
    public LlamaServerBuilder contextPerSlot(int tokens) {
        this.contextPerSlot = tokens;
        return this;
    }

    /** Listens here and nowhere else, where a server was before; on a port that is free unless set. */
    public LlamaServerBuilder port(int number) {
        this.port = OptionalInt.of(number);
        return this;
    }

    /** Demands the key of its clients; the fixture's own requests carry it. */
    public LlamaServerBuilder apiKey(String key) {
        this.apiKey = key;
        return this;
    }

    /** Leaves out {@code --metrics}, which it is started with unless this is set. */
    public LlamaServerBuilder withoutMetrics() {
        this.metrics = false;
        return this;
    }

    /** Makes it speak TLS, with a key and a certificate in PEM files. */
    public LlamaServerBuilder tls(Path key, Path certificate) {
        this.certificate = Optional.of(certificate);
        return arguments("--ssl-key-file", key.toString(), "--ssl-cert-file", certificate.toString());
    }

    /** Adds arguments of the server's command line, after those of the fixture. */
    public LlamaServerBuilder arguments(String... arguments) {
        extra.addAll(List.of(arguments));
        return this;
    }

    /** Starts the server and blocks until it is ready, for a minute at most. */
    public LlamaServer start() throws IOException, InterruptedException {
        return launch(false);
    }

    /**
     * Starts the server and blocks until its listener answers that it is loading. It stays so until
     * {@link LlamaServer#finishLoading} or its end.
     */
    public LlamaServer startLoading() throws IOException, InterruptedException {
        return launch(true);
    }

    private LlamaServer launch(boolean loading) throws IOException, InterruptedException {
        int wantedStatus = loading ? 503 : 200;
        for (int attempt = 1; ; attempt++) {
            LlamaServer server = launchOnce(
                    port.isPresent() ? port.getAsInt() : freePort(),
                    loading ? Optional.of(LoadingGate.shut()) : Optional.empty());
            boolean reached = false;
            try {
                Await.holds(START_LIMIT, () -> !server.isAlive() || server.health() == wantedStatus);
                reached = server.isAlive() && server.health() == wantedStatus;
                if (reached) {
                    return server;
                }
                if (attempt == PORT_ATTEMPTS || !server.log().contains("couldn't bind")) {
                    throw new IllegalStateException("llama-server did not come to answer " + wantedStatus
                            + ", its last words:\n" + server.log());
                }
            } finally {
                if (!reached) {
                    server.close();
                }
            }
        }
    }

    private LlamaServer launchOnce(int port, Optional<LoadingGate> gate) throws IOException {
        List<String> command = new ArrayList<>(List.of(LlamaServerBinary.get().toString()));
        command.addAll(List.of("-m", Scratch.model(model).toString(), "--host", "127.0.0.1", "--port", "" + port));
        command.addAll(List.of("--slots", "--no-warmup", "--parallel", "" + parallel));
        if (metrics) {
            command.add("--metrics");
        }
        // One thread: on a busy machine two wait for each other at every matrix, and are ten times slower at worst.
        command.addAll(List.of("-c", "" + contextPerSlot * parallel, "--threads", "1"));
        if (!apiKey.isEmpty()) {
            command.addAll(List.of("--api-key", apiKey));
        }
        command.addAll(extra);
        gate.ifPresent(shut -> command.addAll(shut.arguments()));

        URI url = URI.create((certificate.isPresent() ? "https" : "http") + "://127.0.0.1:" + port);
        SocketFactory sockets =
                certificate.isPresent() ? PlainHttp.trusting(certificate.get()) : SocketFactory.getDefault();
        Path log = Files.createTempFile(Scratch.folder(), "llama-server", ".log");
        ProcessBuilder process =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        process.environment().keySet().removeIf(name -> name.startsWith("LLAMA_"));
        return new LlamaServer(process.start(), new PlainHttp(url, apiKey, sockets), url, log, gate);
    }

    /** A port that was free a moment ago; the launch tries another when somebody was quicker. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
