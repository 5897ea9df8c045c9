package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.ClientDeparture;
import io.llamaorch.adapter.tck.ConnectionFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import mockwebserver3.MockWebServer;
import org.jspecify.annotations.Nullable;

/**
 * The engine's web server from start to end.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class EngineServer implements AutoCloseable {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(5);
    private static final Duration START = Duration.ofSeconds(10);
    private static final Duration END = Duration.ofSeconds(7);
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final MockWebServer server = new MockWebServer();
    private final WatchedSocketFactory sockets;
    private final EngineState engine;
    private final int port;

    /** Holds every thread of the web server, which does not say which they are and does not wait for them. */
    private final ThreadGroup threads = new ThreadGroup("scripted-engine");

    /**
     * Starts serving on 127.0.0.1.
     *
     * @param engine what is served
     * @throws UncheckedIOException if the port cannot be had
     */
    public EngineServer(EngineState engine) {
        this.engine = engine;
        try {
            sockets = new WatchedSocketFactory(KEEP_ALIVE);
        } catch (IOException e) {
            throw new UncheckedIOException("the scripted engine could not open a selector", e);
        }
        server.setServerSocketFactory(sockets);
        server.setBodyLimit(HttpFront.MOST_BODY);
        server.setDispatcher(new HttpFront(server, sockets, engine, Dialect.of(engine)));
        int wanted = engine.options().port();
        AtomicReference<IOException> failure = new AtomicReference<>();
        amongThreads("scripted-engine-start", START, () -> {
            try {
                server.start(InetAddress.getByAddress(LOOPBACK), wanted);
            } catch (IOException e) {
                failure.set(e);
            }
        });
        IOException failed = failure.get();
        if (failed != null) {
            close();
            throw new UncheckedIOException("the scripted engine could not listen on port " + wanted, failed);
        }
        port = server.getPort();
    }

    /**
     * The port that it listens on.
     *
     * @return the port
     */
    public int port() {
        return port;
    }

    /**
     * Whether a thread is one of this server's.
     *
     * @param thread any thread
     * @return whether it is
     */
    public boolean runsOn(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return group != null && (group == threads || threads.parentOf(group));
    }

    /**
     * How many connections are open now.
     *
     * @return their number
     */
    public int connectionsOpen() {
        return sockets.openConnections();
    }

    /**
     * Has all connections from now on go wrong, or none.
     *
     * @param fault what goes wrong, null for nothing
     * @throws UncheckedIOException if the port, once given up, cannot be had again
     */
    public void connections(@Nullable ConnectionFault fault) {
        try {
            sockets.fault(fault);
        } catch (IOException e) {
            throw new UncheckedIOException("the scripted engine could not change how it listens", e);
        }
    }

    /**
     * The clients that closed their connections, in their order; only the last ones if there were many.
     *
     * @return when each left and how
     */
    public List<ClientDeparture> departures() {
        return sockets.departures();
    }

    /** Ends every exchange, frees the port and waits a bounded time for its threads to end. */
    @Override
    public void close() {
        // The line first: nobody in it must get the slot of somebody whose socket is closed before its own.
        engine.shut();
        // Then the sockets: whoever waits for a slot, a pace or a byte leaves, and the server need not wait for them.
        sockets.close();
        long deadline = System.nanoTime() + END.toNanos();
        amongThreads("scripted-engine-stop", END, server::close);
        Thread[] alive = new Thread[threads.activeCount() + 16];
        int count = threads.enumerate(alive);
        for (int i = 0; i < count; i++) {
            join(alive[i], deadline);
        }
    }

    /** Runs an action so that the threads it starts can be found again. */
    private void amongThreads(String name, Duration atMost, Runnable action) {
        Thread thread = new Thread(threads, action, name);
        thread.setDaemon(true);
        thread.start();
        join(thread, System.nanoTime() + atMost.toNanos());
    }

    private static void join(Thread thread, long deadline) {
        try {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis > 0 && thread != Thread.currentThread()) {
                thread.join(millis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
