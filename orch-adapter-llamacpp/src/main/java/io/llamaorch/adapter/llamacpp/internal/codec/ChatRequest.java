package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * Writes the body of {@code POST /v1/chat/completions} for a task. The engine is asked to count its tokens in every event
 * and to say at the end what it says of a plain completion, where it ran and why it stopped; both of which it leaves out
 * of chats unless asked.
 */
public final class ChatRequest {

    /** What is told at the end beside what every chat's end tells; without this the whole prompt would be repeated. */
    private static final List<String> RESPONSE_FIELDS = List.of("stop_type", "stopping_word", "id_slot", "truncated");

    private static final int UNLIMITED = -1;

    private ChatRequest() {}

    /**
     * Writes the body.
     *
     * @param task the task, whose prompt is a conversation
     * @param chat that prompt
     * @param placement what is added to it
     * @return the body, JSON in UTF-8
     * @throws WorkerException if the task asks for what this adapter does not do, or has an extra that is not a task's
     *     to set
     */
    public static byte[] body(TaskRequest task, Prompt.Chat chat, Placement placement) {
        TaskCheck.check(task);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            ChatMessages.write(json, chat);
            json.writeNumberProperty("max_tokens", task.maxTokens().orElse(UNLIMITED));
            json.writeBooleanProperty("stream", true);
            json.writeObjectPropertyStart("stream_options");
            json.writeBooleanProperty("include_usage", true);
            json.writeEndObject();
            if (!task.extras().containsKey(ChatEventReader.COUNTS)) {
                json.writeBooleanProperty(ChatEventReader.COUNTS, true);
            }
            json.writeBooleanProperty("verbose", true);
            json.writeArrayPropertyStart("response_fields");
            RESPONSE_FIELDS.forEach(json::writeString);
            json.writeEndArray();
            SamplingFields.write(json, task, placement);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
