package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.registry.TaskReport;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * More work than two real servers have places for (DSP-03, HLT-02): what is too much is refused, and the rest is served in
 * its turn.
 */
@NoLeaks
@RealEngine
@Tag("once") // what it tries is the same on every JVM
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetSaturationIT {
    private static final List<String> REPLICAS = List.of("r0", "r1");
    private static final int SLOTS = 2;
    private static final int PLACES = 2 * SLOTS;
    private static final int TASKS = 200;
    private static final int QUEUE = 50;
    private static final int TAKEN = PLACES + QUEUE;
    private static final int LATE_CALLERS = 8;
    private static final int SPOKEN = 6;
    private static final int WORDS = 30;
    private static final Duration AGEING = Duration.ofSeconds(2);

    /** Later than any proof comes, and no longer than a build can wait for a place that has none. */
    private static final Duration QUARANTINE = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    @Test
    void tasks_whenFarTooMany_areRefusedOrServedInTurn_andNoSlotIsOversubscribed() throws Exception {
        try (Fleet fleet = Fleet.start(
                REPLICAS.size(),
                () -> LlamaServer.of(BigramModel.walking())
                        .parallel(SLOTS)
                        .arguments("--batch-size", "32")
                        .arguments(ServerLog.WITH_WAITING),
                replica -> Map.of(),
                FleetSaturationIT::policies)) {
            List<FleetTask> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                tasks.add(fleet.submit(task(i)));
            }
            assertEquals(
                    0,
                    fleet.servers().values().stream()
                            .mapToInt(server -> server.records().over())
                            .sum(),
                    "all came before any place was free again");
            List<FleetTask> taken = tasks.subList(0, TAKEN);
            FleetLoad late = new FleetLoad(fleet, "late-", SPOKEN);
            joinAsOthersEnd(late, taken);

            List<FleetTask> cancelled = cancelWhileTheyRead(fleet, taken);
            awaitBatch(taken);
            List<FleetTask> all = new ArrayList<>(tasks);
            all.addAll(late.stop());
            fleet.awaitOver(all, all.size());

            assertRefused(tasks.subList(TAKEN, TASKS));
            List<FleetTask> served = new ArrayList<>(all);
            served.removeAll(tasks.subList(TAKEN, TASKS));
            served.removeAll(cancelled);
            assertServed(served);
            long proved = assertCancelled(cancelled);
            FleetTurns turns = new FleetTurns(fleet.record(), all, AGEING);
            assertEquals(List.of(), turns.overtaken());
            assertTrue(
                    turns.last(Priority.BATCH) < turns.last(Priority.INTERACTIVE),
                    "batch tasks got places while interactive ones waited");
            assertEngines(fleet, served.size(), cancelled.size());
            REPLICAS.forEach(replica -> assertEquals(List.of(), fleet.record().moves(replica, ReplicaState.UNREADY)));
            System.out.println("saturation: " + TASKS + " tasks at once and " + late.ended() + " later, "
                    + (TASKS - TAKEN) + " refused, " + served.size() + " served, " + cancelled.size()
                    + " cancelled while their prompts were read, of which " + proved + " with proof");
        }
    }

    private static AdapterHost.Builder policies(AdapterHost.Builder host) {
        return host.admission(AdmissionPolicy.builder()
                        .queueCapacity(QUEUE)
                        .ageing(AGEING)
                        .quarantine(QUARANTINE)
                        .build())
                .health(HealthPolicy.builder().interval(Duration.ofMillis(500)).build());
    }

    /** One in five is to be cancelled; the first ones have as much to read, so that no place is free before all came. */
    private static TaskRequest task(int i) {
        String name = "job-" + i;
        return (i < PLACES || isToBeCancelled(i) ? Fleet.wordy(name, WORDS, SPOKEN) : Fleet.brief(name, SPOKEN))
                .priority(i % 2 == 0 ? Priority.INTERACTIVE : Priority.BATCH)
                .build();
    }

    private static boolean isToBeCancelled(int i) {
        return i % 5 == 3;
    }

    /** Interactive tasks keep coming, as soon as the queue has room for them. */
    private static void joinAsOthersEnd(FleetLoad late, List<FleetTask> tasks) {
        AtomicInteger callers = new AtomicInteger();
        for (int i = 0; i < tasks.size(); i++) {
            if (!isToBeCancelled(i)) {
                tasks.get(i).over().thenRun(() -> {
                    if (callers.getAndIncrement() < LATE_CALLERS) {
                        late.join();
                    }
                });
            }
        }
    }

    /** Cancels one in five, each as soon as its server says that it has begun; gives those. */
    private static List<FleetTask> cancelWhileTheyRead(Fleet fleet, List<FleetTask> tasks) {
        List<FleetTask> chosen = IntStream.range(0, tasks.size())
                .filter(FleetSaturationIT::isToBeCancelled)
                .mapToObj(tasks::get)
                .toList();
        Map<String, FleetTask> left = new HashMap<>();
        chosen.forEach(task -> left.put(task.request().jobId(), task));
        assertTrue(Await.holds(Runs.MUST_HAPPEN, LOOK_EVERY, () -> {
            Map<String, Integer> given = new HashMap<>();
            for (TaskReport report : fleet.record().of(TaskStage.DISPATCHED)) {
                String replica = report.replica().orElseThrow().replica();
                int count = given.merge(replica, 1, Integer::sum);
                FleetTask task = left.get(report.jobId());
                if (task != null && fleet.server(replica).records().begun() >= count) {
                    task.stream().cancel();
                    left.remove(report.jobId());
                }
            }
            return left.isEmpty();
        }));
        return chosen;
    }

    private static void awaitBatch(List<FleetTask> tasks) {
        Runs.await(CompletableFuture.allOf(tasks.stream()
                .filter(task -> task.request().priority() == Priority.BATCH)
                .map(FleetTask::over)
                .toArray(CompletableFuture[]::new)));
    }

    private static void assertRefused(List<FleetTask> tasks) {
        for (FleetTask task : tasks) {
            WorkerError error = task.error().orElseThrow();
            assertEquals(ErrorCode.ADMISSION_REJECT, error.code());
            assertTrue(error.retriable());
            assertTrue(error.retryAfter().orElseThrow().compareTo(Duration.ofSeconds(1)) >= 0);
            assertTrue(task.started().isEmpty());
        }
    }

    private static void assertServed(List<FleetTask> tasks) {
        for (FleetTask task : tasks) {
            TokenEvent.Terminal terminal = task.terminal();
            assertTrue(terminal instanceof TokenEvent.End end && end.reason() == StopReason.LIMIT, task::toString);
            assertEquals(Fleet.story(SPOKEN), task.text());
        }
    }

    /**
     * They ended without a token, and it was seen that their slots had let them go: idle still, or given to another task
     * by the time of the look, which is no proof (CAN-07). Tells how many were idle.
     */
    private static long assertCancelled(List<FleetTask> tasks) {
        int proved = 0;
        for (FleetTask task : tasks) {
            TokenEvent.End end = (TokenEvent.End) task.terminal();
            assertEquals(CancelCause.CALLER, end.details().cancelCause().orElseThrow(), task::toString);
            assertEquals(0, task.tokens(), task::toString);
            CancelReceipt receipt = Runs.await(task.stream().released());
            if (receipt.outcome() == CancelReceipt.Outcome.SLOT_FREE) {
                proved++;
            } else {
                assertTrue(receipt.reason().contains("its slot was given to another job"), receipt::toString);
            }
        }
        return proved;
    }

    /** What the engines did is what the host says, and no request ever waited inside one. */
    private static void assertEngines(Fleet fleet, int served, int cancelled) throws Exception {
        int generated = 0;
        int left = 0;
        for (String replica : REPLICAS) {
            LlamaServer server = fleet.server(replica);
            ServerLog records = server.records();
            records.awaitOver(fleet.record().dispatched(replica));
            assertEquals(SLOTS, server.idleSlots());
            assertEquals(0, records.waited(), "waited inside " + replica);
            assertEquals(SLOTS, records.mostAtOnce());
            assertEquals(fleet.record().dispatched(replica), records.begun());
            generated += records.generated();
            left += records.cancelled();
        }
        assertEquals(served, generated);
        assertEquals(cancelled, left);
    }
}
