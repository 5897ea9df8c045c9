package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.DrainResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three real servers are restarted one after another while tasks never cease to come (LIF-02, LIF-03): none fails. */
@NoLeaks
@RealEngine
@Tag("once") // what it tries is the same on every JVM
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetRestartIT {
    private static final int SIZE = 3;
    private static final int SLOTS = 4;
    private static final int CALLERS = SIZE * SLOTS;
    private static final int SPOKEN = 200;
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);

    private enum Way {
        /** The new server is there before the old one goes. */
        REBIND,
        /** The old one goes, and comes again at the same place; the others bear the load meanwhile. */
        DRAIN_AND_BIND
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void rollingRestart_underContinuousLoad_failsNoTask(Way way) throws Exception {
        try (Fleet fleet = Fleet.start(
                SIZE,
                () -> LlamaServer.of(BigramModel.plain()).parallel(SLOTS),
                replica -> Map.of(),
                host -> host.drainLimit(Patience.scaled(DRAIN_LIMIT)))) {
            FleetLoad load = new FleetLoad(fleet, "job-", SPOKEN);
            for (int i = 0; i < CALLERS; i++) {
                load.join();
            }
            List<DrainResult> drained = new ArrayList<>();
            List<ServerLog> logs = new ArrayList<>();
            load.await(CALLERS);
            int before = load.ended();
            for (int i = 0; i < SIZE; i++) {
                String replica = "r" + i;
                logs.add(fleet.server(replica).records());
                drained.add(way == Way.REBIND ? rebind(fleet, replica) : drainAndBind(fleet, replica));
                load.await(load.ended() + CALLERS);
            }
            int meanwhile = load.ended() - before;
            List<FleetTask> tasks = load.stop();

            fleet.awaitOver(tasks, tasks.size());
            for (FleetTask task : tasks) {
                TokenEvent.Terminal terminal = task.terminal();
                assertTrue(terminal instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT, task::toString);
                assertEquals(Fleet.story(SPOKEN), task.text(), task::toString);
            }
            for (String replica : fleet.servers().keySet()) {
                logs.add(fleet.server(replica).records());
                assertTrue(fleet.server(replica).records().begun() > 0, "the new server of " + replica + " has served");
                assertEquals(SLOTS, fleet.server(replica).idleSlots());
                assertEquals(
                        1, fleet.record().moves(replica, ReplicaState.CLOSED).size());
            }
            int attempts = fleet.record().of(TaskStage.DISPATCHED).size();
            assertEquals(tasks.size(), attempts);
            assertEquals(attempts, logs.stream().mapToInt(ServerLog::begun).sum());
            assertEquals(attempts, logs.stream().mapToInt(ServerLog::generated).sum());
            assertTrue(drained.stream().allMatch(result -> result.ended() == 0), drained::toString);
            int finished = drained.stream().mapToInt(DrainResult::finished).sum();
            System.out.println("rolling restart of 3 by " + way + ": " + tasks.size() + " tasks, " + meanwhile
                    + " of them ended while it went on, 0 failed; " + finished
                    + " streams ran on a replica that drained, "
                    + "drains took "
                    + drained.stream()
                            .map(result -> result.took().toMillis() + " ms")
                            .toList());
        }
    }

    private static DrainResult rebind(Fleet fleet, String replica) throws Exception {
        LlamaServer next = fleet.another();
        DrainResult result = Runs.await(fleet.host().rebind(fleet.spec(replica, next)));
        assertEnds(fleet.server(replica));
        fleet.replace(replica, next);
        return result;
    }

    private static DrainResult drainAndBind(Fleet fleet, String replica) throws Exception {
        AdapterHost host = fleet.host();
        ReplicaSpec spec = fleet.spec(replica, fleet.server(replica));
        DrainResult result = Runs.await(host.unbind(Fleet.POOL, replica));
        assertEnds(fleet.server(replica));
        fleet.restart(replica);
        host.bind(spec);
        return result;
    }

    /** It has nothing left to do, nor a client that waits for something: it ends as soon as it is asked to. */
    private static void assertEnds(LlamaServer server) throws Exception {
        server.terminate();
        assertTrue(server.awaitExit(Patience.mustHappen()), server::log);
        assertEquals(server.records().begun(), server.records().generated());
    }
}
