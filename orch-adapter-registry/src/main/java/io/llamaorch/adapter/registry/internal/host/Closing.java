package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes adapters, each on a thread of its own, and waits for all of them together for a bounded time: one that hangs
 * or throws holds up neither the others nor the caller.
 */
public final class Closing {

    /** How long to wait, in all. */
    public static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private Closing() {}

    /**
     * Closes replicas. If the calling thread is interrupted it waits no longer and keeps its flag; the closing goes on.
     *
     * @param replicas what to close
     * @param time limits the wait
     */
    public static void all(Collection<Replica> replicas, TimeSource time) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        List<CompletableFuture<Void>> each =
                replicas.stream().map(Closing::begin).toList();
        var unused = CompletableFuture.allOf(each.toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> over.complete(null));
        TimeSource.Scheduled limit = time.schedule(LIMIT, new Runnable() {
            @Override
            public void run() {
                LOG.warn(
                        "an adapter did not close within {} s, and is left to itself: this is its fault",
                        LIMIT.toSeconds());
                over.complete(null);
            }

            @Override
            public String toString() {
                return "limit of closing " + replicas.stream().map(Replica::id).toList();
            }
        });
        try {
            over.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes this with a failure", e);
        } finally {
            limit.cancel();
        }
    }

    private static CompletableFuture<Void> begin(Replica replica) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        replica.close();
                    } finally {
                        done.complete(null);
                    }
                },
                "orch-close-" + replica.id());
        thread.setDaemon(true);
        thread.start();
        return done;
    }
}
