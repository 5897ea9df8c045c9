package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.PoolExplanation;
import io.llamaorch.adapter.registry.ReplicaExplanation;
import io.llamaorch.adapter.registry.ReplicaExplanation.Verdict;
import io.llamaorch.adapter.registry.ReplicaPlaces;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Explains what would become of a task that came to a pool now, by asking those that would decide it (DSP-08). */
final class Explainer {

    private Explainer() {}

    static PoolExplanation explain(String pool, Dispatch dispatch, Optional<TaskRequest> task, List<Replica> leaving) {
        Wish wish = Wish.of(task.orElseGet(() -> TaskRequest.builder("any").build()));
        return dispatch.look(() -> {
            Choice choice = dispatch.choice();
            Seat best = choice.best(wish);
            List<ReplicaExplanation> replicas = new ArrayList<>();
            choice.seats().forEach(seat -> replicas.add(explain(seat, wish, best, choice.isHome(wish, seat))));
            leaving.stream()
                    .sorted(Comparator.comparing(Replica::id))
                    .forEach(replica -> replicas.add(leaving(replica)));
            return new PoolExplanation(
                    pool, dispatch.queue().size(), best == null ? refusal(dispatch, wish) : Optional.empty(), replicas);
        });
    }

    private static Optional<WorkerError> refusal(Dispatch dispatch, Wish wish) {
        return dispatch.refusals()
                .of(wish)
                .or(() ->
                        dispatch.queue().isFull() ? Optional.of(dispatch.queue().full()) : Optional.empty());
    }

    private static ReplicaExplanation explain(Seat seat, Wish wish, @Nullable Seat best, boolean home) {
        ReplicaPlaces places = seat.places().now();
        Optional<Pin> pin = wish.request().pin();
        if (pin.isPresent() && !pin.get().replica().equals(seat.replica().id())) {
            return explained(
                    seat,
                    places,
                    Verdict.UNABLE,
                    "the task is pinned to replica " + pin.get().replica());
        }
        Optional<WorkerError> unmet = wish.needs().unmetBy(seat);
        String whyNot = Refusals.whyNot(seat);
        if (unmet.isPresent()) {
            return explained(seat, places, Verdict.UNABLE, unmet.get().toString());
        }
        if (!whyNot.isEmpty()) {
            return explained(seat, places, Verdict.UNREADY, whyNot);
        }
        String count = count(seat, places);
        if (seat.kept()) {
            return explained(
                    seat, places, Verdict.FULL, "it is kept for a task that waits to be alone on it; " + count);
        }
        if (wish.needs().alone() && seat.places().held() > 0) {
            return explained(seat, places, Verdict.FULL, "the task must be alone on it; " + count);
        }
        if (places.free() == 0) {
            return explained(seat, places, Verdict.FULL, count);
        }
        if (best == seat) {
            String reason = pin.isPresent()
                    ? "the task is pinned to it"
                    : home ? "it holds the session's cache" : "it has most free places";
            return explained(seat, places, Verdict.CHOSEN, reason + "; " + count);
        }
        return explained(seat, places, Verdict.POSSIBLE, count);
    }

    private static String count(Seat seat, ReplicaPlaces places) {
        String count = places.running() + " of " + places.share() + " places are taken";
        if (places.quarantined() == 0) {
            return count;
        }
        return seat.places().isTakenWhole()
                ? count + ", and nothing starts beside the task that runs, which must be alone"
                : count + ", " + places.quarantined() + " more are kept until the engine has surely let go";
    }

    private static ReplicaExplanation explained(Seat seat, ReplicaPlaces places, Verdict verdict, String why) {
        return new ReplicaExplanation(seat.replica().status(), places, verdict, why);
    }

    private static ReplicaExplanation leaving(Replica replica) {
        return new ReplicaExplanation(
                replica.status(),
                new ReplicaPlaces(0, replica.running(), 0),
                Verdict.UNREADY,
                "it drains: " + replica.status().reason());
    }
}
