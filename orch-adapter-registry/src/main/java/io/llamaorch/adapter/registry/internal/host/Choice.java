package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.registry.internal.dispatch.Kinds;
import io.llamaorch.adapter.registry.internal.dispatch.Scores;
import io.llamaorch.adapter.registry.internal.dispatch.Sessions;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a replica for a task: among those that are ready, able and have a free place, the one that holds its session's
 * cache, else the one with most free places, then fewest running streams, then the first by id (DSP-01, 02, 04, 07).
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class Choice {

    private static final int NAMED_AT_MOST = 3;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Sessions sessions = new Sessions();
    private Map<String, Seat> byId = Map.of();
    private List<Seat> seats = List.of();
    private Scores scores = new Scores(0);

    /** What some replicas can serve. */
    private Kinds<Ability> kinds = new Kinds<>();

    /** The places of each replica that is ready, and of all. */
    private int[] ready = {};

    private int readyPlaces;

    /** Sets which replicas there are. */
    void seats(Collection<Seat> all) {
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

    List<Seat> seats() {
        return seats;
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

    /** Rates a replica anew, of which something changed. */
    void rate(Seat seat) {
        if (!seat.hasLeft()) {
            int index = seat.index();
            scores.set(
                    index,
                    isOpen(seat) ? Scores.of(seat.places().free(), seat.places().running()) : Scores.NOT_NOW);
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

    /** How many streams could wish at once on all that get work. */
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
                        && wish.needs().metBy(seat.ability())
                ? seat
                : null;
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

    /** Why no replica could take the task even if it had a free place; empty if one could (DSP-09). */
    Optional<WorkerError> refusal(Wish wish, String pool) {
        List<Seat> asked = seats;
        if (wish.request().pin().isPresent()) {
            String id = wish.request().pin().get().replica();
            Seat pinned = byId.get(id);
            if (pinned == null) {
                return Optional.of(unknown(
                        "the task is pinned to replica '" + id + "', which pool '" + pool + "' does not have", id));
            }
            asked = List.of(pinned);
        } else if (asked.isEmpty()) {
            return Optional.of(WorkerError.of(
                    ErrorCode.POOL_UNAVAILABLE,
                    "the last replica of pool '" + pool + "' was taken away: bind one, or use another pool"));
        }
        List<Seat> unready = new ArrayList<>();
        for (Seat seat : asked) {
            if (wish.needs().metBy(seat.ability())) {
                if (seat.replica().isReady() && seat.breaker().state() != BreakerState.OPEN) {
                    return Optional.empty();
                }
                unready.add(seat);
            }
        }
        return Optional.of(unready.isEmpty() ? nobodyAble(wish, pool, asked) : nobodyReady(pool, unready));
    }

    /** Says that the pool does not have a replica. */
    WorkerError unknown(String sentence, String id) {
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                sentence
                        + NearMiss.hint(id, new TreeSet<>(byId.keySet()))
                        + (byId.isEmpty()
                                ? "; it has none that takes work"
                                : "; its replicas are " + String.join(", ", new TreeSet<>(byId.keySet()))));
    }

    private static WorkerError nobodyAble(Wish wish, String pool, List<Seat> asked) {
        List<WorkerError> reasons = asked.stream()
                .map(wish.needs()::unmetBy)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(error -> rank(error.code())))
                .toList();
        WorkerError nearest = reasons.get(0);
        String others = reasons.size() == 1 ? "" : ", nor can the other " + (reasons.size() - 1);
        return WorkerError.of(
                nearest.code(),
                "no replica of pool '" + pool + "' can serve the task: " + plain(nearest) + others
                        + ": change the task, or use another pool");
    }

    /** The nearest miss first: one that would only need a longer context explains more than one with another model. */
    private static int rank(ErrorCode code) {
        return switch (code) {
            case INVALID_PARAMS -> 0;
            case CONTEXT_EXCEEDED -> 1;
            case UNSUPPORTED -> 2;
            default -> 3;
        };
    }

    private static WorkerError nobodyReady(String pool, List<Seat> able) {
        boolean live = able.stream().anyMatch(seat -> seat.replica().isLive());
        List<String> reasons = new ArrayList<>();
        for (Seat seat : able.subList(0, Math.min(NAMED_AT_MOST, able.size()))) {
            reasons.add("replica " + seat.replica().id() + ": " + whyNot(seat));
        }
        if (able.size() > NAMED_AT_MOST) {
            reasons.add("and " + (able.size() - NAMED_AT_MOST) + " more");
        }
        return WorkerError.builder(
                        live ? ErrorCode.POOL_UNREADY : ErrorCode.POOL_UNAVAILABLE,
                        "no replica of pool '" + pool + "' is ready that could serve the task ("
                                + String.join("; ", reasons) + ")")
                .retryAfter(RETRY_AFTER)
                .build();
    }

    /** Why a replica gets no work. */
    static String whyNot(Seat seat) {
        if (!seat.replica().isReady()) {
            return seat.replica().status().reason();
        }
        if (seat.breaker().state() != BreakerState.CLOSED && !seat.breaker().permits()) {
            return seat.breaker().state() == BreakerState.OPEN
                    ? "its breaker is open: too many tasks failed on it lately"
                    : "its breaker is half open, and a trial runs";
        }
        return seat.resting() ? "its engine asked to be left alone for a while" : "";
    }

    private static String plain(WorkerError error) {
        String message = error.message();
        return message.substring(0, message.lastIndexOf(" ("));
    }
}
