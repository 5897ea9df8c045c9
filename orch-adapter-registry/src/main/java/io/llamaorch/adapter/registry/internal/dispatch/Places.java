package io.llamaorch.adapter.registry.internal.dispatch;

import io.llamaorch.adapter.registry.ReplicaPlaces;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

    /** Whether the stream that runs has all of them, however many there are. */
    private boolean whole;

    /** The places of those that were bound to the same engine before, as long as any is held. */
    private final List<Places> before = new ArrayList<>(0);

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

    /**
     * Counts what others hold at the same engine, until they hold nothing.
     *
     * @param others the places of those that were bound to it before, which take no new work
     */
    public void follow(Collection<Places> others) {
        before.addAll(others);
    }

    /** {@return how many more streams may begin} */
    public int free() {
        return isTakenWhole() ? 0 : Math.max(0, share - held());
    }

    /** {@return whether one stream has all of them} */
    public boolean isTakenWhole() {
        return whole || (!before.isEmpty() && before.stream().anyMatch(Places::isTakenWhole));
    }

    /** {@return how many run or are quarantined, here or at those that were bound to the same engine before} */
    public int held() {
        return running + quarantined + heldBefore();
    }

    private int heldBefore() {
        if (before.isEmpty()) {
            return 0; // nearly always
        }
        before.removeIf(other -> other.held() == 0);
        return before.stream().mapToInt(Places::held).sum();
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

    /** Takes all places for one stream, which must find none held (DET-02). */
    public void takeAll() {
        whole = true;
        add(1);
    }

    /** Gives a place back, or all that the stream had, whose stream the engine has ended. */
    public void giveBack() {
        whole = false; // who has all of them is alone, so it is the one that ends
        add(-1);
    }

    /**
     * Keeps the place of a stream that has ended here, and perhaps not at the engine; one that had all places keeps one.
     *
     * @return what {@link #release} is to be told
     */
    public int quarantine() {
        whole = false;
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
        before.forEach(Places::forget);
    }

    private void add(int streams) {
        int before = running;
        running = before + streams;
    }

    /** {@return what is so now; what those before hold counts as quarantined, and so does what one has all for itself} */
    public ReplicaPlaces now() {
        int kept = quarantined + heldBefore();
        return new ReplicaPlaces(share, running, isTakenWhole() ? Math.max(kept, share - running) : kept);
    }
}
