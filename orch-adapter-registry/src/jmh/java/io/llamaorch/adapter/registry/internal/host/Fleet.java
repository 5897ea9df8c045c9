package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.InstantFactory;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A pool of a thousand replicas in some state, and tasks that come to it. */
public final class Fleet {

    static final int REPLICAS = 1_000;
    static final int SLOTS = 8;

    /** Every other replica serves it. */
    static final String MODEL = "llama-3.1-8b-instruct";

    private static final String OTHER_MODEL = "qwen-2.5-7b-instruct";
    private static final int TASKS = 1_024;
    private static final long SEED = 42;

    /** Those that are open stay so. */
    private static final BreakerPolicy BREAKERS =
            BreakerPolicy.builder().openFor(Duration.ofDays(1)).build();

    final Dispatch dispatch;
    private final List<Seat> seats = new ArrayList<>();
    private final Random random = new Random(SEED);
    private final RunningStreams streams =
            RunningStreams.create("", AdapterConfig.builder().build(), StreamLimits.DEFAULT);

    /** How its replicas are. */
    public enum Condition {
        /** All ready, all places free. */
        READY,
        /** A third is not ready, of the others some are full, have open breakers or rest, and all are busy somehow. */
        MIXED,
        /** None has a free place. */
        FULL,
        /** Those that serve the model are busier than all others. */
        POPULAR
    }

    /** What its tasks ask for. */
    public enum Tasks {
        /** Nothing. */
        PLAIN,
        /** Half of them belong to a session whose replica has a free place, if any has. */
        SESSIONS,
        /** Half of them name a model that half of the replicas serve. */
        MODELS,
        /** All of them do. */
        ALL_MODELS
    }

    Fleet(Condition condition) {
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(new InstantFactory(
                emitter -> emitter.error(WorkerError.of(ErrorCode.UNAUTHORIZED, "all tasks fail here"))));
        HostSettings settings = new HostSettings(
                TimeSource.system(),
                Runnable::run,
                new Policies(AdmissionPolicy.DEFAULT, RetryPolicy.DEFAULT, BREAKERS, HealthPolicy.DEFAULT),
                new Announcements(List.of(), Runnable::run),
                () -> 0);
        AdapterMaker maker = new AdapterMaker(registry, spec -> Optional.empty(), settings);
        dispatch = new Dispatch("default", settings);
        for (int i = 0; i < REPLICAS; i++) {
            Replica replica = maker.make(
                    ReplicaSpec.builder(InstantFactory.ENGINE).replica("r" + i).build(), Owner.HAND);
            replica.start(dispatch);
            seats.add(replica.seat());
        }
        Collections.shuffle(seats, random); // no replica is found where its number says
        dispatch.seats(seats);
        for (int i = 0; i < REPLICAS; i++) {
            boolean serves = i % 2 == 0;
            dispatch.learned(
                    seats.get(i),
                    WorkerProperties.builder()
                            .slots(SLOTS)
                            .modelNames(List.of(serves ? MODEL : OTHER_MODEL))
                            .build());
            set(seats.get(i), condition, serves);
        }
    }

    private void set(Seat seat, Condition condition, boolean serves) {
        switch (condition) {
            case READY -> {}
            case MIXED -> mix(seat);
            case FULL -> take(seat, SLOTS);
            case POPULAR -> take(seat, serves ? SLOTS - 1 : random.nextInt(2));
        }
    }

    private void mix(Seat seat) {
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> refuse(seat);
            case 4 -> open(seat);
            case 5 -> seat.rest(true);
            case 6 -> take(seat, seat.places().free());
            default -> take(seat, random.nextInt(SLOTS - 1));
        }
        dispatch.changed(seat);
    }

    private static void refuse(Seat seat) {
        seat.replica()
                .learn(
                        new TokenEvent.Error(WorkerError.of(ErrorCode.POOL_UNREADY, "it loads")),
                        seat.replica().failures());
    }

    /** Opens its breaker, by tasks that fail. */
    private void open(Seat seat) {
        TaskRequest failing = TaskRequest.builder("fail")
                .pin(Pin.toReplica(seat.replica().id()))
                .build();
        for (int i = 0; i < BREAKERS.window(); i++) {
            streams.open(
                    failing.toBuilder().jobId("failing-" + i).build(),
                    emitter -> TaskRun.begin(failing, emitter, dispatch));
        }
        if (seat.breaker().state() != BreakerState.OPEN) {
            throw new IllegalStateException(seat.replica().id() + " served tasks that should have failed");
        }
    }

    private void take(Seat seat, int places) {
        for (int i = 0; i < places; i++) {
            seat.places().take();
        }
        dispatch.changed(seat);
    }

    /** Tasks, whose sessions have replicas already. */
    Wish[] tasks(Tasks kind) {
        List<Seat> free = seats.stream()
                .filter(seat -> Choice.whyNot(seat).isEmpty() && seat.places().free() > 0)
                .toList();
        List<Seat> homes = free.isEmpty() ? seats : free;
        Wish[] tasks = new Wish[TASKS];
        for (int i = 0; i < TASKS; i++) {
            TaskRequest.Builder task = TaskRequest.builder("once");
            boolean odd = i % 2 == 1;
            if (kind == Tasks.ALL_MODELS || (kind == Tasks.MODELS && odd)) {
                task.model(MODEL);
            }
            tasks[i] = Wish.of(task.build());
            if (kind == Tasks.SESSIONS && odd) {
                String session = "session-" + i;
                Seat home = homes.get(random.nextInt(homes.size()));
                tasks[i] = Wish.of(task.sessionId(session).build());
                dispatch.look((choice, line) -> {
                    choice.remember(session, home);
                    return null;
                });
            }
        }
        return tasks;
    }
}
