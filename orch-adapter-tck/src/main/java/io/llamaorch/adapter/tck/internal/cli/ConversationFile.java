package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.Prompt;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A conversation in OpenAI's form: an object with {@code messages} and perhaps {@code tools}, or the messages alone.
 * Immutable.
 */
final class ConversationFile {

    private static final JsonFactory FACTORY = JsonFactory.builder().build();
    private static final Pattern DATA = Pattern.compile("data:([^;,]+);base64,(.*)", Pattern.DOTALL);

    private final String name;

    private ConversationFile(String name) {
        this.name = name;
    }

    /** Reads one; what is wrong with it is an IllegalArgumentException that says where. */
    static Prompt.Chat read(Path file) throws IOException {
        return new ConversationFile(file.toString()).chat(Files.readAllBytes(file));
    }

    private Prompt.Chat chat(byte[] json) {
        Object root;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            root = value(parser);
        } catch (JacksonException e) {
            throw wrong("it is no JSON (" + e.getOriginalMessage() + ")");
        }
        List<?> messages = root instanceof List<?> alone
                ? alone
                : list(object("the file", root).get("messages"));
        List<?> tools = root instanceof Map<?, ?> object ? list(object.get("tools")) : List.of();
        if (messages.isEmpty()) {
            throw wrong("it has no messages");
        }
        List<ChatMessage> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            turns.add(message("message " + i, object("message " + i, messages.get(i))));
        }
        List<Prompt.ToolSpec> specs = new ArrayList<>();
        for (int i = 0; i < tools.size(); i++) {
            Map<?, ?> function =
                    object("tool " + i, object("tool " + i, tools.get(i)).get("function"));
            specs.add(new Prompt.ToolSpec(
                    text(function.get("name")), text(function.get("description")), text(function.get("parameters"))));
        }
        return new Prompt.Chat(turns, specs);
    }

    private ChatMessage message(String where, Map<?, ?> message) {
        ChatMessage.Role role = role(where, text(message.get("role")));
        List<Content> content = new ArrayList<>();
        if (role == ChatMessage.Role.TOOL) {
            content.add(new Content.ToolResult(text(message.get("tool_call_id")), text(message.get("content"))));
        } else if (message.get("content") instanceof String text) {
            content.add(new Content.Text(text));
        } else {
            list(message.get("content")).forEach(part -> content.add(part(where, object(where, part))));
        }
        for (Object call : list(message.get("tool_calls"))) {
            Map<?, ?> function = object(where, object(where, call).get("function"));
            content.add(new Content.ToolUse(
                    text(object(where, call).get("id")), text(function.get("name")), text(function.get("arguments"))));
        }
        if (content.isEmpty()) {
            throw wrong(where + " says nothing");
        }
        return new ChatMessage(role, content);
    }

    private ChatMessage.Role role(String where, String role) {
        return Arrays.stream(ChatMessage.Role.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(role))
                .findFirst()
                .orElseThrow(() -> wrong(where + " has no role of system, user, assistant and tool"));
    }

    private Content part(String where, Map<?, ?> part) {
        switch (text(part.get("type"))) {
            case "text" -> {
                return new Content.Text(text(part.get("text")));
            }
            case "image_url" -> {
                Matcher data =
                        DATA.matcher(text(object(where, part.get("image_url")).get("url")));
                if (data.matches()) {
                    return new Content.Media(data.group(1), data.group(2));
                }
                throw wrong(where + " has a picture that is no data URI in Base64: nothing is fetched from elsewhere");
            }
            case "input_audio" -> {
                Map<?, ?> audio = object(where, part.get("input_audio"));
                return new Content.Media("audio/" + text(audio.get("format")), text(audio.get("data")));
            }
            default -> throw wrong(where + " has a part that is no text, image_url or input_audio");
        }
    }

    private Map<?, ?> object(String where, @Nullable Object value) {
        if (value instanceof Map<?, ?> object) {
            return object;
        }
        throw wrong(where + " is no object, or lacks one");
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(@Nullable Object value) {
        return value instanceof String text ? text : "";
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("the conversation in " + name + " cannot be used: " + what);
    }

    /** Objects are maps, arrays lists, texts strings, the schema in {@code parameters} its own JSON; all else is empty. */
    private static Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> object = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                parser.nextToken();
                object.put(member, member.equals("parameters") ? json(parser) : value(parser));
            }
            return object;
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(parser));
            }
            return list;
        }
        return token == JsonToken.VALUE_STRING ? parser.getString() : Map.of();
    }

    private static String json(JsonParser parser) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.copyCurrentStructure(parser);
        }
        return text.toString();
    }
}
