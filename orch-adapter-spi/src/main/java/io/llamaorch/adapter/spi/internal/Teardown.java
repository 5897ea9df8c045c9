package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the adapter let go of the engine, once, and waits a bounded time for its proof (CAN-07). */
final class Teardown {

    private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);

    private final String job;
    private final TimeSource time;
    private final Executor executor;
    private final LazyStage<CancelReceipt> released = new LazyStage<>();
    private final AtomicBoolean called = new AtomicBoolean();
    private volatile @Nullable Function<CancelCause, CompletionStage<CancelReceipt>> handler;
    private volatile @Nullable CancelCause cause;
    private volatile TimeSource.@Nullable Scheduled limit;

    /** Whether a failure without a cause leaves the engine without work. Written before the end. */
    private volatile boolean nothingLeft;

    Teardown(String job, TimeSource time, Executor executor) {
        this.job = job;
        this.time = time;
        this.executor = executor;
    }

    void handler(Function<CancelCause, CompletionStage<CancelReceipt>> callback) {
        handler = callback;
        callOnce();
        if (called.get()) {
            handler = null; // or whoever keeps the stream would keep the adapter's objects
        }
    }

    boolean hasHandler() {
        return handler != null;
    }

    /** If the stream ends by its adapter's hand, the engine does not work on it. */
    void nothingIsLeft() {
        nothingLeft = true;
    }

    /** The stream has ended; a cause means that the engine does not know yet. */
    void begin(TokenEvent.Terminal terminal, @Nullable CancelCause why) {
        if (why != null) {
            cause = why;
            callOnce();
            if (released.get() == null) {
                limit = time.schedule(PROOF_LIMIT, new NoProof());
                if (released.get() != null) {
                    stopLimit(); // the proof came just before there was anything to stop
                }
            }
            return;
        }
        called.set(true);
        handler = null;
        boolean engineEnded = terminal instanceof TokenEvent.End end && end.reason() != StopReason.CANCELLED;
        settle(
                engineEnded || nothingLeft
                        ? CancelReceipt.slotFree(Duration.ZERO)
                        : CancelReceipt.unconfirmed("the stream failed before the engine's own end"));
    }

    CompletionStage<CancelReceipt> released() {
        return released.stage();
    }

    private void settle(CancelReceipt receipt) {
        released.set(receipt, executor);
        stopLimit();
    }

    private void stopLimit() {
        TimeSource.Scheduled armed = limit;
        if (armed != null) {
            armed.cancel();
        }
    }

    private void callOnce() {
        CancelCause why = cause;
        Function<CancelCause, CompletionStage<CancelReceipt>> callback = handler;
        if (why == null || callback == null || !called.compareAndSet(false, true)) {
            return;
        }
        handler = null;
        try {
            callback.apply(why).whenComplete((receipt, failure) -> settle(proof(receipt, failure)));
        } catch (Throwable thrown) {
            settle(CancelReceipt.unconfirmed("the adapter's cancel threw " + thrown));
            if (thrown instanceof VirtualMachineError fatal) {
                throw fatal;
            }
        }
    }

    private final class NoProof implements Runnable {
        @Override
        public void run() {
            settle(CancelReceipt.unconfirmed("no proof came within " + PROOF_LIMIT.toSeconds() + " s"));
        }

        @Override
        public String toString() {
            return "limit of the proof that " + job + " is cancelled";
        }
    }

    private static CancelReceipt proof(@Nullable CancelReceipt receipt, @Nullable Throwable failure) {
        if (failure != null) {
            return CancelReceipt.unconfirmed("the adapter's proof of cancel failed: " + failure);
        }
        return receipt != null ? receipt : CancelReceipt.unconfirmed("the adapter's proof of cancel is null");
    }
}
