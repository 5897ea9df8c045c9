package io.llamaorch.adapter.tck.internal.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whoever sent a request: still there or not.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Client {
    private final WatchedConnection connection;
    private final boolean heeds;
    private final CountDownLatch gone;

    Client(WatchedConnection connection) {
        this(connection, true, new CountDownLatch(1));
        connection.onGone(gone::countDown);
    }

    private Client(WatchedConnection connection, boolean heeds, CountDownLatch gone) {
        this.connection = connection;
        this.heeds = heeds;
        this.gone = gone;
    }

    /** The same client to an engine that does not look whether it is still there until it closes itself. */
    Client unheeded(CountDownLatch closing) {
        return new Client(connection, false, closing);
    }

    /** Whether its going is looked at. */
    boolean heeds() {
        return heeds;
    }

    /** Whether it was the client that ended the connection. */
    boolean left() {
        return connection.ending().filter(WatchedConnection.Ending::byClient).isPresent();
    }

    /** The connection that it came by. */
    WatchedConnection connection() {
        return connection;
    }

    /** Closes the connection with a TCP reset. */
    void reset() {
        connection.reset();
    }

    boolean isGone() {
        return gone.getCount() == 0;
    }

    /** Waits until {@code deadline} in {@link System#nanoTime()}, shorter if the client goes; tells whether it has. */
    boolean goneBy(long deadline) {
        try {
            return gone.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits until the client goes, however long that takes. */
    void awaitGone() {
        while (!goneBy(System.nanoTime() + TimeUnit.HOURS.toNanos(1))) {
            // An hour is as long as a wait can be told; only the client's leaving ends this one.
        }
    }

    /** Has {@code action} run when the client goes, on the thread that notices; it must not block. */
    void onGone(Runnable action) {
        if (heeds) {
            connection.onGone(action);
        }
    }

    /**
     * Has {@code action} run when nobody is left to answer: when the client goes, or if that is not looked at, when this
     * side closes because it cannot write. It runs on the thread that notices, which it must not block.
     */
    void onUnanswerable(Runnable action) {
        if (heeds) {
            connection.onGone(action);
        } else {
            connection.onClosed(action);
        }
    }

    /** Closes the connection without sending what is pending. */
    void cutOff() {
        connection.abort();
    }

    /** Closes the connection once what is pending was sent. */
    void close() {
        connection.close();
    }
}
