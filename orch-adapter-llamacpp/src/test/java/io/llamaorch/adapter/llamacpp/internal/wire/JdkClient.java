package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.tck.Patience;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The JDK's own HTTP client, and the one thread on which whatever it hears is told on.
 *
 * <p>Up to JDK 20 such a client cannot be closed: its selector thread ends when the client has been collected, or when it
 * is interrupted, which is done here so that no test leaves it behind.
 */
public final class JdkClient implements AutoCloseable {

    private static final String SELECTOR = "-SelectorManager";

    private final List<Thread> before = selectors();
    private final ExecutorService io = Executors.newSingleThreadExecutor(task -> new Thread(task, "jdk-io"));
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(io)
            .build();

    /** Starts the threads. */
    public JdkClient() {}

    HttpClient client() {
        return client;
    }

    /** The I/O thread. */
    Executor io() {
        return io;
    }

    /** Ends the threads; every call must have ended. */
    @Override
    public void close() {
        try {
            if (client instanceof AutoCloseable closeable) { // from JDK 21 on
                closeable.close();
            }
            for (Thread selector : selectors()) {
                if (!before.contains(selector)) {
                    selector.interrupt();
                    Patience.end(selector);
                }
            }
        } catch (Exception e) {
            throw new AssertionError("the judge's client did not close", e);
        }
        io.shutdown();
        Patience.await("the end of the judge's I/O thread", io::isTerminated);
    }

    private static List<Thread> selectors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith(SELECTOR))
                .toList();
    }
}
