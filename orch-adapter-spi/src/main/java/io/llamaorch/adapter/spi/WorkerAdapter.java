package io.llamaorch.adapter.spi;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One engine endpoint. A host creates it, submits tasks and asks for its health at any time and from any thread, and
 * closes it once; nothing is called on it after that but {@link #close} again.
 *
 * <p>An adapter makes one attempt at each thing that it is asked for and never retries: the host owns retries and their
 * budget. No method blocks. Stages complete on the {@linkplain AdapterConfig#deliveryExecutor() delivery executor}, fail
 * only with {@link WorkerException} (or {@link IllegalStateException} after {@link #close}), and cannot be completed from
 * outside.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface WorkerAdapter extends AutoCloseable {

    /**
     * Looks whether the engine takes work; costs no tokens, takes no slot and wakes no sleeping engine (HLT-02).
     *
     * @return a stage that completes in bounded time with what was found, also if that is "cannot be reached"
     */
    CompletionStage<WorkerHealth> health();

    /**
     * Reads what the engine tells about itself; wakes no sleeping engine (HLT-06).
     *
     * @return a stage with the properties
     */
    CompletionStage<WorkerProperties> properties();

    /**
     * Reads the engine's version.
     *
     * @return a stage with the version in the engine's own words, or {@code "unknown"} where it does not tell
     */
    default CompletionStage<String> engineVersion() {
        return properties().thenApply(properties -> properties.engineVersion().orElse("unknown"));
    }

    /**
     * Starts a task. Returns at once with the handle that cancels it; connecting happens behind it, and every failure of
     * the engine, the first connection included, is the stream's terminal event (ERR-05).
     *
     * @param task the task
     * @return its stream, which runs already
     * @throws IllegalStateException if the adapter is closed
     */
    TokenStream submit(TaskRequest task);

    /**
     * Cancels a job; equal to {@link TokenStream#cancel()} on its stream.
     *
     * @param jobId the job's id
     * @return what becomes of it; NOT_RUNNING for a finished and for an unknown job
     */
    Cancellation cancel(String jobId);

    /**
     * Gives access to what only some engines can do, such as {@link EngineMetrics} or {@link Tokenization}; does no I/O.
     *
     * @param type the interface of the capability
     * @param <T> the same
     * @return its implementation for this endpoint, if the adapter has one
     */
    default <T> Optional<T> capability(Class<T> type) {
        return Optional.empty();
    }

    /**
     * Ends every running stream with {@link ErrorCode#POOL_UNAVAILABLE}, closes every connection and gives back every
     * thread and timer; idempotent and bounded in time (LIF-04).
     */
    @Override
    void close();
}
