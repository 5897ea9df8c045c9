package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The running jobs of a host, so that a job is found by its id whatever replica it runs on.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Jobs {

    private final ConcurrentMap<String, CompletableFuture<TokenStream>> running = new ConcurrentHashMap<>();

    /**
     * Runs a job unless one of its id runs.
     *
     * @param task the task
     * @param start starts it
     * @return its stream; one that failed with INVALID_PARAMS if its id is taken
     */
    public TokenStream run(TaskRequest task, Supplier<TokenStream> start) {
        CompletableFuture<TokenStream> place = new CompletableFuture<>();
        for (var other = running.putIfAbsent(task.jobId(), place);
                other != null;
                other = running.putIfAbsent(task.jobId(), place)) {
            if (hasEnded(other)) {
                running.remove(task.jobId(), other);
                continue;
            }
            return TokenStream.failed(
                    task.jobId(),
                    WorkerError.of(
                            ErrorCode.INVALID_PARAMS,
                            "a job with id '" + task.jobId() + "' is running: wait for its end, or use another id"));
        }
        boolean started = false;
        try {
            TokenStream stream = start.get();
            place.complete(stream);
            var unused = stream.outcome().whenComplete((terminal, failure) -> running.remove(task.jobId(), place));
            started = true;
            return stream;
        } finally {
            if (!started) {
                running.remove(task.jobId(), place);
                place.cancel(false);
            }
        }
    }

    /**
     * Cancels a job.
     *
     * @param jobId its id
     * @return what becomes of it
     */
    public Cancellation cancel(String jobId) {
        CompletableFuture<TokenStream> place = running.get(jobId);
        if (place == null) {
            return Cancellation.notRunning();
        }
        if (place.isDone() && !place.isCancelled()) {
            return place.join().cancel();
        }
        // It is being started at this moment: it is cancelled as soon as there is a stream.
        CompletableFuture<Cancellation> later =
                place.thenApply(TokenStream::cancel).exceptionally(failure -> Cancellation.notRunning());
        return Cancellation.of(later.thenCompose(Cancellation::accepted), later.thenCompose(Cancellation::settled));
    }

    /** Asks the stream itself: its end is known to those who ask before it is told to those who wait. */
    private static boolean hasEnded(CompletableFuture<TokenStream> place) {
        return place.isDone()
                && (place.isCancelled()
                        || place.join().outcome().toCompletableFuture().isDone());
    }
}
