package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LIF-01 and HLT-05: what moves a replica from state to state, and what does not. */
@NoLeaks
class LifecycleTest {

    private static final Lifecycle.Moves UNHEARD = new Lifecycle.Moves() {
        @Override
        public void add(ReplicaState from, ReplicaState to, String cause) {}

        @Override
        public void tell() {}
    };

    private final List<String> told = new ArrayList<>();
    private final List<String> taken = new ArrayList<>();
    private final Lifecycle lifecycle = new Lifecycle(HealthPolicy.DEFAULT, new Lifecycle.Moves() {
        @Override
        public void add(ReplicaState from, ReplicaState to, String cause) {
            taken.add(from + " to " + to + ": " + cause);
        }

        @Override
        public void tell() {
            told.addAll(taken);
            taken.clear();
        }
    });

    /** What happens to a replica, and the states in which that moves it. */
    private enum Event {
        STARTED(LifecycleTest::start, ReplicaState.READY, ReplicaState.STARTING),
        FAILED(life -> life.failed("boom"), ReplicaState.FAILED, ReplicaState.STARTING),
        FOUND_READY(life -> life.foundReady(life.now().failures(), "ok"), ReplicaState.READY, ReplicaState.UNREADY),
        SERVED(life -> life.served(life.now().failures()), ReplicaState.READY, ReplicaState.UNREADY),
        MISSED_THRICE(LifecycleTest::missThrice, ReplicaState.UNREADY, ReplicaState.READY),
        REFUSED(life -> life.refused("refused"), ReplicaState.UNREADY, ReplicaState.READY),
        DRAINING(
                life -> life.draining("unbound"),
                ReplicaState.DRAINING,
                ReplicaState.STARTING,
                ReplicaState.READY,
                ReplicaState.UNREADY),
        CLOSED(life -> life.closed("over"), ReplicaState.CLOSED, ReplicaState.DRAINING);

        private final Consumer<Lifecycle> what;
        private final ReplicaState to;
        private final Set<ReplicaState> from;

        Event(Consumer<Lifecycle> what, ReplicaState to, ReplicaState first, ReplicaState... others) {
            this.what = what;
            this.to = to;
            this.from = EnumSet.of(first, others);
        }
    }

    private static void start(Lifecycle life) {
        life.started();
        life.tell();
    }

    private static void missThrice(Lifecycle life) {
        for (int i = 0; i < HealthPolicy.DEFAULT.failureThreshold(); i++) {
            life.missed("silent");
        }
    }

    private void bring(ReplicaState state) {
        switch (state) {
            case STARTING -> {}
            case READY -> start(lifecycle);
            case UNREADY -> {
                start(lifecycle);
                lifecycle.refused("loading");
            }
            case DRAINING -> lifecycle.draining("unbound");
            case CLOSED -> {
                lifecycle.draining("unbound");
                lifecycle.closed("over");
            }
            case FAILED -> lifecycle.failed("boom");
        }
        assertEquals(state, lifecycle.now().state());
        told.clear();
    }

    @ParameterizedTest
    @EnumSource
    void event_inAStateThatItMoves_movesItAndIsTold(Event event) {
        for (ReplicaState from : event.from) {
            LifecycleTest fresh = new LifecycleTest();
            fresh.bring(from);

            event.what.accept(fresh.lifecycle);

            assertEquals(event.to, fresh.lifecycle.now().state(), "from " + from);
            assertEquals(1, fresh.told.size(), "from " + from + ": " + fresh.told);
            assertTrue(fresh.told.get(0).startsWith(from + " to " + event.to + ": "), fresh.told.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void event_inAnyOtherState_changesNothing(Event event) {
        for (ReplicaState from : EnumSet.complementOf(EnumSet.copyOf(event.from))) {
            LifecycleTest fresh = new LifecycleTest();
            fresh.bring(from);

            event.what.accept(fresh.lifecycle);

            assertEquals(from, fresh.lifecycle.now().state(), "from " + from);
            assertEquals(List.of(), fresh.told, "from " + from);
        }
    }

    @Test
    void foundUnready_whenUnreadyForAnotherReason_showsTheLatestAndTellsNothing() {
        bring(ReplicaState.READY);
        lifecycle.refused("connection refused");
        lifecycle.refused("it loads its model");

        assertEquals(new Lifecycle.Now(ReplicaState.UNREADY, "it loads its model", 2), lifecycle.now());
        assertEquals(List.of("READY to UNREADY: connection refused"), told);
    }

    /** A server that shuts down refuses new connections and lets old streams finish: their end proves nothing. */
    @Test
    void served_whenItBeganBeforeTheFailure_changesNothing() {
        bring(ReplicaState.READY);
        int began = lifecycle.now().failures();
        lifecycle.refused("connection refused");

        lifecycle.served(began);

        assertEquals(ReplicaState.UNREADY, lifecycle.now().state());
    }

    /** A check that began before a task found nobody, and was answered after it, once made a dead replica ready. */
    @Test
    void foundReady_whenTheCheckBeganBeforeTheFailure_changesNothing() {
        bring(ReplicaState.READY);
        int began = lifecycle.now().failures();
        lifecycle.refused("connection refused");

        lifecycle.foundReady(began, "it answered before");

        assertEquals(ReplicaState.UNREADY, lifecycle.now().state());
    }

    @Test
    void ready_hasNoReason() {
        bring(ReplicaState.UNREADY);
        lifecycle.foundReady(1, "it answers");

        assertEquals(new Lifecycle.Now(ReplicaState.READY, "", 1), lifecycle.now());
        assertEquals(List.of("UNREADY to READY: a health check found it ready: it answers"), told);
    }

    @Test
    void missed_lessOftenThanTheThreshold_changesNothing() {
        bring(ReplicaState.READY);
        lifecycle.missed("silent");
        lifecycle.missed("silent");
        lifecycle.foundReady(0, "ok");
        lifecycle.missed("silent");
        lifecycle.missed("silent");

        assertEquals(ReplicaState.READY, lifecycle.now().state());
        lifecycle.missed("silent");
        assertEquals(ReplicaState.UNREADY, lifecycle.now().state());
    }

    @Test
    void foundReady_lessOftenThanTheThreshold_changesNothing() {
        Lifecycle slow =
                new Lifecycle(HealthPolicy.builder().successThreshold(2).build(), UNHEARD);
        slow.started();
        slow.refused("refused");
        slow.foundReady(1, "ok");
        assertEquals(ReplicaState.UNREADY, slow.now().state());
        slow.foundReady(1, "ok");
        assertEquals(ReplicaState.READY, slow.now().state());
    }
}
