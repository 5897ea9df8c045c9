package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.llamacpp.internal.codec.SlotState;
import io.llamaorch.adapter.spi.CancelReceipt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One cancelled job of which it is not known yet whether it has left its slot. All but settling is its poller's. */
final class Proof {

    private final int mark;
    private final boolean hadSlot;
    private final long cancelled;
    private final CompletableFuture<CancelReceipt> receipt = new CompletableFuture<>();
    private String seen = Reasons.NOT_LOOKED;

    Proof(int mark, boolean hadSlot, long cancelled) {
        this.mark = mark;
        this.hadSlot = hadSlot;
        this.cancelled = cancelled;
    }

    /** When the job was cancelled, on the clock. */
    long cancelled() {
        return cancelled;
    }

    /** What the slots say, now: a receipt if that settles it, else null. */
    @Nullable
    CancelReceipt judge(List<SlotState> slots, long now) {
        boolean found = false;
        boolean processing = false;
        for (SlotState slot : slots) {
            if (slot.mark() == mark) { // twice if something between has sent the request again
                found = true;
                processing |= slot.processing();
            }
        }
        if (found && !processing) {
            return CancelReceipt.slotFree(Duration.ofNanos(now - cancelled));
        }
        if (!found && hadSlot) {
            return CancelReceipt.unconfirmed(Reasons.GONE); // its slot is another's: it will not come back
        }
        seen = found ? Reasons.STILL_PROCESSING : Reasons.NOT_FOUND;
        return null;
    }

    /** Takes note of why a look came to nothing. */
    void unseen(String why) {
        seen = why;
    }

    /** The receipt if nothing more comes. */
    CancelReceipt unproved() {
        return CancelReceipt.unconfirmed(seen);
    }

    /** Tells the receipt; runs foreign code. */
    void settle(CancelReceipt what) {
        receipt.complete(what);
    }

    CompletionStage<CancelReceipt> receipt() {
        return receipt;
    }
}
