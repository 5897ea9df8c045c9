package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.codec.RepeatableTask;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a repeatable task is alone among the streams of this adapter (DET-02): what would run beside it is refused,
 * whichever came first. A host never lets it come to that; it waits until the replica is empty.
 *
 * <p>Thread safety: safe for concurrent use; never blocks.
 */
final class Solitude {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final boolean exclusive;
    private final RunningStreams streams;
    private final CancelProofs proofs;

    /** The stream that is alone, or was the last to be; each other one looks at it after it was counted itself. */
    private final AtomicReference<@Nullable TokenEmitter> alone = new AtomicReference<>();

    /**
     * Makes one for an adapter that runs nothing yet.
     *
     * @param exclusive whether the server serves this host only
     * @param streams the adapter's streams, each counted before it is asked for here
     * @param proofs what its cancelled streams may have left at the server
     */
    Solitude(boolean exclusive, RunningStreams streams, CancelProofs proofs) {
        this.exclusive = exclusive;
        this.streams = streams;
        this.proofs = proofs;
    }

    /**
     * Says whether a stream may begin.
     *
     * @param task its task
     * @param emitter its end that is fed
     * @return why not; empty if it may
     */
    Optional<WorkerError> refusal(TaskRequest task, TokenEmitter emitter) {
        TokenEmitter other = alone.get();
        if (other != null && !other.ended()) {
            return refused("a task runs that must be alone on the server (" + other.jobId() + ")");
        }
        if (!RepeatableTask.is(task)) {
            return Optional.empty(); // nearly always
        }
        if (!exclusive) {
            return Optional.of(WorkerError.of(
                    ErrorCode.UNSUPPORTED,
                    "determinism " + task.determinism()
                            + " needs a server that serves this host only: set the option '"
                            + LlamaCppAdapterFactory.EXCLUSIVE + "' if that is so, or ask for BEST_EFFORT"));
        }
        boolean first =
                alone.compareAndSet(other, emitter); // before the count: of two at once, one at least sees the other
        if (!first || streams.count() > 1) {
            return refused("the task must be alone on the server, and another one runs");
        }
        return proofs.isIdle()
                ? Optional.empty()
                : refused("the task must be alone on the server, which may still work on a cancelled one");
    }

    private static Optional<WorkerError> refused(String what) {
        return Optional.of(WorkerError.builder(ErrorCode.ADMISSION_REJECT, what + ": try again when it has ended")
                .retryAfter(RETRY_AFTER)
                .build());
    }
}
