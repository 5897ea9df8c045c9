package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import tools.jackson.core.JsonGenerator;

/** Writes how a task wants its tokens chosen: the same fields for every endpoint that generates. */
public final class SamplingFields {

    /**
     * The setting that carries a job's mark: how long a repeated sequence may be before DRY penalises it. It has no effect
     * while {@link #MARK_SWITCH} is 0, and {@code /slots} echoes it as long as it fits into an int (contract 4).
     */
    public static final String MARK = "dry_allowed_length";

    /** The setting that gives {@link #MARK} a meaning if it is not 0. */
    public static final String MARK_SWITCH = "dry_multiplier";

    /** Whether the engine may reuse what a slot holds of the prompt. */
    public static final String CACHE = "cache_prompt";

    private static final String PROGRESS = "return_progress";

    private SamplingFields() {}

    /**
     * Writes the fields into the object that is open.
     *
     * @param json writes
     * @param task the task
     * @param placement what is added to it
     */
    static void write(JsonGenerator json, TaskRequest task, Placement placement) {
        sampling(json, task.sampling());
        task.constraint().ifPresent(constraint -> constraint(json, constraint));
        if (task.progress() && !task.extras().containsKey(PROGRESS)) {
            json.writeBooleanProperty(PROGRESS, true);
        }
        placement.slot().ifPresent(slot -> json.writeNumberProperty("id_slot", slot));
        placement.mark().ifPresent(mark -> {
            json.writeNumberProperty(MARK_SWITCH, 0);
            json.writeNumberProperty(MARK, mark);
        });
        task.extras().forEach((name, value) -> KnownExtra.write(json, name, value));
        if (RepeatableTask.is(task)) {
            RepeatableTask.writeRest(json, task, placement);
        } else if (placement.fresh() && !task.extras().containsKey(CACHE)) {
            json.writeBooleanProperty(CACHE, false);
        }
    }

    private static void sampling(JsonGenerator json, Sampling sampling) {
        sampling.temperature().ifPresent(value -> json.writeNumberProperty("temperature", value));
        if (sampling.topP().isPresent()) {
            json.writeNumberProperty("top_p", sampling.topP().getAsDouble());
        } else if (sampling.temperature().orElse(1) == 0) {
            json.writeNumberProperty("top_p", 1.0);
        }
        sampling.topK().ifPresent(value -> json.writeNumberProperty("top_k", value));
        sampling.minP().ifPresent(value -> json.writeNumberProperty("min_p", value));
        sampling.seed().ifPresent(value -> json.writeNumberProperty("seed", value));
        sampling.repeatPenalty().ifPresent(value -> json.writeNumberProperty("repeat_penalty", value));
        sampling.presencePenalty().ifPresent(value -> json.writeNumberProperty("presence_penalty", value));
        sampling.frequencyPenalty().ifPresent(value -> json.writeNumberProperty("frequency_penalty", value));
        if (sampling.logProbabilities() > 0) {
            json.writeNumberProperty("n_probs", sampling.logProbabilities());
        }
        if (!sampling.stop().isEmpty()) {
            json.writeArrayPropertyStart("stop");
            sampling.stop().forEach(json::writeString);
            json.writeEndArray();
        }
        if (!sampling.logitBias().isEmpty()) {
            json.writeArrayPropertyStart("logit_bias");
            sampling.logitBias().forEach((id, bias) -> {
                json.writeStartArray();
                json.writeNumber(id);
                json.writeNumber(bias);
                json.writeEndArray();
            });
            json.writeEndArray();
        }
    }

    private static void constraint(JsonGenerator json, Constraint constraint) {
        if (constraint instanceof Constraint.JsonSchema form) {
            json.writeName("json_schema");
            KnownExtra.copy(json, form.schema());
        } else if (constraint instanceof Constraint.Grammar form) {
            json.writeStringProperty("grammar", form.grammar());
        }
    }
}
