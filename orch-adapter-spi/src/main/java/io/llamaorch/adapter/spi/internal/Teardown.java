package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the end of a stream leaves at the engine (CAN-07): known at once, or asked of the adapter, which lets go of the
 * engine then, once, and has a bounded time for its proof.
 */
final class Teardown {

    private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);
    private static final CancelReceipt NOTHING_LEFT = CancelReceipt.slotFree(Duration.ZERO);
    private static final CancelReceipt NOTHING_KNOWN =
            CancelReceipt.unconfirmed("the stream failed before the engine's own end");

    private final String job;
    private final TimeSource time;
    private final Executor executor;
    private final LazyStage<CancelReceipt> released = new LazyStage<>();
    private final AtomicBoolean called = new AtomicBoolean();
    private volatile @Nullable Function<CancelCause, CompletionStage<CancelReceipt>> handler;
    private volatile @Nullable CancelCause cause;
    private volatile TimeSource.@Nullable Scheduled limit;

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

    /** The stream has ended, and the engine works on it no more, or never did. */
    void nothingLeft() {
        atOnce(NOTHING_LEFT);
    }

    /** The stream has ended by its adapter's hand, which cleans up itself. */
    void nothingKnown() {
        atOnce(NOTHING_KNOWN);
    }

    /** The stream has ended as one behind it did: who listens may know more, and if nobody does, nothing is known. */
    void askIfHeard(CancelCause why) {
        if (handler == null) {
            nothingKnown();
        } else {
            ask(why);
        }
    }

    /** The stream has ended, and the engine does not know yet. */
    void ask(CancelCause why) {
        cause = why;
        callOnce();
        if (released.get() == null) {
            limit = time.schedule(PROOF_LIMIT, new NoProof());
            if (released.get() != null) {
                stopLimit(); // the proof came just before there was anything to stop
            }
        }
    }

    private void atOnce(CancelReceipt receipt) {
        called.set(true);
        handler = null;
        settle(receipt);
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
