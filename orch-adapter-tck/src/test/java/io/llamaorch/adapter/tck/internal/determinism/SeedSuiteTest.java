package io.llamaorch.adapter.tck.internal.determinism;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** DET-04: what the suite asks, and what it says of a difference. */
@NoLeaks
class SeedSuiteTest {

    private final RunningStreams streams =
            RunningStreams.create("fake", AdapterConfig.builder().build(), StreamLimits.DEFAULT);
    private final Map<String, Function<TaskRequest, TokenStream>> replicas = new LinkedHashMap<>();
    private final List<TaskRequest> tasks = new ArrayList<>();

    @AfterEach
    void close() {
        streams.close();
    }

    private void replica(String name, Map<String, String> fingerprint, Function<TaskRequest, List<String>> says) {
        replicas.put(
                name,
                task -> streams.open(task, emitter -> {
                    tasks.add(task);
                    emitter.started("model", StartDetails.NONE);
                    says.apply(task).forEach(emitter::token);
                    EndDetails details = fingerprint.isEmpty()
                            ? EndDetails.NONE
                            : EndDetails.builder()
                                    .fingerprint(Fingerprint.of(fingerprint))
                                    .build();
                    emitter.end(StopReason.LIMIT, Timings.UNKNOWN, details);
                }));
    }

    private static List<String> bySeed(TaskRequest task) {
        OptionalLong seed = task.sampling().seed();
        return List.of("once", seed.isPresent() ? " " + seed.getAsLong() : " greedy", " end");
    }

    private SeedSuite.Result run(int seeds, boolean declared) {
        return new SeedSuite(TaskRequest.builder("Once").maxTokens(3).build(), seeds, declared).run(replicas);
    }

    @Test
    void answers_thatAreEqual_areGood() {
        replica("a", Map.of(), SeedSuiteTest::bySeed);
        replica("b", Map.of(), SeedSuiteTest::bySeed);
        SeedSuite.Result result = run(SeedSuite.SEEDS, false);
        assertTrue(result.isGood());
        assertEquals(4 * (SeedSuite.SEEDS + 1), result.answers());
        assertEquals(SeedSuite.SEEDS, result.distinct());
    }

    @Test
    void tasks_areSeededAtATemperatureAndOnceGreedy() {
        replica("a", Map.of(), SeedSuiteTest::bySeed);
        run(3, true);
        assertEquals(
                "SEEDED 0.8 ×6, GREEDY 0.0 ×2",
                tasks.stream()
                        .collect(Collectors.groupingBy(
                                task -> task.determinism() + " "
                                        + task.sampling().temperature().orElseThrow(),
                                LinkedHashMap::new,
                                Collectors.counting()))
                        .entrySet()
                        .stream()
                        .map(each -> each.getKey() + " ×" + each.getValue())
                        .collect(Collectors.joining(", ")));
        tasks.clear();
        run(2, false);
        assertTrue(tasks.stream().allMatch(task -> task.determinism() == Determinism.BEST_EFFORT));
    }

    @Test
    void seeds_thatMakeNoDifference_areNotGood() {
        replica("a", Map.of(), task -> List.of("always"));
        SeedSuite.Result result = run(4, false);
        assertEquals(1, result.distinct());
        assertEquals(List.of(), result.differences());
        assertFalse(result.isGood());
    }

    @Test
    void difference_namesTheFirstPieceAndWhatChanged() {
        replica("a", Map.of("version", "b1", "seed", "7"), SeedSuiteTest::bySeed);
        replica("b", Map.of("version", "b2", "seed", "7"), task -> {
            List<String> pieces = new ArrayList<>(bySeed(task));
            if (task.sampling().seed().equals(OptionalLong.of(1))) {
                pieces.set(2, " other");
            }
            return pieces;
        });
        SeedSuite.Result result = run(2, false);
        assertFalse(result.isGood());
        assertEquals(
                List.of("seed 1: a, round 1 and b, round 1 differ at piece 2, ' end' and ' other'; what differs is"
                        + " version: b1 and b2"),
                result.differences().stream().map(Difference::told).toList());
    }

    @Test
    void fingerprints_ofReplicasThatDiffer_areToldOnce_whetherOrNotTheAnswersDo() {
        replica("a", Map.of("context", "2048"), SeedSuiteTest::bySeed);
        replica("b", Map.of("context", "1024"), SeedSuiteTest::bySeed);
        SeedSuite.Result result = run(3, false);
        assertTrue(result.isGood());
        assertEquals(List.of("a and b in context: 2048 and 1024"), result.apart());
    }

    @Test
    void difference_ofTheSameReplicaInTwoRounds_isSeen() {
        int[] asked = {0};
        replica("a", Map.of("version", "b1"), task -> asked[0]++ == 1 ? List.of("once") : bySeed(task));
        assertEquals(
                List.of("seed 0: a, round 1 and a, round 2 differ at piece 1, ' 0' and the end; their fingerprints are"
                        + " equal"),
                run(2, false).differences().stream().map(Difference::told).toList());
    }

    @Test
    void task_thatFails_endsTheSuite() {
        replicas.put(
                "a",
                task -> TokenStream.failed(task.jobId(), WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "it is gone")));
        assertEquals(
                ErrorCode.POOL_UNAVAILABLE,
                assertThrows(WorkerException.class, () -> run(2, false)).error().code());
    }
}
