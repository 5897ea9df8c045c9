package io.llamaorch.adapter.tck.it.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The example {@code Gateway.java} in a JVM of its own, started as its page says, on a free port. */
final class GatewayProcess implements AutoCloseable {

    private final Process process;
    private final Path errors;
    private final URI url;

    private GatewayProcess(Process process, Path errors, URI url) {
        this.process = process;
        this.errors = errors;
        this.url = url;
    }

    /** Starts it in front of one engine, and blocks until it listens. */
    static GatewayProcess start(URI engine) throws IOException {
        String jars = Path.of(System.getProperty("orch.home"), "modules", "*").toString();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path source = Path.of("..", "docs", "examples", "Gateway.java");
        Path errors = Files.createTempFile("gateway", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(java, "-cp", jars, source.toString(), "0").redirectError(errors.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ORCH"));
        builder.environment().put("ORCHD_LLAMACPP_URL", engine.toString());
        Process process = builder.start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String url = out.readLine(); // null when it ends instead
        GatewayProcess gateway = new GatewayProcess(process, errors, URI.create(url == null ? "" : url));
        if (url == null) {
            String said = gateway.errors();
            gateway.close();
            throw new AssertionError("the gateway did not start:\n" + said);
        }
        return gateway;
    }

    /** Where prompts go. */
    URI url() {
        return url;
    }

    /** What it printed besides. */
    String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as Ctrl-C would at the latest. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().onExit().join();
            process.getInputStream().close();
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
