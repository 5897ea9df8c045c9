package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.List;
import java.util.OptionalInt;
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

    private SamplingFields() {}

    /**
     * Writes the fields into the object that is open.
     *
     * @param json writes
     * @param task the task
     * @param mark by what the job is known again among the slots; empty for no mark, which must be so if the task has an
     *     extra of one of its names
     */
    static void write(JsonGenerator json, TaskRequest task, OptionalInt mark) {
        sampling(json, task.sampling());
        if (mark.isPresent()) {
            json.writeNumberProperty(MARK_SWITCH, 0);
            json.writeNumberProperty(MARK, mark.getAsInt());
        }
        task.extras().forEach((name, value) -> field(json, name, value));
        if (RepeatableTask.is(task)) {
            RepeatableTask.writeRest(json, task, mark.isPresent());
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

    /**
     * Writes one field.
     *
     * @param json writes
     * @param name its name
     * @param value a String, Long, Double or Boolean, or a list of Strings
     */
    static void field(JsonGenerator json, String name, Object value) {
        if (value instanceof String text) {
            json.writeStringProperty(name, text);
        } else if (value instanceof Long number) {
            json.writeNumberProperty(name, number);
        } else if (value instanceof Double number) {
            json.writeNumberProperty(name, number);
        } else if (value instanceof List<?> texts) {
            json.writeArrayPropertyStart(name);
            texts.forEach(text -> json.writeString(String.valueOf(text)));
            json.writeEndArray();
        } else {
            json.writeBooleanProperty(name, Boolean.TRUE.equals(value));
        }
    }
}
