package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;

/**
 * Writes a conversation in OpenAI's form, which {@code /v1/chat/completions} and {@code /apply-template} read: a message
 * of one text has it as it is, one of several parts has them with their types, calls stand in {@code tool_calls}, and every
 * tool's answer is a message of its own.
 */
public final class ChatMessages {

    private final JsonGenerator json;

    private ChatMessages(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Writes the members {@code messages} and, if there are any, {@code tools} of the object that is open.
     *
     * @param json where to
     * @param chat the conversation
     * @throws WorkerException if the conversation has what cannot be said in this form; what was written is then of no use
     */
    public static void write(JsonGenerator json, Prompt.Chat chat) {
        ChatMessages writer = new ChatMessages(json);
        json.writeArrayPropertyStart("messages");
        for (int i = 0; i < chat.messages().size(); i++) {
            writer.message(i, chat.messages().get(i));
        }
        json.writeEndArray();
        if (!chat.tools().isEmpty()) {
            json.writeArrayPropertyStart("tools");
            chat.tools().forEach(writer::tool);
            json.writeEndArray();
        }
    }

    /** Splits a message at its tools' answers, and writes the parts in their order. */
    private void message(int index, ChatMessage message) {
        List<Content> said = new ArrayList<>();
        for (Content content : message.content()) {
            if (content instanceof Content.ToolResult result) {
                saidBy(message.role(), index, said);
                said.clear();
                toolResult(result);
            } else {
                said.add(content);
            }
        }
        saidBy(message.role(), index, said);
    }

    private void toolResult(Content.ToolResult result) {
        json.writeStartObject();
        json.writeStringProperty("role", "tool");
        json.writeStringProperty("tool_call_id", result.callId());
        json.writeStringProperty("content", result.text());
        json.writeEndObject();
    }

    private void saidBy(ChatMessage.Role role, int index, List<Content> said) {
        if (said.isEmpty()) {
            return;
        }
        List<Content.ToolUse> calls = new ArrayList<>();
        List<Content> words = new ArrayList<>();
        for (Content content : said) {
            if (content instanceof Content.ToolUse call) {
                calls.add(call);
            } else {
                words.add(content);
            }
        }
        if (!calls.isEmpty() && role != ChatMessage.Role.ASSISTANT) {
            throw refused("message " + index + " of the conversation calls a tool and is not the assistant's: give it"
                    + " the role ASSISTANT");
        }
        json.writeStartObject();
        json.writeStringProperty("role", role.name().toLowerCase(Locale.ROOT));
        words(words);
        if (!calls.isEmpty()) {
            json.writeArrayPropertyStart("tool_calls");
            calls.forEach(call -> call(index, call));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void words(List<Content> words) {
        if (words.isEmpty()) {
            json.writeNullProperty("content");
        } else if (words.size() == 1 && words.get(0) instanceof Content.Text text) {
            json.writeStringProperty("content", text.text());
        } else {
            json.writeArrayPropertyStart("content");
            words.forEach(this::part);
            json.writeEndArray();
        }
    }

    private void part(Content content) {
        if (content instanceof Content.Media media) {
            MediaParts.write(json, media);
        } else if (content instanceof Content.Text text) {
            json.writeStartObject();
            json.writeStringProperty("type", "text");
            json.writeStringProperty("text", text.text());
            json.writeEndObject();
        }
    }

    private void call(int index, Content.ToolUse call) {
        try (JsonParser arguments = object(call.argumentsJson())) {
            arguments.skipChildren();
            requireEnd(arguments);
        } catch (JacksonException e) {
            throw refused("the arguments of a call in message " + index
                    + " of the conversation are no JSON object: give" + " what the model called the tool with, or {}");
        }
        json.writeStartObject();
        json.writeStringProperty("id", call.id());
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", call.argumentsJson());
        json.writeEndObject();
        json.writeEndObject();
    }

    private void tool(Prompt.ToolSpec tool) {
        json.writeStartObject();
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", tool.name());
        json.writeStringProperty("description", tool.description());
        json.writeName("parameters");
        try (JsonParser schema = object(tool.parametersSchema())) {
            json.copyCurrentStructureExact(schema);
            requireEnd(schema);
        } catch (JacksonException e) {
            throw refused("the parameters of the tool " + tool.name()
                    + " are no JSON schema: give a JSON object, such as {\"type\":\"object\",\"properties\":{}}");
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** A parser that stands on the beginning of the object that the text should be. */
    private static JsonParser object(String text) {
        JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), text);
        require(parser, parser.nextToken() == JsonToken.START_OBJECT);
        return parser;
    }

    private static void requireEnd(JsonParser parser) {
        require(parser, parser.nextToken() == null);
    }

    private static void require(JsonParser parser, boolean holds) {
        if (!holds) {
            throw new StreamReadException(parser, "something else was expected");
        }
    }

    private static WorkerException refused(String message) {
        return new WorkerException(WorkerError.of(ErrorCode.INVALID_PARAMS, message));
    }
}
