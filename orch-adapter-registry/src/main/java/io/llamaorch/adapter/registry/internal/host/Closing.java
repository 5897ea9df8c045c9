package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes adapters, each on a thread of its own and in bounded time: one that hangs or throws holds up nobody. */
final class Closing {

    /** How long an adapter may take. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    /** Begins to close a replica's adapter; the future completes when it is closed, or is left to itself. */
    static CompletableFuture<Void> begin(Replica replica, TimeSource time) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        TimeSource.Scheduled limit = time.schedule(LIMIT, new Runnable() {
            @Override
            public void run() {
                LOG.warn(
                        "the adapter of {} did not close within {} s, and is left to itself: this is its fault",
                        replica.spec(),
                        LIMIT.toSeconds());
                over.complete(null);
            }

            @Override
            public String toString() {
                return "limit of closing " + replica.spec();
            }
        });
        Runnable work = () -> {
            try {
                replica.closeAdapter();
            } finally {
                limit.cancel();
                over.complete(null);
            }
        };
        Thread thread = new Thread(work, "orch-close-" + replica.id());
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (OutOfMemoryError noThread) {
            Handover.SHARED.execute(work);
        }
        return over;
    }

    /** Waits for all of these, which are bounded; if the thread is interrupted it waits no longer and keeps its flag. */
    static void await(Collection<? extends CompletableFuture<?>> closings) {
        try {
            CompletableFuture.allOf(closings.toArray(CompletableFuture<?>[]::new))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes these with a failure", e);
        }
    }
}
