package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.Fingerprint;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The levels of determinism. The mock's texts depend on nothing but the task, so a level only fills in what the task leaves
 * open, and there is no need to be alone.
 */
final class MockLevel {

    private static final double TEMPERATURE = 0.8;

    private MockLevel() {}

    /** Whether the task sets what its level decides. */
    static boolean isContradicted(TaskRequest task) {
        return task.determinism() == Determinism.GREEDY
                && (task.sampling().temperature().orElse(0) != 0
                        || task.sampling().topP().orElse(1) != 1);
    }

    /** The task with all that its level decides; a missing seed is drawn, but for GREEDY, where it decides nothing. */
    static TaskRequest complete(TaskRequest task) {
        if (task.determinism() == Determinism.BEST_EFFORT) {
            return task;
        }
        Sampling given = task.sampling();
        Sampling.Builder all = given.toBuilder();
        if (task.determinism() == Determinism.GREEDY) {
            all.temperature(0).topP(1).seed(given.seed().orElse(0));
        } else {
            all.temperature(given.temperature().orElse(TEMPERATURE))
                    .seed(given.seed()
                            .orElseGet(() -> ThreadLocalRandom.current().nextLong(Sampling.Builder.MAX_SEED)));
        }
        return task.toBuilder().sampling(all.build()).build();
    }

    /** What the answer to a completed task depends on besides the prompt. */
    static Fingerprint fingerprint(TaskRequest task) {
        return Fingerprint.lazily(() -> {
            Sampling sampling = task.sampling();
            Map<String, String> entries = new LinkedHashMap<>();
            entries.put("engine", MockAdapterFactory.ENGINE);
            entries.put("engine.version", MockAdapterFactory.version());
            entries.put("model", MockEngine.MODEL);
            entries.put("level", task.determinism().toString());
            entries.put(Fingerprint.SEED, "" + sampling.seed().orElse(0));
            sampling.temperature().ifPresent(value -> entries.put("temperature", "" + value));
            sampling.topP().ifPresent(value -> entries.put("top_p", "" + value));
            sampling.topK().ifPresent(value -> entries.put("top_k", "" + value));
            sampling.minP().ifPresent(value -> entries.put("min_p", "" + value));
            task.maxTokens().ifPresent(most -> entries.put("max_tokens", "" + most));
            return entries;
        });
    }
}
