package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.internal.dispatch.Kinds;
import io.llamaorch.adapter.registry.internal.dispatch.Scores;
import io.llamaorch.adapter.registry.internal.dispatch.Sessions;
import io.llamaorch.adapter.spi.Pin;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a replica for a task: among those that are ready, able and have a free place, the one that holds its session's
 * cache, else the one with most free places, then fewest running streams, then the first by id (DSP-01, 02, 04, 07). A
 * task that must be alone gets one that is empty (DET-02); one may be kept for it, on which nobody starts until it is.
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class Choice {

    private final Sessions sessions = new Sessions();
    private Map<String, Seat> byId = Map.of();
    private List<Seat> seats = List.of();
    private Scores scores = new Scores(0);

    /** What some replicas can serve. */
    private Kinds<Ability> kinds = new Kinds<>();

    /** The places of each replica that is ready, and of all. */
    private int[] ready = {};

    private int readyPlaces;

    /** Those that are kept for tasks that must be alone; nearly always none. */
    private final List<Seat> kept = new ArrayList<>(0);

    /** Sets which replicas there are. */
    void seats(Collection<Seat> all) {
        kept.forEach(seat -> seat.keep(false));
        kept.clear();
        seats.forEach(seat -> seat.moveTo(-1));
        seats = all.stream()
                .sorted(Comparator.comparing(seat -> seat.replica().id()))
                .toList();
        scores = new Scores(seats.size());
        kinds = new Kinds<>();
        ready = new int[seats.size()];
        readyPlaces = 0;
        byId = new HashMap<>();
        for (int i = 0; i < seats.size(); i++) {
            Seat seat = seats.get(i);
            seat.moveTo(i);
            byId.put(seat.replica().id(), seat);
            classify(seat);
            rate(seat);
        }
    }

    /** All of them, by id. */
    List<Seat> seats() {
        return seats;
    }

    /** The one of an id; null if there is none. */
    @Nullable
    Seat seat(String id) {
        return byId.get(id);
    }

    /** Takes note of what a replica can serve, which may have changed. */
    void learned(Seat seat) {
        if (seat.hasLeft()) {
            return;
        }
        if (kinds.size() <= 2 * seats.size()) {
            classify(seat);
        } else { // most of them are what replicas were once
            kinds = new Kinds<>();
            seats.forEach(this::classify);
        }
    }

    private void classify(Seat seat) {
        scores.kind(seat.index(), kinds.of(seat.ability()));
    }

    /** Rates a replica anew, of which something changed, and the one that has followed it at the same engine. */
    void rate(Seat changed) {
        for (Seat seat = changed; seat != null; seat = seat.successor()) {
            rateOne(seat);
        }
    }

    private void rateOne(Seat seat) {
        if (!seat.hasLeft()) {
            int index = seat.index();
            scores.set(
                    index,
                    isOpen(seat) && !seat.kept()
                            ? Scores.of(seat.places().free(), seat.places().running())
                            : Scores.NOT_NOW);
            readyPlaces -= ready[index];
            ready[index] = seat.replica().isReady() ? seat.places().share() : 0;
            readyPlaces += ready[index];
        }
    }

    /** Whether a replica gets work, as soon as it has a place. */
    private static boolean isOpen(Seat seat) {
        return seat.replica().isReady() && seat.breaker().permits() && !seat.resting();
    }

    boolean hasFree() {
        return scores.any();
    }

    /** How many streams could run at once on all that are ready. */
    int readyPlaces() {
        return readyPlaces;
    }

    /** The replica that the task goes to now; null if none has a place for it. */
    @Nullable
    Seat best(Wish wish) {
        if (wish.request().pin().isPresent()) {
            return ifOpen(byId.get(wish.request().pin().get().replica()), wish);
        }
        Seat home = home(wish);
        if (home != null && !wish.hasTried(home) && ifOpen(home, wish) != null) {
            return home;
        }
        Seat untried = bestOf(wish, true);
        return untried != null || wish.attempts() == 0 ? untried : bestOf(wish, false);
    }

    private @Nullable Seat bestOf(Wish wish, boolean untriedOnly) {
        IntPredicate able = kind -> wish.needs().metBy(kinds.get(kind));
        IntPredicate untried =
                untriedOnly && wish.attempts() > 0 ? index -> !wish.hasTried(seats.get(index)) : Scores.ANY;
        if (wish.needs().alone()) {
            untried = untried.and(index -> isEmpty(seats.get(index)));
        }
        while (true) {
            int best = scores.best(able, untried);
            if (best < 0) {
                return null;
            }
            Seat seat = seats.get(best);
            if (seat.replica().isReady()) {
                return seat;
            }
            scores.set(best, Scores.NOT_NOW); // it ceased to be a moment ago, and says so in a moment
        }
    }

    private @Nullable Seat ifOpen(@Nullable Seat seat, Wish wish) {
        return seat != null
                        && scores.has(seat.index())
                        && seat.replica().isReady()
                        && (!wish.needs().alone() || isEmpty(seat))
                        && wish.needs().metBy(seat.ability())
                ? seat
                : null;
    }

    private static boolean isEmpty(Seat seat) {
        return seat.places().held() == 0;
    }

    /** Keeps none any more; each is kept again for whoever still needs that. */
    void keepNone() {
        if (!kept.isEmpty()) {
            kept.forEach(seat -> seat.keep(false));
            kept.forEach(this::rateOne);
            kept.clear();
        }
    }

    /**
     * Keeps a replica for a task that must be alone and finds none empty: the one that has least to end before it is. What
     * is kept never gets more to do, so whichever is kept the next time has less, and the task's turn comes.
     */
    void keepFor(Wish wish) {
        Optional<Pin> pin = wish.request().pin();
        Seat pinned = pin.isPresent() ? byId.get(pin.get().replica()) : null;
        List<Seat> candidates = pin.isEmpty() ? seats : pinned == null ? List.of() : List.of(pinned);
        candidates.stream()
                .filter(seat -> !seat.kept() && isOpen(seat) && wish.needs().metBy(seat.ability()))
                .min(Comparator.comparing(wish::hasTried)
                        .thenComparing(seat -> seat.places().held()))
                .ifPresent(seat -> {
                    seat.keep(true);
                    kept.add(seat);
                    rateOne(seat);
                });
    }

    private @Nullable Seat home(Wish wish) {
        Sessions.Home home = wish.request().sessionId().map(sessions::home).orElse(null);
        Seat seat = home == null ? null : byId.get(home.replica());
        return seat != null && home != null && seat.epoch() == home.epoch() ? seat : null;
    }

    /** Whether a replica holds the cache of the task's session. */
    boolean isHome(Wish wish, Seat seat) {
        return home(wish) == seat;
    }

    /** Whether the cache of the task's session is, or was, elsewhere. */
    boolean isCold(Wish wish, Seat seat) {
        Sessions.Home home = wish.request().sessionId().map(sessions::home).orElse(null);
        return home != null && !(home.replica().equals(seat.replica().id()) && home.epoch() == seat.epoch());
    }

    void remember(String session, Seat seat) {
        sessions.moved(session, new Sessions.Home(seat.replica().id(), seat.epoch()));
    }
}
