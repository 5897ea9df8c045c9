package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.core.JsonGenerator;

/**
 * A task above best effort (DET-02): nothing of it is left to the server's own settings, its prompt is evaluated whole, and
 * it runs in slot 0.
 */
public final class RepeatableTask {

    /** Where such a task runs: results differ between slots (contract 8). */
    public static final int SLOT = 0;

    private static final double TEMPERATURE = 0.8;
    private static final double TOP_P = 0.95;
    private static final double MIN_P = 0.05;
    private static final int TOP_K = 40;

    /** The largest seed is one less than what means "random" to the server (contract 8). */
    private static final long SEEDS = 4_294_967_295L;

    private static final String CACHE_REUSE = "n_cache_reuse";
    private static final String TIME_LIMIT = "t_max_predict_ms";

    /**
     * The settings of 0.7.0 that a task has no field for, by the server's names (contract 6.1): off, or at the value that the
     * server documents, whatever it was started with. An older server ignores those that it does not know.
     */
    private static final Map<String, Object> SETTINGS = settings();

    private RepeatableTask() {}

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("dynatemp_range", 0.0);
        settings.put("dynatemp_exponent", 1.0);
        settings.put("top_n_sigma", -1.0);
        settings.put("xtc_probability", 0.0);
        settings.put("xtc_threshold", 0.1);
        settings.put("typical_p", 1.0);
        settings.put("repeat_last_n", 64L);
        settings.put(SamplingFields.MARK_SWITCH, 0.0);
        settings.put("dry_base", 1.75);
        settings.put(SamplingFields.MARK, 2L);
        settings.put("dry_penalty_last_n", 64L);
        settings.put("mirostat", 0L);
        settings.put("mirostat_tau", 5.0);
        settings.put("mirostat_eta", 0.1);
        settings.put("adaptive_target", -1.0);
        settings.put("adaptive_decay", 0.9);
        settings.put("min_keep", 0L);
        settings.put("ignore_eos", false);
        settings.put("backend_sampling", false);
        settings.put(
                "samplers",
                List.of("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"));
        settings.put("n_keep", 0L);
        settings.put("n_discard", 0L);
        settings.put(SamplingFields.CACHE, false);
        settings.put(CACHE_REUSE, 0L);
        settings.put("id_slot", (long) SLOT);
        return Collections.unmodifiableMap(settings);
    }

    /**
     * Tells whether a task is one.
     *
     * @param task the task
     * @return whether its level is above best effort
     */
    public static boolean is(TaskRequest task) {
        return task.determinism() != Determinism.BEST_EFFORT;
    }

    /**
     * Fills in what the task leaves open; a missing seed is drawn. At {@link Determinism#GREEDY} the seed decides nothing, so
     * there it is 0, and equal tasks stay equal.
     *
     * @param task any task
     * @return the same if it is of best effort
     * @throws WorkerException if it contradicts its level
     */
    public static TaskRequest complete(TaskRequest task) {
        if (!is(task)) {
            return task;
        }
        boolean greedy = task.determinism() == Determinism.GREEDY;
        refuseContradictions(task, greedy);
        Sampling given = task.sampling();
        Sampling.Builder all = given.toBuilder();
        all.temperature(greedy ? 0 : given.temperature().orElse(TEMPERATURE));
        all.topP(greedy ? 1 : given.topP().orElse(TOP_P));
        all.topK(given.topK().orElse(TOP_K));
        all.minP(given.minP().orElse(MIN_P));
        all.repeatPenalty(given.repeatPenalty().orElse(1));
        all.presencePenalty(given.presencePenalty().orElse(0));
        all.frequencyPenalty(given.frequencyPenalty().orElse(0));
        if (given.seed().isEmpty()) {
            all.seed(greedy ? 0 : ThreadLocalRandom.current().nextLong(SEEDS));
        }
        return task.toBuilder().sampling(all.build()).build();
    }

    private static void refuseContradictions(TaskRequest task, boolean greedy) {
        List<String> faults = new ArrayList<>();
        if (greedy && task.sampling().temperature().orElse(0) != 0) {
            faults.add("temperature " + task.sampling().temperature().getAsDouble()
                    + ": GREEDY takes the likeliest token; leave it out, or ask for SEEDED");
        }
        if (greedy && task.sampling().topP().orElse(1) != 1) {
            faults.add("top-p " + task.sampling().topP().getAsDouble()
                    + ": GREEDY has top-p 1; leave it out, or ask for SEEDED");
        }
        task.pin()
                .map(Pin::slot)
                .filter(slot -> slot.orElse(0) != 0)
                .ifPresent(slot -> faults.add("a pin to slot " + slot.getAsInt()
                        + ": such a task runs in slot 0; pin it to that, or to the replica"));
        Map<String, Object> extras = task.extras();
        refuse(extras, SamplingFields.CACHE, false, "the prompt's cache is not used", faults);
        refuse(extras, CACHE_REUSE, 0L, "no part of a cache is used", faults);
        refuse(extras, TIME_LIMIT, -1L, "time may not decide where an answer ends; set a deadline instead", faults);
        if (!faults.isEmpty()) {
            throw new WorkerException(WorkerError.of(
                    ErrorCode.INVALID_PARAMS,
                    "the task asks for " + task.determinism() + " and for what contradicts it: "
                            + String.join("; ", faults)));
        }
    }

    private static void refuse(Map<String, Object> extras, String name, Object only, String why, List<String> faults) {
        Object given = extras.getOrDefault(name, only);
        if (!given.equals(only)) {
            faults.add("the extra " + name + ": " + why + "; leave it out");
        }
    }

    /**
     * Writes what is not written yet of such a task's settings into the object that is open.
     *
     * @param json writes
     * @param task the task, whose sampling and extras are written already
     * @param placement what is written of it already
     */
    static void writeRest(JsonGenerator json, TaskRequest task, Placement placement) {
        boolean marked = placement.mark().isPresent();
        boolean pinned = placement.slot().isPresent();
        SETTINGS.forEach((name, value) -> {
            boolean isMark = name.equals(SamplingFields.MARK) || name.equals(SamplingFields.MARK_SWITCH);
            boolean written =
                    task.extras().containsKey(name) || (marked && isMark) || (pinned && name.equals("id_slot"));
            if (!written) {
                KnownExtra.write(json, name, value);
            }
        });
    }
}
