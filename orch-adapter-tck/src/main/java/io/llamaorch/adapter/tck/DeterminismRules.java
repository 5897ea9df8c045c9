package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.internal.kit.Bench;
import io.llamaorch.adapter.tck.internal.kit.Heard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    @Rule("DET-03")
    default void det03_fingerprint_namesEngineModelAndSeed() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Optional<Heard> heard = atALevel(bench, seeded(bench).seed(7).build());
            if (heard.isEmpty()) {
                return;
            }
            Map<String, String> entries = fingerprint(bench, heard.get());
            TokenEvent.Started started =
                    (TokenEvent.Started) heard.get().events().get(0); // EVT-02 holds it to be the first
            String version = started.details().engineVersion().orElse("");
            bench.check(
                    entries.containsValue(started.model()) && (version.isEmpty() || entries.containsValue(version)),
                    "the model and the engine's version that Started tells: " + started.model() + ", " + version,
                    entries::toString,
                    "what the engine is is not part of the fingerprint");
            bench.check(
                    "7".equals(entries.get(Fingerprint.SEED)),
                    "an entry " + Fingerprint.SEED + " with the seed that was sent: 7",
                    entries::toString,
                    "the seed is not part of the fingerprint, or has another name");
        }
    }

    @Rule("DET-03")
    default void det03_fingerprint_ofEqualTasks_isEqual() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest task = seeded(bench).seed(7).build();
            Optional<Heard> heard = atALevel(bench, task);
            if (heard.isEmpty()) {
                return;
            }
            Map<String, String> first = fingerprint(bench, heard.get());
            Map<String, String> second = fingerprint(bench, bench.run(again(task)));
            bench.check(
                    first.equals(second),
                    "the same fingerprint for the same task: " + first,
                    second::toString,
                    "something is in it that no answer depends on: the job's id, a time, a counter, a mark");
        }
    }

    @Rule("DET-03")
    default void det03_fingerprint_tellsWhatChanged() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            TaskRequest task = seeded(bench).seed(7).build();
            Optional<Heard> heard = atALevel(bench, task);
            if (heard.isEmpty()) {
                return;
            }
            Map<String, String> first = fingerprint(bench, heard.get());
            TaskRequest warmer = again(task).toBuilder().temperature(WARM + 0.1).build();
            for (TaskRequest other : List.of(again(task).toBuilder().seed(8).build(), warmer)) {
                Map<String, String> second = fingerprint(bench, bench.run(other));
                bench.check(
                        !first.equals(second),
                        "another fingerprint for another " + (other == warmer ? "temperature" : "seed"),
                        second::toString,
                        "a setting that was sent is not part of the fingerprint");
            }
        }
    }

    @Rule("DET-03")
    default void det03_seedThatWasDrawn_isTold() throws InterruptedException {
        try (Bench bench = open(EngineScript.WELL)) {
            Optional<Heard> drawn = atALevel(bench, seeded(bench).build());
            if (drawn.isEmpty()) {
                return;
            }
            String seed = fingerprint(bench, drawn.get()).getOrDefault(Fingerprint.SEED, "");
            bench.check(
                    seed.matches("[0-9]{1,10}") && Long.parseLong(seed) <= Sampling.Builder.MAX_SEED,
                    "an entry " + Fingerprint.SEED + " with the seed that was drawn, 0 to " + Sampling.Builder.MAX_SEED,
                    () -> "\"" + seed + "\"",
                    "a missing seed is left for the engine to draw, which does not tell it");
            String text = text(
                    bench, bench.run(seeded(bench).seed(Long.parseLong(seed)).build()));
            bench.check(
                    text.equals(drawn.get().text()),
                    "the same text with the seed that was told: \""
                            + drawn.get().text() + "\"",
                    () -> "\"" + text + "\"",
                    "another seed is told than was sent");
        }
    }

    /** Runs a task above best effort; nothing if it is refused as it should be: by an adapter, or for this replica. */
    private Optional<Heard> atALevel(Bench bench, TaskRequest task) throws InterruptedException {
        Heard heard = bench.run(task);
        if (declares(bench, Capability.DETERMINISM) && !(heard.terminals().get(0) instanceof TokenEvent.Error)) {
            return Optional.of(heard);
        }
        bench.mustFail(heard, ErrorCode.UNSUPPORTED, "a level that cannot be kept is dropped silently");
        refusedAsDocumented();
        return Optional.empty();
    }

    private static Map<String, String> fingerprint(Bench bench, Heard heard) throws InterruptedException {
        Map<String, String> entries = bench.mustEnd(heard)
                .details()
                .fingerprint()
                .map(Fingerprint::entries)
                .orElse(Map.of());
        bench.check(
                !entries.isEmpty(),
                "a fingerprint on the End of a task above best effort",
                heard::story,
                "EndDetails are built without one");
        return entries;
    }

    private static TaskRequest.Builder seeded(Bench bench) {
        return warm(bench).determinism(Determinism.SEEDED);
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
