package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.internal.dispatch.Breaker;
import io.llamaorch.adapter.registry.internal.dispatch.Places;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What dispatch knows of one replica of a pool.
 *
 * <p>Thread safety: everything that changes is guarded by the lock of the pool's {@link Dispatch}.
 */
final class Seat {

    private static final WorkerProperties UNKNOWN = WorkerProperties.builder().build();

    private final Replica replica;
    private final Places places;
    private final Breaker breaker;
    private final Timers timers;
    private Ability ability;

    /** Where it stands among the pool's replicas; negative when it has left. */
    private int index = -1;

    /** Which life of its engine this is: a later one has lost the caches of the former. */
    private long epoch;

    /** Whether its engine asked to be left alone for a while, and until when, on the host's clock. */
    private boolean resting;

    private long restsUntil;

    private @Nullable Seat successor;

    /** Whether nobody starts here before it is empty, and then a task that must be alone does. */
    private boolean kept;

    /** How often its breaker opened. */
    private int openings;

    Seat(Replica replica, HostSettings settings) {
        this.replica = replica;
        this.places = new Places(replica.spec().share());
        this.breaker = new Breaker(settings.policies().breaker());
        this.timers = new Timers(settings);
        this.ability = Ability.of(UNKNOWN, replica.capabilities());
    }

    /** What is to happen to it later. */
    Timers timers() {
        return timers;
    }

    Replica replica() {
        return replica;
    }

    Places places() {
        return places;
    }

    Breaker breaker() {
        return breaker;
    }

    /** What it can serve, as far as that was heard. */
    Ability ability() {
        return ability;
    }

    void learn(WorkerProperties known) {
        ability = Ability.of(known, replica.capabilities());
        places.learn(known.slots());
    }

    /** Takes over from others at the same engine: their streams hold places there, and its own caches are theirs. */
    void follow(List<Seat> before) {
        places.follow(before.stream().map(Seat::places).toList());
        for (Seat other : before) {
            other.successor = this;
            if (other.replica.id().equals(replica.id()) && other.replica.isLive()) {
                epoch = other.epoch;
            }
        }
    }

    /** The one that has taken over from it; null if there is none. */
    @Nullable
    Seat successor() {
        return successor;
    }

    int index() {
        return index;
    }

    void moveTo(int place) {
        index = place;
    }

    boolean hasLeft() {
        return index < 0;
    }

    long epoch() {
        return epoch;
    }

    /** Its engine is another since. */
    void renew(long newEpoch) {
        epoch = newEpoch;
        resting = false;
        places.forget();
        breaker.reset();
    }

    boolean resting() {
        return resting;
    }

    /** It is left alone until then, or longer if that was asked for. */
    void restUntil(long end) {
        restsUntil = resting && restsUntil - end > 0 ? restsUntil : end;
        resting = true;
    }

    /** Somebody's rest is over; not always the longest. */
    void rested(long now) {
        resting = resting && restsUntil - now > 0;
    }

    boolean kept() {
        return kept;
    }

    void keep(boolean forOneAlone) {
        kept = forOneAlone;
    }

    /** Its breaker opened; tells which time this is. */
    int opened() {
        return ++openings;
    }

    int openings() {
        return openings;
    }
}
