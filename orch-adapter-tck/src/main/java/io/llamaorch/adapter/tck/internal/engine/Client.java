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
    private final CountDownLatch gone = new CountDownLatch(1);

    Client(WatchedConnection connection) {
        this(connection, true);
    }

    private Client(WatchedConnection connection, boolean heeds) {
        this.connection = connection;
        this.heeds = heeds;
        if (!heeds) {
            return;
        }
        connection.onGone(gone::countDown);
    }

    /** The same client to an engine that does not look whether it is still there. */
    Client unheeded() {
        return new Client(connection, false);
    }

    /** Whether its going is looked at. */
    boolean heeds() {
        return heeds;
    }

    /** Whether it was the client that ended the connection. */
    boolean left() {
        return connection
                .ending()
                .filter(ending -> ending != WatchedConnection.Ending.ENGINE_CLOSED)
                .isPresent();
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

    /** Has {@code action} run when the client goes, on the thread that notices; it must not block. */
    void onGone(Runnable action) {
        if (heeds) {
            connection.onGone(action);
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
