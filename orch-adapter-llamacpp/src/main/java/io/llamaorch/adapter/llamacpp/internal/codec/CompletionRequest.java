package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes the body of {@code POST /completion} for a task. */
public final class CompletionRequest {

    /**
     * The setting that carries a job's mark: how long a repeated sequence may be before DRY penalises it. It has no effect
     * while {@link #MARK_SWITCH} is 0, and {@code /slots} echoes it as long as it fits into an int (contract 4).
     */
    public static final String MARK = "dry_allowed_length";

    /** The setting that gives {@link #MARK} a meaning if it is not 0. */
    public static final String MARK_SWITCH = "dry_multiplier";

    /** Without this the last event repeats the whole prompt; {@code stop} in it is the end marker (contract 6.4). */
    private static final List<String> RESPONSE_FIELDS = List.of(
            "content",
            "stop",
            "stop_type",
            "stopping_word",
            "tokens_predicted",
            "tokens_evaluated",
            "timings",
            "id_slot",
            "truncated",
            "model");

    /** The names that the adapter writes itself, or that would break what it reads; an {@code extra} has none of them. */
    private static final Set<String> OWNED = Set.of(
            "prompt",
            "n_predict",
            "max_tokens",
            "max_completion_tokens",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "seed",
            "repeat_penalty",
            "presence_penalty",
            "frequency_penalty",
            "stop",
            "logit_bias",
            "stream",
            "n",
            "n_cmpl",
            "n_probs",
            "logprobs",
            "response_fields",
            "id_slot",
            "slot_id",
            "model",
            "grammar",
            "json_schema");

    private static final int UNLIMITED = -1;

    private CompletionRequest() {}

    /**
     * Writes the body.
     *
     * @param task the task
     * @param mark by what the job is known again among the slots; empty for no mark, which must be so if the task has an
     *     extra of one of its names
     * @return the body, JSON in UTF-8
     * @throws WorkerException if the task asks for what this adapter does not do, or has an extra that is not a task's
     *     to set
     */
    public static byte[] body(TaskRequest task, OptionalInt mark) {
        refuseWhatIsNotSupported(task);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            prompt(json, task.prompt());
            json.writeNumberProperty("n_predict", task.maxTokens().orElse(UNLIMITED));
            sampling(json, task.sampling());
            json.writeBooleanProperty("stream", true);
            json.writeArrayPropertyStart("response_fields");
            RESPONSE_FIELDS.forEach(json::writeString);
            json.writeEndArray();
            if (mark.isPresent()) {
                json.writeNumberProperty(MARK_SWITCH, 0);
                json.writeNumberProperty(MARK, mark.getAsInt());
            }
            task.extras().forEach((name, value) -> extra(json, name, value));
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void prompt(JsonGenerator json, Prompt prompt) {
        if (prompt instanceof Prompt.Text text) {
            json.writeStringProperty("prompt", text.text());
        } else if (prompt instanceof Prompt.Tokens tokens) {
            json.writeArrayPropertyStart("prompt");
            tokens.ids().forEach(json::writeNumber);
            json.writeEndArray();
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

    private static void extra(JsonGenerator json, String name, Object value) {
        if (value instanceof String text) {
            json.writeStringProperty(name, text);
        } else if (value instanceof Long number) {
            json.writeNumberProperty(name, number);
        } else if (value instanceof Double number) {
            json.writeNumberProperty(name, number);
        } else {
            json.writeBooleanProperty(name, Boolean.TRUE.equals(value));
        }
    }

    private static void refuseWhatIsNotSupported(TaskRequest task) {
        Set<String> owned = new TreeSet<>(task.extras().keySet());
        owned.retainAll(OWNED);
        if (!owned.isEmpty()) {
            throw failure(
                    ErrorCode.INVALID_PARAMS,
                    "the extra " + String.join(", ", owned)
                            + " is the adapter's to set: use the task's own fields for it");
        }
        if (task.prompt() instanceof Prompt.Chat) {
            throw unsupported("chat prompts: give the prompt as text");
        }
        if (task.constraint().isPresent()) {
            throw unsupported("constraints on the answer: leave the constraint out");
        }
        if (task.determinism() != Determinism.BEST_EFFORT) {
            throw unsupported("determinism above best effort: set temperature 0, or a seed, instead");
        }
        if (task.sampling().logProbabilities() > 0) {
            throw unsupported("log-probabilities: leave them out");
        }
        if (task.pin().filter(pin -> pin.slot().isPresent()).isPresent()) {
            throw unsupported("a pin to a slot: pin to the replica instead");
        }
    }

    private static WorkerException unsupported(String what) {
        return failure(ErrorCode.UNSUPPORTED, "the adapter for llama.cpp does not support " + what);
    }

    private static WorkerException failure(ErrorCode code, String message) {
        return new WorkerException(WorkerError.of(code, message));
    }
}
