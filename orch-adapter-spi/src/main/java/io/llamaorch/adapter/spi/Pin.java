package io.llamaorch.adapter.spi;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A place where a task must run: obeyed, or refused with an error, never silently changed (DSP-07).
 *
 * <p>Thread safety: immutable.
 */
public final class Pin {

    private final String replica;
    private final int slot;

    private Pin(String replica, int slot) {
        this.replica = Objects.requireNonNull(replica, "replica");
        this.slot = slot;
    }

    /**
     * Pins to one replica of the pool.
     *
     * @param replica the replica's id
     * @return the pin
     */
    public static Pin toReplica(String replica) {
        return new Pin(replica, -1);
    }

    /**
     * Pins to one slot of one replica; needs {@link Capability#SLOT_PIN}.
     *
     * @param replica the replica's id
     * @param slot the slot's number, 0 or more
     * @return the pin
     */
    public static Pin toSlot(String replica, int slot) {
        if (slot < 0) {
            throw new IllegalArgumentException("slot is negative: " + slot);
        }
        return new Pin(replica, slot);
    }

    /** {@return the replica's id} */
    public String replica() {
        return replica;
    }

    /** {@return the slot's number, if the task is pinned to one} */
    public OptionalInt slot() {
        return slot < 0 ? OptionalInt.empty() : OptionalInt.of(slot);
    }

    @Override
    public String toString() {
        return replica
                + Optional.of(slot).filter(s -> s >= 0).map(s -> "/slot " + s).orElse("");
    }
}
