package io.llamaorch.adapter.registry.internal;

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
        if (running.putIfAbsent(task.jobId(), place) != null) {
            return TokenStream.failed(
                    task.jobId(),
                    WorkerError.of(
                            ErrorCode.INVALID_PARAMS,
                            "a job with id '" + task.jobId() + "' is running: wait for its end, or use another id"));
        }
        boolean started = false;
        try {
            TokenStream stream = start.get();
            started = true;
            place.complete(stream);
            var unused = stream.outcome().thenRun(() -> running.remove(task.jobId(), place));
            return stream;
        } finally {
            if (!started) {
                running.remove(task.jobId(), place);
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
        TokenStream stream = place == null ? null : place.getNow(null);
        return stream == null ? Cancellation.notRunning() : stream.cancel();
    }
}
