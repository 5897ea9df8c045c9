package io.llamaorch.adapter.llamacpp.internal.slots;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the ledger expects of one job, from just before it is sent until it is over.
 *
 * <p>Thread safety: immutable.
 */
public final class Booking {

    /** No slot, or one that is not known. */
    static final int NONE = -1;

    private final SlotLedger ledger;
    private final String session;
    private final int slot;
    private final boolean fresh;
    private final Optional<Expectation> expectation;

    /**
     * What is expected of a turn that is not a session's first.
     *
     * @param held how many tokens the last turn left
     * @param warm whether they should still be there
     * @param displaced whether another job has had their slot since
     */
    record Expectation(int held, boolean warm, boolean displaced) {}

    Booking(SlotLedger ledger, String session, int slot, boolean fresh, Optional<Expectation> expectation) {
        this.ledger = ledger;
        this.session = session;
        this.slot = slot;
        this.fresh = fresh;
        this.expectation = expectation;
    }

    /** {@return the slot that the job must be sent to: its own pin, or the one that holds its session and is free} */
    public OptionalInt slot() {
        return slot == NONE ? OptionalInt.empty() : OptionalInt.of(slot);
    }

    /** {@return whether the engine must not reuse what it holds, because the session begins anew} */
    public boolean fresh() {
        return fresh;
    }

    /**
     * The engine has ended the job.
     *
     * @param where the slot that it says; negative if it does not
     * @param held how many tokens that slot holds now
     * @param cached how many tokens of the prompt it held before; negative if the engine does not tell
     */
    public void ended(int where, int held, int cached) {
        ledger.ended(this, where, held, cached);
    }

    /**
     * The job is over in another way; nothing happens if that was told already.
     *
     * @param mayWork whether the engine may still work for it
     */
    public void over(boolean mayWork) {
        ledger.over(this, mayWork);
    }

    String session() {
        return session;
    }

    int pinned() {
        return slot;
    }

    Optional<Expectation> expectation() {
        return expectation;
    }
}
