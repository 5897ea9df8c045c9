package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.DrainResult;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A replica's way out (LIF-03): it waits until the replica's streams have ended or the limit has passed, and then closes
 * the adapter.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Drain {

    private final Replica replica;
    private final TimeSource time;
    private final CompletableFuture<DrainResult> done = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean begun;
    private boolean closing;
    private long since;
    private int running;
    private long due;
    private TimeSource.@Nullable Scheduled timer;

    /**
     * Makes the way out of a replica that is not taken yet.
     *
     * @param replica the replica
     * @param time the clock
     */
    Drain(Replica replica, TimeSource time) {
        this.replica = replica;
        this.time = time;
    }

    /** Sets the limit, from now; a limit that comes earlier is kept. The replica takes no new work by now. */
    void within(Duration limit) {
        boolean atOnce = limit.isZero();
        lock.lock();
        try {
            long now = time.nanoTime();
            if (!begun) {
                begun = true;
                since = now;
                running = replica.running();
            }
            long asked = now + limit.toNanos();
            if (closing || (timer != null && asked - due >= 0)) {
                return;
            }
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            if (!atOnce) {
                due = asked;
                timer = time.schedule(limit, new Limit());
            }
        } finally {
            lock.unlock();
        }
        if (atOnce) {
            close();
        }
    }

    /** No stream runs, and no other will. */
    void idle() {
        lock.lock();
        try {
            if (!begun) {
                return; // whoever begins looks once more
            }
        } finally {
            lock.unlock();
        }
        close();
    }

    /** Completes on whatever thread ends it: nobody else's code may depend on it. */
    CompletableFuture<DrainResult> done() {
        return done;
    }

    private void close() {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            closing = true;
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        } finally {
            lock.unlock();
        }
        int left = replica.running();
        int gone = Math.max(0, running - left);
        var unused = Closing.begin(replica, time).thenRun(() -> {
            Duration took = Duration.ofNanos(time.nanoTime() - since);
            replica.closed(left == 0 ? "its streams had ended" : "its time was up, and " + left + " streams still ran");
            done.complete(new DrainResult(replica.spec(), gone, left, took));
        });
    }

    private final class Limit implements Runnable {
        @Override
        public void run() {
            close();
        }

        @Override
        public String toString() {
            return "limit of draining " + replica.spec();
        }
    }
}
