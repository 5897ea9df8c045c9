package io.llamaorch.adapter.tck.it.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaExplanation;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.registry.TaskStage;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.ScriptedEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * DSP-05, ERR-06 and OBS-01 in a storm: engines that do every second request wrong, in all ways that there are, behind one
 * host and under load without rest, and callers of whom some leave. {@code -Dorch.faults.seconds} sets how long it lasts;
 * the seed is printed, and {@code -Dorch.faults.seed} repeats what the engines do.
 */
@NoLeaks
@Timeout(300)
class FaultStormIT {
    private static final long SEED = Long.getLong("orch.faults.seed", System.nanoTime());
    private static final int SECONDS = Integer.getInteger("orch.faults.seconds", 8);
    private static final int ENGINES = 4;
    private static final int SLOTS = 8;
    private static final int AT_ONCE = 2 * ENGINES * SLOTS;
    private static final double PACE = 300;
    private static final double BUDGET = 0.05; // less than the faults that may be repeated

    /** Far longer than an engine takes for a megabyte without a token, or a slow machine's silence would be its fault. */
    private static final String SILENCE = Patience.scaled(Duration.ofSeconds(3)).toMillis() + "ms";

    private final List<ScriptedEngine> engines = new ArrayList<>();
    private final List<StormFaults> faults = new ArrayList<>();
    private final StormTally tally = new StormTally();
    private List<StormTask> tasks = List.of();
    private final AdapterHost host = AdapterHost.builder(AdapterRegistry.discover())
            .listener(tally)
            .retries(RetryPolicy.builder()
                    .attempts(4)
                    .budget(BUDGET)
                    .reserve(0)
                    .firstBackoff(Duration.ofMillis(20))
                    .retryAfterCeiling(Duration.ofMillis(50))
                    .build())
            .breakers(BreakerPolicy.builder()
                    .failures(8)
                    .window(10)
                    .openFor(Duration.ofMillis(100))
                    .build())
            .health(HealthPolicy.builder()
                    .firstBackoff(Duration.ofMillis(5))
                    .longestBackoff(Duration.ofMillis(20))
                    .build())
            .admission(
                    AdmissionPolicy.builder().quarantine(Duration.ofMillis(300)).build())
            .build();

    @AfterEach
    void close() {
        host.close();
        engines.forEach(ScriptedEngine::close);
    }

    @Test
    void host_whenHalfOfAllRequestsGoWrong_endsEachTaskOnceWithinItsBudgetAndCountsWhatItsEnginesCount()
            throws Exception {
        System.out.println("storm of faults: " + SECONDS + " s, seed " + SEED);
        String answer = start();
        tasks = new StormCallers(host, () -> faults.forEach(StormFaults::goOn), AT_ONCE)
                .call(SEED, Duration.ofSeconds(SECONDS));
        Patience.await("the host has told of every end", () -> tally.over() == tasks.size());
        Patience.await("all places come back", this::hasAllPlaces);
        Patience.await("every slot is free", () -> engines.stream().allMatch(engine -> engine.slotsBusy() == 0));
        host.close();
        Patience.await("no connection is left", () -> engines.stream().allMatch(one -> one.connectionsOpen() == 0));
        System.out.println("storm of faults: " + summary());

        tasks.forEach(task -> task.assertHeardRight(answer));
        assertStages();
        int attempts = tally.stages(TaskStage.DISPATCHED);
        assertTrue(attempts <= (1 + BUDGET) * tasks.size(), this::summary);
        assertTrue(
                tally.stages(TaskStage.RETRIED) <= BUDGET * tasks.size(), this::summary); // some never come to a place
        for (int i = 0; i < ENGINES; i++) {
            tally.assertAgrees("r" + i, engines.get(i).tasks(), faults.get(i).endings());
        }
        assertTokens();
    }

