package io.llamaorch.adapter.tck.internal.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command leave in order when the process is told to end (Ctrl-C, SIGTERM): what it runs is cancelled, and the
 * JVM waits a bounded time until the command has closed everything. The JVM itself then ends with 128 plus the signal's
 * number. A command that ends by itself closes this before {@code System.exit}, so the two never wait for each other.
 */
final class Departure implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 2_000;

    private final CompletableFuture<Void> told = new CompletableFuture<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::leave, "orch-departure");

    private Departure() {}

    /** Begins to watch; opened before, and so closed after, everything that has to be closed on leaving. */
    static Departure watch() {
        Departure departure = new Departure();
        Runtime.getRuntime().addShutdownHook(departure.hook);
        return departure;
    }

    /**
     * Adds what is done first when the process is told to end; at once if it was told already.
     *
     * @param action cancels; may block, which is waited for no longer than for the command
     */
    void cancels(Runnable action) {
        var unused = told.thenRun(action);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException leaving) {
            // The hook runs already, and now has nothing to wait for.
        }
    }

    private void leave() {
        told.complete(null);
        try {
            boolean unused = closed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
