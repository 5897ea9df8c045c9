package io.llamaorch.adapter.llamacpp.internal.slots;

import io.llamaorch.adapter.spi.Sessions;
import java.util.OptionalInt;

/**
 * What is known of a session since its last turn.
 *
 * @param slot the slot that holds its text, or {@link Booking#NONE}
 * @param tokens how many tokens that is
 * @param count how many turns it had
 * @param at when the last one ended, on the clock
 */
record SessionTurns(int slot, int tokens, int count, long at) {

    /** The same after another job has had its slot. */
    SessionTurns displaced() {
        return new SessionTurns(Booking.NONE, tokens, count, at);
    }

    Sessions.Held shown(String name) {
        return new Sessions.Held(
                name, slot == Booking.NONE ? OptionalInt.empty() : OptionalInt.of(slot), tokens, count);
    }
}
