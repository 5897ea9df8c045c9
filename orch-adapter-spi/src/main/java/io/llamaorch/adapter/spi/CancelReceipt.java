package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.OneLine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known about the engine's place for a stream after the stream is over (CAN-07).
 *
 * <p>Thread safety: immutable.
 */
public final class CancelReceipt {

    private final Outcome outcome;
    private final @Nullable Duration took;
    private final String reason;

    private CancelReceipt(Outcome outcome, @Nullable Duration took, String reason) {
        this.outcome = outcome;
        this.took = took;
        this.reason = OneLine.of(reason);
    }

    /**
     * The engine's place is free: this was seen, not assumed.
     *
     * @param took from the cancel to the sight of the free place
     * @return the receipt
     */
    public static CancelReceipt slotFree(Duration took) {
        return new CancelReceipt(Outcome.SLOT_FREE, Objects.requireNonNull(took, "took"), "");
    }

    /**
     * Nobody saw whether the engine's place is free.
     *
     * @param reason why not, in one line
     * @return the receipt
     */
    public static CancelReceipt unconfirmed(String reason) {
        return new CancelReceipt(Outcome.UNCONFIRMED, null, reason);
    }

    /**
     * There was nothing to cancel.
     *
     * @return the receipt
     */
    public static CancelReceipt notRunning() {
        return new CancelReceipt(Outcome.NOT_RUNNING, null, "");
    }

    /** {@return what is known} */
    public Outcome outcome() {
        return outcome;
    }

    /** {@return the time from the cancel to the proof, if there is one} */
    public Optional<Duration> took() {
        return Optional.ofNullable(took);
    }

    /** {@return why there is no proof; empty if there is} */
    public String reason() {
        return reason;
    }

    @Override
    public String toString() {
        return outcome + (took == null ? "" : " after " + took) + (reason.isEmpty() ? "" : " (" + reason + ")");
    }

    /** What is known. */
    public enum Outcome {
        /** The engine's place is free. */
        SLOT_FREE,
        /** The connection is closed; whether the engine noticed was not seen. */
        UNCONFIRMED,
        /** The job was not running. */
        NOT_RUNNING
    }
}
