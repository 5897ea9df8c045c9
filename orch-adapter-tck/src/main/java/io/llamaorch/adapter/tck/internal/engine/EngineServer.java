package io.llamaorch.adapter.tck.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockWebServer;

/**
 * The engine's web server from start to end.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EngineServer implements AutoCloseable {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final MockWebServer server = new MockWebServer();
    private final WatchedSocketFactory sockets;
    private final HttpFront front;

    /**
     * Starts serving on 127.0.0.1.
     *
     * @param engine what is served
     * @throws UncheckedIOException if the port cannot be had
     */
    public EngineServer(EngineState engine) {
        try {
            sockets = new WatchedSocketFactory(KEEP_ALIVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the scripted engine could not open a selector", e);
        }
        front = new HttpFront(server, sockets, engine, new LlamaDialect(engine));
        server.setServerSocketFactory(sockets);
        server.setBodyLimit(HttpFront.MOST_BODY);
        server.setDispatcher(front);
        int port = engine.options().port();
        try {
            server.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (IOException e) {
            sockets.close();
            server.close();
            throw new UncheckedIOException("the scripted engine could not listen on port " + port, e);
        }
    }

    /**
     * The port that it listens on.
     *
     * @return the port
     */
    public int port() {
        return server.getPort();
    }

    /** Ends every exchange, frees the port and waits a bounded time for its threads to end. */
    @Override
    public void close() {
        // Sockets first: whoever waits for a slot, a pace or a byte leaves, and the server need not wait for them.
        sockets.close();
        server.close();
        long deadline = System.nanoTime() + JOIN.toNanos();
        try {
            for (Thread thread : front.threads()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left > 0 && thread != Thread.currentThread()) {
                    thread.join(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
