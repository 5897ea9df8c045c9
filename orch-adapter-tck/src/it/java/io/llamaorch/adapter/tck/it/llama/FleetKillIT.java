package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskReport;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One of three real servers is killed (DSP-05, HLT-05, ERR): only what it had told already is lost. */
@NoLeaks
@RealEngine
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetKillIT {
    private static final int SLOTS = 4;
    private static final int STREAMS = 30;
    private static final String VICTIM = "r1";

    /** The tasks of the first {@code 3 × SLOTS}, of which every third is the victim's, that get it no further than this. */
    private static final Set<Integer> STILL_READING = Set.of(7, 10);

    private static final int SPOKEN = 80;
    private static final int LATER = 8;

    @Test
    void kill9_whenStreamsAreUnderWay_failsThoseThatHadTokensAndNoOther() throws Exception {
        try (Fleet fleet = fleet()) {
            List<FleetTask> tasks = new ArrayList<>();
            for (int i = 0; i < 2 * 3; i++) {
                tasks.add(fleet.submit(Fleet.brief("job-" + i, SPOKEN).build()));
            }
            Patience.await(
                    "the victim speaks",
                    () -> tasks.get(1).tokens() > 2 && tasks.get(4).tokens() > 2);
            for (int i = tasks.size(); i < STREAMS; i++) {
                tasks.add(fleet.submit(
                        STILL_READING.contains(i)
                                ? Fleet.wordy("job-" + i, 40, LATER).build()
                                : Fleet.brief("job-" + i, LATER).build()));
            }
            Patience.await(
                    "the victim has 4 tasks",
                    () -> fleet.server(VICTIM).records().begun() == SLOTS);
            Patience.await("the host said so", () -> fleet.record().dispatched(VICTIM) == SLOTS);

            long killed = System.nanoTime();
            fleet.server(VICTIM).kill();

            fleet.awaitOver(tasks, STREAMS);
            assertFates(tasks);
            assertMoved(fleet, tasks);
            assertEngines(fleet, tasks);
            assertEquals(SLOTS, fleet.record().dispatched(VICTIM), "no task went to it any more");
            Patience.await(
                    "not ready",
                    () -> fleet.record().moves(VICTIM, ReplicaState.UNREADY).size() == 1);
            long out = fleet.record().moves(VICTIM, ReplicaState.UNREADY).get(0).at();
            assertComesBack(fleet, killed, out);
        }
    }

    @Test
    void kill9_whenNothingRunsOnIt_costsTheFirstWhoComeNothingButAnAttempt() throws Exception {
        try (Fleet fleet = fleet()) {
            fleet.server(VICTIM).kill();
            List<FleetTask> tasks = new ArrayList<>();
            for (int i = 0; i < 3 * SLOTS; i++) {
                tasks.add(fleet.submit(Fleet.brief("job-" + i, LATER).build()));
            }

            fleet.awaitOver(tasks, tasks.size());

            for (FleetTask task : tasks) {
                assertWhole(task, LATER);
            }
            int wasted = fleet.record().dispatched(VICTIM);
            assertTrue(wasted >= 1 && wasted <= SLOTS, () -> wasted + " attempts went to the dead one");
            assertEquals(wasted, fleet.record().of(TaskStage.RETRIED).size());
            assertEquals(1, fleet.record().moves(VICTIM, ReplicaState.UNREADY).size());
            System.out.println("kill -9 of an idle replica: " + wasted + " of " + tasks.size()
                    + " tasks met it and went on elsewhere");
        }
    }

    private static Fleet fleet() throws Exception {
        return Fleet.start(
                3,
                () -> LlamaServer.of(BigramModel.walking()).parallel(SLOTS).arguments("-b", "32"),
                replica -> Map.of(),
                host -> host.health(HealthPolicy.builder()
                        .longestBackoff(Duration.ofSeconds(2))
                        .build()));
    }

    /** A task failed if and only if the victim had begun to tell it. */
    private static void assertFates(List<FleetTask> tasks) {
        Set<Integer> failed = new TreeSet<>();
        for (int i = 0; i < tasks.size(); i++) {
            FleetTask task = tasks.get(i);
            if (!task.replica().equals(VICTIM)) {
                assertWhole(task, i < 2 * 3 ? SPOKEN : LATER);
                continue;
            }
            failed.add(i);
            WorkerError error = task.error().orElseThrow();
            assertEquals(ErrorCode.WORKER_RESET, error.code(), task::toString);
            assertEquals(task.tokens(), error.tokensDelivered(), task::toString);
            assertTrue(error.tokensDelivered() > 2, task::toString);
            assertFalse(error.retriable());
            assertEquals(VICTIM, error.replica());
            assertEquals(Fleet.story(task.tokens()), task.text());
        }
        assertEquals(Set.of(1, 4), failed);
    }

    private static void assertWhole(FleetTask task, int tokens) {
        TokenEvent.Terminal terminal = task.terminal();
        assertTrue(terminal instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT, task::toString);
        assertEquals(Fleet.story(tokens), task.text(), task::toString);
    }

    /** Those of the victim that had heard nothing were tried again, once, and nobody else was. */
    private static void assertMoved(Fleet fleet, List<FleetTask> tasks) {
        List<TaskReport> retried = fleet.record().of(TaskStage.RETRIED);
        assertEquals(
                STILL_READING.stream().map(i -> tasks.get(i).request().jobId()).collect(Collectors.toSet()),
                retried.stream().map(TaskReport::jobId).collect(Collectors.toSet()));
        assertEquals(STILL_READING.size(), retried.size());
        assertTrue(
                retried.stream().allMatch(report -> report.error().orElseThrow().code() == ErrorCode.WORKER_RESET));
    }

    /** The engines have worked on what the host says they were given, and have nothing left. */
    private static void assertEngines(Fleet fleet, List<FleetTask> tasks) throws Exception {
        assertEquals(SLOTS, fleet.server(VICTIM).records().begun());
        for (String replica : List.of("r0", "r2")) {
            LlamaServer server = fleet.server(replica);
            List<FleetTask> its = tasks.stream()
                    .filter(task -> task.replica().equals(replica))
                    .toList();
            server.records().awaitOver(its.size());
            assertEquals(its.size(), server.records().generated());
            assertEquals(fleet.record().dispatched(replica), server.records().begun());
            assertEquals(SLOTS, server.idleSlots());
            assertEquals(
                    its.stream()
                            .mapToInt(task -> task.usage().generated().orElseThrow())
                            .sum(),
                    server.metric("tokens_predicted_total"));
        }
    }

    private static void assertComesBack(Fleet fleet, long killed, long out) throws Exception {
        LlamaServer again = fleet.restart(VICTIM);
        long restarted = System.nanoTime();
        Patience.await(
                "ready again",
                () -> fleet.record().moves(VICTIM, ReplicaState.READY).size() == 2);
        long back = fleet.record().moves(VICTIM, ReplicaState.READY).get(1).at();
        fleet.awaitPlaces();
        List<FleetTask> tasks = new ArrayList<>();
        for (int i = 0; i < 3 * SLOTS; i++) {
            tasks.add(fleet.submit(Fleet.brief("again-" + i, LATER).build()));
        }
        fleet.awaitOver(tasks, STREAMS + tasks.size());
        tasks.forEach(task -> assertWhole(task, LATER));
        long its = tasks.stream().filter(task -> task.replica().equals(VICTIM)).count();
        assertTrue(its >= 1);
        again.records().awaitOver((int) its);
        assertEquals(its, again.records().begun());
        System.out.println("kill -9 of one of 3 in the middle of " + STREAMS + " streams: 2 failed, 2 moved, "
                + (STREAMS - 2) + " finished; no task went to it any more, and it was not ready "
                + millis(out - killed) + " ms after; ready again " + millis(back - restarted)
                + " ms after it was up again, "
                + its + " of " + tasks.size() + " new tasks went to it");
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
