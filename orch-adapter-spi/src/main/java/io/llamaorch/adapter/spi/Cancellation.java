package io.llamaorch.adapter.spi;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A cancel on its way, in two stages: accepted, when no further token can reach the subscriber, and settled, when it is
 * known what became of the engine's place. Neither stage ever fails, and both complete in bounded time.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class Cancellation {

    private final CompletionStage<Answer> accepted;
    private final CompletionStage<CancelReceipt> settled;

    private Cancellation(CompletionStage<Answer> accepted, CompletionStage<CancelReceipt> settled) {
        this.accepted = Objects.requireNonNull(accepted, "accepted");
        this.settled = Objects.requireNonNull(settled, "settled");
    }

    /**
     * Makes a cancellation from its stages.
     *
     * @param accepted completes when no further token can be delivered
     * @param settled completes when the engine's place is known to be free or unknowable
     * @return the cancellation
     */
    public static Cancellation of(CompletionStage<Answer> accepted, CompletionStage<CancelReceipt> settled) {
        return new Cancellation(readOnly(accepted), readOnly(settled));
    }

    /** {@return the answer for a job that is finished or unknown: it is no error (CAN-04)} */
    public static Cancellation notRunning() {
        return new Cancellation(
                CompletableFuture.completedStage(Answer.NOT_RUNNING),
                CompletableFuture.completedStage(CancelReceipt.notRunning()));
    }

    /**
     * {@return a stage that completes when no further token can be delivered: at once if none is being delivered, else
     * right after (CAN-02)}
     */
    public CompletionStage<Answer> accepted() {
        return accepted;
    }

    /** {@return a stage that completes within 10 s with what became of the engine's place (CAN-07)} */
    public CompletionStage<CancelReceipt> settled() {
        return settled;
    }

    private static <T> CompletionStage<T> readOnly(CompletionStage<T> stage) {
        return stage instanceof CompletableFuture<T> future ? future.minimalCompletionStage() : stage;
    }

    /** Whether there was something to cancel. */
    public enum Answer {
        /** The stream ends with {@code End(CANCELLED)}. */
        ACCEPTED,
        /** The job is finished or unknown. */
        NOT_RUNNING
    }
}
