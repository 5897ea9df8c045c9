package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One of three real servers stops speaking in the middle of its streams, and their connections stay open (TIM-01, HLT-05).
 * Nothing but our own limit ends them: the servers send no keep-alive comments.
 */
@NoLeaks
@RealEngine
@Tag("once") // what it tries is the same on every JVM
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetSilenceIT {
    private static final int SLOTS = 4;
    private static final int PLACES = 3 * SLOTS;
    private static final String VICTIM = "r1";
    private static final Duration IDLE = Patience.scaled(Duration.ofSeconds(2));
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);
    private static final int SPOKEN = 80;
    private static final int LATER = 8;

    @Test
    void sigterm_whenStreamsAreUnderWay_endsThemOnceAndLosesNoOther() throws Exception {
        try (Fleet fleet = fleet()) {
            List<FleetTask> tasks = speaking(fleet);

            fleet.server(VICTIM).terminate();
            tasks.addAll(later(fleet, "later-"));

            fleet.awaitOver(tasks, tasks.size());
            // In one run of four or so, the server does not leave a stream in silence, but hangs up before it ends.
            long silent = assertFates(tasks, List.of(ErrorCode.DECODE_TIMEOUT, ErrorCode.WORKER_RESET));
            if (!fleet.server(VICTIM).awaitExit(Patience.scaled(ENDS_WITHIN))) {
                fleet.server(VICTIM).kill(); // it may take half a minute, and its end is not what is tried here
            }
            assertEquals(SLOTS, fleet.record().dispatched(VICTIM), "no task went to it any more");
            assertEquals(0, fleet.record().of(TaskStage.RETRIED).size());
            Patience.await(
                    "not ready",
                    () -> fleet.record().moves(VICTIM, ReplicaState.UNREADY).size() == 1);
            System.out.println("SIGTERM of one of 3: " + silent + " of its " + SLOTS + " streams fell silent and ended "
                    + "with DECODE_TIMEOUT, " + (SLOTS - silent) + " were cut, " + (tasks.size() - SLOTS)
                    + " others finished");

            LlamaServer again = fleet.restart(VICTIM);
            Patience.await(
                    "ready again",
                    () -> fleet.record().moves(VICTIM, ReplicaState.READY).size() == 2);
            assertServes(fleet, again, tasks.size());
        }
    }

    @Test
    void sigstop_whenStreamsAreUnderWay_endsThemWithDecodeTimeout_andAfterwardsItServesAgain() throws Exception {
        try (Fleet fleet = fleet()) {
            List<FleetTask> tasks = speaking(fleet);

            fleet.server(VICTIM).freeze();
            tasks.addAll(later(fleet, "later-"));

            Patience.await(
                    "its streams have ended",
                    () -> fleet.record().of(TaskStage.FAILED).size() == SLOTS);
            assertEquals(0, fleet.explained().get(VICTIM).places().free(), "whether it let go nobody knows");
            assertEquals(SLOTS, fleet.record().dispatched(VICTIM), "no task went to it any more");
            fleet.server(VICTIM).thaw();

            fleet.awaitOver(tasks, tasks.size());
            assertEquals(SLOTS, assertFates(tasks, List.of(ErrorCode.DECODE_TIMEOUT)));
            fleet.awaitPlaces();
            assertEquals(SLOTS, fleet.server(VICTIM).idleSlots(), "it has let go");
            assertServes(fleet, fleet.server(VICTIM), tasks.size());
        }
    }

    private static Fleet fleet() throws Exception {
        return Fleet.start(
                3,
                () -> LlamaServer.of(BigramModel.walking())
                        .parallel(SLOTS)
                        // Small, lest it is silent for long while it reads prompts.
                        .arguments("--batch-size", "8", "--sse-ping-interval", "-1"),
                // On a busy machine the others may be slow.
                replica -> replica.equals(VICTIM) ? Map.of("idle-timeout", IDLE.toMillis() + "ms") : Map.of(),
                host -> host.health(HealthPolicy.builder()
                        .longestBackoff(Duration.ofSeconds(2))
                        .build()));
    }

    /** Tasks in every place, all of which speak. */
    private static List<FleetTask> speaking(Fleet fleet) {
        List<FleetTask> tasks = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            tasks.add(fleet.submit(Fleet.brief("job-" + i, SPOKEN).build()));
        }
        Patience.await("all speak", () -> tasks.stream().allMatch(task -> task.tokens() > 2));
        return tasks;
    }

    private static List<FleetTask> later(Fleet fleet, String name) {
        List<FleetTask> tasks = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            tasks.add(fleet.submit(Fleet.brief(name + i, LATER).build()));
        }
        return tasks;
    }

    /** Those that spoke on the victim failed, each once and with its count; tells how many of them by silence. */
    private static long assertFates(List<FleetTask> tasks, List<ErrorCode> codes) {
        List<WorkerError> errors = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            FleetTask task = tasks.get(i);
            if (i >= PLACES || !task.replica().equals(VICTIM)) {
                assertWhole(task, i < PLACES ? SPOKEN : LATER);
                continue;
            }
            WorkerError error = task.error().orElseThrow();
            assertTrue(codes.contains(error.code()), task::toString);
            assertEquals(task.tokens(), error.tokensDelivered(), task::toString);
            assertFalse(error.retriable());
            assertEquals(Fleet.story(task.tokens()), task.text());
            errors.add(error);
        }
        assertEquals(SLOTS, errors.size());
        return errors.stream()
                .filter(error -> error.code() == ErrorCode.DECODE_TIMEOUT)
                .count();
    }

    private static void assertWhole(FleetTask task, int tokens) {
        TokenEvent.Terminal terminal = task.terminal();
        assertTrue(terminal instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT, task::toString);
        assertEquals(Fleet.story(tokens), task.text(), task::toString);
    }

    private static void assertServes(Fleet fleet, LlamaServer server, int told) {
        fleet.awaitPlaces();
        int before = server.records().begun();
        List<FleetTask> tasks = later(fleet, "again-");
        fleet.awaitOver(tasks, told + tasks.size());
        tasks.forEach(task -> assertWhole(task, LATER));
        long its = tasks.stream().filter(task -> task.replica().equals(VICTIM)).count();
        assertTrue(its > 0, "tasks go to it again");
        server.records().awaitOver(Math.toIntExact(before + its));
        assertEquals(before + its, server.records().begun());
    }
}
