package io.llamaorch.adapter.tck.internal.determinism;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The determinism suite (DET-04): fixed seeds at a temperature at which they matter, and one greedy answer, twice on each
 * replica and across all of them, byte for byte.
 *
 * <p>Thread safety: immutable.
 */
public final class SeedSuite {

    /** So many seeds a full suite has. */
    public static final int SEEDS = 64;

    private static final double TEMPERATURE = 0.8;
    private static final int ROUNDS = 2;

    private final TaskRequest task;
    private final int seeds;
    private final boolean declared;

    /**
     * Makes a suite.
     *
     * @param task the prompt, and how long an answer may be
     * @param seeds how many seeds, from 0 on
     * @param declared whether the adapters declare determinism: then it is asked for, else the seed alone is sent
     */
    public SeedSuite(TaskRequest task, int seeds, boolean declared) {
        this.task = task;
        this.seeds = seeds;
        this.declared = declared;
    }

    /**
     * What came of it.
     *
     * @param answers how many there were
     * @param distinct how many different texts the seeds gave
     * @param differences where answers should be equal and are not, the first of each case
     * @param apart what differs between the fingerprints of replicas, whether or not their answers do
     */
    public record Result(int answers, int distinct, List<Difference> differences, List<String> apart) {

        /**
         * Copies the lists.
         *
         * @param answers how many answers there were
         * @param distinct how many different texts
         * @param differences where answers differ
         * @param apart what differs between the fingerprints
         */
        public Result {
            differences = List.copyOf(differences);
            apart = List.copyOf(apart);
        }

        /** {@return whether equal tasks had equal answers, and seeds make a difference} */
        public boolean isGood() {
            return differences.isEmpty() && distinct > 1;
        }
    }

    /**
     * Runs it, one task after the other; blocks.
     *
     * @param replicas where to, by name: each submits a task there and nowhere else
     * @return what came of it
     * @throws io.llamaorch.adapter.spi.WorkerException if a task fails
     */
    public Result run(Map<String, Function<TaskRequest, TokenStream>> replicas) {
        Map<String, TaskRequest> cases = new LinkedHashMap<>();
        for (int seed = 0; seed < seeds; seed++) {
            cases.put("seed " + seed, seeded(seed));
        }
        cases.put("greedy", greedy());
        Set<String> texts = new HashSet<>();
        List<Difference> differences = new ArrayList<>();
        Set<String> apart = new LinkedHashSet<>();
        int answers = 0;
        for (Map.Entry<String, TaskRequest> each : cases.entrySet()) {
            List<Answer> same = answersTo(each.getValue(), replicas);
            answers += same.size();
            if (!each.getKey().equals("greedy")) {
                texts.add(same.get(0).text());
            }
            same.stream()
                    .filter(answer -> !answer.text().equals(same.get(0).text()))
                    .findFirst()
                    .ifPresent(other -> differences.add(new Difference(each.getKey(), same.get(0), other)));
            same.subList(1, replicas.size())
                    .forEach(other -> Difference.changed(same.get(0), other)
                            .forEach(entry ->
                                    apart.add(same.get(0).replica() + " and " + other.replica() + " in " + entry)));
        }
        return new Result(answers, texts.size(), differences, List.copyOf(apart));
    }

    private static List<Answer> answersTo(TaskRequest task, Map<String, Function<TaskRequest, TokenStream>> replicas) {
        List<Answer> answers = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            for (Map.Entry<String, Function<TaskRequest, TokenStream>> replica : replicas.entrySet()) {
                answers.add(
                        Answer.of(replica.getKey(), round, replica.getValue().apply(task)));
            }
        }
        return answers;
    }

    private TaskRequest seeded(long seed) {
        TaskRequest.Builder seeded = task.toBuilder().temperature(TEMPERATURE).seed(seed);
        return (declared ? seeded.determinism(Determinism.SEEDED) : seeded).build();
    }

    private TaskRequest greedy() {
        TaskRequest.Builder greedy = task.toBuilder().temperature(0);
        return (declared ? greedy.determinism(Determinism.GREEDY) : greedy).build();
    }
}
