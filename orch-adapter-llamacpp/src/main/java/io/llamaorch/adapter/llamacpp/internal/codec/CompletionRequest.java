package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes the body of {@code POST /completion} for a task. */
public final class CompletionRequest {

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

    private static final int UNLIMITED = -1;

    private CompletionRequest() {}

    /**
     * Writes the body.
     *
     * @param task the task
     * @param placement what is added to it
     * @return the body, JSON in UTF-8
     * @throws WorkerException if the task asks for what this adapter does not do, or has an extra that is not a task's
     *     to set
     */
    public static byte[] body(TaskRequest task, Placement placement) {
        TaskCheck.check(task);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            prompt(json, task.prompt());
            json.writeNumberProperty("n_predict", task.maxTokens().orElse(UNLIMITED));
            json.writeBooleanProperty("stream", true);
            json.writeArrayPropertyStart("response_fields");
            RESPONSE_FIELDS.forEach(json::writeString);
            json.writeEndArray();
            SamplingFields.write(json, task, placement);
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
}
