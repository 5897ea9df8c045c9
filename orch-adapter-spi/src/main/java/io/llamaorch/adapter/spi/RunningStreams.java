package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.EmitterCore;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * The running streams of one adapter: opens them, finds them by job id, and ends them all when the adapter closes. An
 * adapter's {@code submit}, {@code cancel} and {@code close} are a line each with it.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class RunningStreams implements AutoCloseable {

    private final String engine;
    private final AdapterConfig config;
    private final StreamLimits limits;
    private final ConcurrentMap<String, EmitterCore> streams = new ConcurrentHashMap<>();
    private volatile boolean closed;

    private RunningStreams(String engine, AdapterConfig config, StreamLimits limits) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.config = Objects.requireNonNull(config, "config");
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    /**
     * Makes the holder of an adapter's streams.
     *
     * @param engine the engine's name, for {@code Started} and errors; empty for a host's streams, which run on many
     * @param config what the adapter was created with: its replica's name, clock and delivery executor are used
     * @param limits the time limits of each stream
     * @return a holder of no streams yet
     */
    public static RunningStreams create(String engine, AdapterConfig config, StreamLimits limits) {
        return new RunningStreams(engine, config, limits);
    }

    /**
     * Opens a stream and lets the adapter begin. A job id that is running is refused with
     * {@link ErrorCode#INVALID_PARAMS}; what {@code begin} throws becomes the stream's error.
     *
     * @param task the task
     * @param begin starts the work without blocking; not called if the task is refused
     * @return the stream
     * @throws IllegalStateException if this is closed
     */
    public TokenStream open(TaskRequest task, Consumer<TokenEmitter> begin) {
        Objects.requireNonNull(begin, "begin");
        if (closed) {
            throw new IllegalStateException(
                    engine.isEmpty()
                            ? "the host is closed: build a new one"
                            : "the adapter is closed: create a new one");
        }
        EmitterCore emitter = new EmitterCore(
                task.jobId(), engine, config.replica(), limits, config.deliveryExecutor(), config.timeSource());
        emitter.whenEnded(() -> streams.remove(task.jobId(), emitter));
        if (streams.putIfAbsent(task.jobId(), emitter) != null) {
            emitter.refused(WorkerError.of(
                    ErrorCode.INVALID_PARAMS,
                    "a job with id '" + task.jobId() + "' is running: wait for its end, or use another id"));
            return emitter.stream();
        }
        try {
            emitter.watch(task.deadline());
            if (closed) {
                emitter.closeBecauseAdapterCloses();
                released(emitter, CancelReceipt.slotFree(Duration.ZERO));
            } else {
                begin.accept(emitter);
            }
        } catch (Throwable thrown) {
            emitter.fault(thrown);
            released(emitter, CancelReceipt.unconfirmed("the adapter failed to begin the job"));
            if (thrown instanceof VirtualMachineError fatal) {
                throw fatal;
            }
        }
        return emitter.stream();
    }

    /** No adapter will ever listen to this stream's end, unless it does already: this much is known of it. */
    private static void released(EmitterCore emitter, CancelReceipt receipt) {
        emitter.onCancel(cause -> CompletableFuture.completedStage(receipt));
    }

    /**
     * Cancels a job.
     *
     * @param jobId the job's id
     * @return what becomes of it; NOT_RUNNING for a finished and for an unknown job
     */
    public Cancellation cancel(String jobId) {
        EmitterCore emitter = streams.get(Objects.requireNonNull(jobId, "jobId"));
        return emitter == null ? Cancellation.notRunning() : emitter.stream().cancel();
    }

    /** {@return how many streams are running} */
    public int count() {
        return streams.size();
    }

    /** {@return whether {@link #close} was called} */
    public boolean closed() {
        return closed;
    }

    /**
     * Ends every running stream with {@link ErrorCode#POOL_UNAVAILABLE} and refuses new ones. Idempotent; never blocks.
     */
    @Override
    public void close() {
        closed = true;
        streams.values().forEach(EmitterCore::closeBecauseAdapterCloses);
    }
}
