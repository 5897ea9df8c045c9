package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** DET: the same question gives the same answer. */
interface DeterminismRules extends Rules {

    /** So warm that the engine has a choice at almost every token. */
    double WARM = 0.8;

    /** Enough tokens for two seeds to part. */
    int LENGTH = 40;

    @Rule("DET-01")
    default void det01_sameTask_givesTheSameText() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            boolean seeds = declares(bench, Capability.SEED);
            TaskRequest task = seeds ? warm(bench).seed(7).build() : task(bench).build();
            String first = text(bench, bench.run(task));
            String second = text(bench, bench.run(again(task)));
            bench.check(
                    first.equals(second),
                    "the same text for the same task: \"" + first + "\"",
                    () -> "\"" + second + "\"",
                    "the seed is not sent, or another one each time",
                    "a setting is left to the engine, which draws it");
        }
    }

    @Rule("DET-01")
    default void det01_seed_reachesTheEngine() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            if (!declares(bench, Capability.SEED)) {
                Heard heard = bench.run(warm(bench).seed(1).build());
                bench.mustFail(heard, ErrorCode.UNSUPPORTED, "a seed that cannot be kept is dropped silently");
                refusedAsDocumented();
                return;
            }
            Set<String> texts = new TreeSet<>();
            for (int seed = 1; seed <= 4; seed++) {
                texts.add(text(bench, bench.run(warm(bench).seed(seed).build())));
            }
            bench.check(
                    texts.size() > 1,
                    "more than one text from four seeds at temperature " + WARM,
                    () -> "always " + texts,
                    "the seed, or the temperature, is not sent to the engine");
        }
    }

    @Rule("DET-01")
    default void det01_samplerThatLeavesNoChoice_leavesNone() throws InterruptedException {
        Map<String, Sampling> strict = new TreeMap<>(Map.of(
                "top-k 1", Sampling.builder().temperature(WARM).topK(1).build(),
                "top-p 0", Sampling.builder().temperature(WARM).topP(0).build(),
                "min-p 1", Sampling.builder().temperature(WARM).minP(1).build()));
        try (Bench bench = open(EngineScript.WELL)) {
            String likeliest = text(bench, bench.run(task(bench).build()));
            for (Map.Entry<String, Sampling> sampler : strict.entrySet()) {
                Heard heard = bench.run(task(bench).sampling(sampler.getValue()).build());
                if (heard.terminals().get(0) instanceof TokenEvent.Error) {
                    bench.mustFail(heard, ErrorCode.UNSUPPORTED, "the engine is sent what it cannot do");
                    continue;
                }
                bench.check(
                        heard.text().equals(likeliest),
                        "the text of temperature 0 with " + sampler.getKey() + " too, or UNSUPPORTED: \"" + likeliest
                                + "\"",
                        () -> "\"" + heard.text() + "\"",
                        "this sampler is not sent to the engine, or under another engine's name for it");
            }
        }
    }

    private static boolean declares(Bench bench, Capability capability) {
        return bench.factory().descriptor().capabilities().contains(capability);
    }

    private static TaskRequest.Builder task(Bench bench) {
        return bench.task().maxTokens(LENGTH);
    }

    private static TaskRequest.Builder warm(Bench bench) {
        return task(bench).temperature(WARM);
    }

    /** The same task under another name. */
    private static TaskRequest again(TaskRequest task) {
        return task.toBuilder().jobId(task.jobId() + "-again").build();
    }

    private static String text(Bench bench, Heard heard) throws InterruptedException {
        bench.mustEnd(heard);
        return heard.text();
    }
}