    /** Binds the engines, and asks one that does everything right what the answer is. */
    private String start() throws Exception {
        for (int i = 0; i < ENGINES; i++) {
            ScriptedEngine engine =
                    ScriptedEngine.builder().slots(SLOTS).pace(PACE).start();
            engines.add(engine);
            faults.add(new StormFaults(engine, SEED + i));
            host.bind(spec("r" + i, engine).build());
        }
        Patience.await("the slots of all are known", this::hasAllPlaces);
        try (ScriptedEngine twin = ScriptedEngine.builder().start();
                AdapterHost other = AdapterHost.create(AdapterRegistry.discover())) {
            other.bind(spec("r0", twin).build());
            return Patience.get(other.submit(ReplicaSpec.DEFAULT_POOL, StormTask.request("twin"))
                    .collect());
        }
    }

    private static ReplicaSpec.Builder spec(String replica, ScriptedEngine engine) {
        return ReplicaSpec.builder("llamacpp")
                .replica(replica)
                .url(engine.url().toString())
                .option("first-token-timeout", SILENCE)
                .option("idle-timeout", SILENCE);
    }

    private boolean hasAllPlaces() {
        return host.explain(ReplicaSpec.DEFAULT_POOL).waiting() == 0
                && host.explain(ReplicaSpec.DEFAULT_POOL).replicas().stream()
                        .map(ReplicaExplanation::places)
                        .allMatch(places -> places.share() == SLOTS && places.free() == SLOTS);
    }

    /** The host told of every task that callers have, by the end that they heard: exactly. */
    private void assertStages() {
        Map<TaskStage, Integer> ends = new TreeMap<>();
        tasks.forEach(task -> ends.merge(stage(task.terminal()), 1, Integer::sum));
        assertEquals(tasks.size(), tally.stages(TaskStage.SUBMITTED));
        ends.forEach((stage, count) -> assertEquals(count, tally.stages(stage), stage + ", " + summary()));
        // each attempt but a task's first was told as a retry; a task that ends meanwhile, or is not placed again, has
        // one less
        assertTrue(tally.stages(TaskStage.DISPATCHED) <= tasks.size() + tally.stages(TaskStage.RETRIED), this::summary);
        for (TaskStage stage : TaskStage.values()) {
            assertTrue(tally.stages(stage) > 0, () -> stage + " never came, " + summary());
        }
    }

    private static TaskStage stage(TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.Error) {
            return TaskStage.FAILED;
        }
        return ((TokenEvent.End) terminal).reason() == StopReason.CANCELLED ? TaskStage.CANCELLED : TaskStage.ENDED;
    }

    /**
     * What callers heard was generated, and engines generate no more than was asked for. It cannot be told more exactly:
     * what an engine had generated of a stream that was cut, and in which event, is lost with it.
     */
    private void assertTokens() {
        long heard = tasks.stream().mapToLong(StormTask::tokens).sum();
        long generated =
                engines.stream().mapToLong(ScriptedEngine::tokensGenerated).sum();
        long asked = engines.stream().mapToLong(ScriptedEngine::slotsTaken).sum() * StormTask.TOKENS;
        assertTrue(heard <= generated && generated <= asked, heard + " heard, " + generated + " of " + asked);
    }

    private String summary() {
        Map<String, Integer> kinds = new TreeMap<>();
        faults.forEach(each -> each.count(kinds));
        int requests = engines.stream().mapToInt(ScriptedEngine::tasks).sum();
        int struck = kinds.values().stream().mapToInt(Integer::intValue).sum();
        int attempts = tally.stages(TaskStage.DISPATCHED);
        return String.format(
                Locale.ROOT,
                "%d tasks, %d attempts (%.3f a task), %d requests, %d of them faulty, %s, failed %s, faults %s, seed %d",
                tasks.size(),
                attempts,
                (double) attempts / tasks.size(),
                requests,
                struck,
                tally.stages(),
                tally.failures(),
                kinds,
                SEED);
    }
}
