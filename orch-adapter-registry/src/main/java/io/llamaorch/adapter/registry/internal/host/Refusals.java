package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.NearMiss;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Says why a pool has no replica for a task, and what to do about it (DSP-09).
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class Refusals {

    private static final int NAMED_AT_MOST = 3;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String pool;
    private final Choice choice;

    /**
     * Makes the refusals of a pool.
     *
     * @param pool its name
     * @param choice what chooses among its replicas
     */
    Refusals(String pool, Choice choice) {
        this.pool = pool;
        this.choice = choice;
    }

    /** Why no replica could take the task even if it had a free place; empty if one could. */
    Optional<WorkerError> of(Wish wish) {
        List<Seat> asked = choice.seats();
        if (wish.request().pin().isPresent()) {
            String id = wish.request().pin().get().replica();
            Seat pinned = choice.seat(id);
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
        return Optional.of(unready.isEmpty() ? nobodyAble(wish, asked) : nobodyReady(unready));
    }

    /** Whether a refusal stays as it is until somebody binds other replicas. */
    boolean isForGood(WorkerError refusal) {
        return choice.seats().isEmpty() || !refusal.retriable();
    }

    /** Says that the pool does not have a replica. */
    WorkerError unknown(String sentence, String id) {
        TreeSet<String> known = new TreeSet<>();
        choice.seats().forEach(seat -> known.add(seat.replica().id()));
        return WorkerError.of(
                ErrorCode.NOT_FOUND,
                sentence
                        + NearMiss.hint(id, known)
                        + (known.isEmpty()
                                ? "; it has none that takes work"
                                : "; its replicas are " + String.join(", ", known)));
    }

    private WorkerError nobodyAble(Wish wish, List<Seat> asked) {
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

    private WorkerError nobodyReady(List<Seat> able) {
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
                                + String.join("; ", reasons) + "): try later, or use another pool")
                .retryAfter(RETRY_AFTER)
                .build();
    }

    /** Why a replica gets no work; empty if it does. */
    static String whyNot(Seat seat) {
        if (!seat.replica().isReady()) {
            return seat.replica().status().reason();
        }
        if (!seat.breaker().permits()) {
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
