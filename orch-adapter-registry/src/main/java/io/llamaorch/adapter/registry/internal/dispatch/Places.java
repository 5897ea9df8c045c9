package io.llamaorch.adapter.registry.internal.dispatch;

import io.llamaorch.adapter.registry.ReplicaPlaces;
import java.util.OptionalInt;

/**
 * A replica's places for running streams (DSP-03). A place is taken before a stream begins; it comes back when the stream
 * ends, or is quarantined while the engine may still work on what was sent.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Places {

    private final boolean fixed;
    private int share;

    /** Written under the lock of those that change it, read by anybody. */
    private volatile int running;

    private int quarantined;
    private int epoch;

    /**
     * Makes the places of a replica of which nothing runs yet.
     *
     * @param share how many; empty for one until the engine tells
     */
    public Places(OptionalInt share) {
        this.fixed = share.isPresent();
        this.share = share.orElse(1);
    }

    /**
     * Learns how many slots the engine has; an unknown number leaves what was known.
     *
     * @param slots what the engine tells
     */
    public void learn(OptionalInt slots) {
        if (!fixed && slots.isPresent()) {
            share = Math.max(1, slots.getAsInt());
        }
    }

    /** {@return how many more streams may begin} */
    public int free() {
        return Math.max(0, share - running - quarantined);
    }

    /** {@return how many run} */
    public int running() {
        return running;
    }

    /** {@return how many may run at once} */
    public int share() {
        return share;
    }

    /** Takes a place. */
    public void take() {
        add(1);
    }

    /** Gives a place back whose stream the engine has ended. */
    public void giveBack() {
        add(-1);
    }

    /**
     * Keeps the place of a stream that has ended here, and perhaps not at the engine.
     *
     * @return what {@link #release} is to be told
     */
    public int quarantine() {
        add(-1);
        quarantined++;
        return epoch;
    }

    /**
     * Gives a quarantined place back; once for each.
     *
     * @param since what {@link #quarantine} said
     */
    public void release(int since) {
        if (since == epoch) {
            quarantined--;
        }
    }

    /** Gives all quarantined places back: the engine that they were kept from is gone. */
    public void forget() {
        quarantined = 0;
        epoch++;
    }

    private void add(int streams) {
        int before = running;
        running = before + streams;
    }

    /** {@return what is so now} */
    public ReplicaPlaces now() {
        return new ReplicaPlaces(share, running, quarantined);
    }
}
