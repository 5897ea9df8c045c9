package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.ChatMessage.Content;
import io.llamaorch.adapter.spi.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a conversation in OpenAI's form: an object with {@code messages} and maybe {@code tools}, or the list of messages
 * alone. What it has beside them, such as settings, is left out.
 */
final class ChatJson {

    private static final Pattern DATA = Pattern.compile("data:([^;,]+);base64,(.*)", Pattern.DOTALL);

    private ChatJson() {}

    /** The conversation; what is none is an IllegalArgumentException that says why. */
    static Prompt.Chat read(String text) {
        Object root = JsonTree.read(text);
        List<?> messages = list(root instanceof Map<?, ?> chat ? chat.get("messages") : root, "messages");
        List<?> tools = root instanceof Map<?, ?> chat && chat.containsKey("tools")
                ? list(chat.get("tools"), "tools")
                : List.of();
        return new Prompt.Chat(
                messages.stream().map(ChatJson::message).toList(),
                tools.stream().map(ChatJson::tool).toList());
    }

    private static ChatMessage message(Object given) {
        Map<?, ?> message = map(given, "a message");
        ChatMessage.Role role = role(text(message.get("role"), "a message's role"));
        List<Content> content = new ArrayList<>();
        if (message.get("tool_call_id") instanceof String call) {
            content.add(new Content.ToolResult(call, text(message.get("content"), "a tool's content")));
            return new ChatMessage(role, content);
        }
        if (message.get("content") instanceof String said) {
            content.add(new Content.Text(said));
        } else if (message.get("content") != null) {
            list(message.get("content"), "a message's content").forEach(part -> content.add(part(part)));
        }
        if (message.get("tool_calls") != null) {
            list(message.get("tool_calls"), "tool_calls").forEach(call -> content.add(call(call)));
        }
        return new ChatMessage(role, content);
    }

    private static Content part(Object given) {
        Map<?, ?> part = map(given, "a part of a message");
        switch (text(part.get("type"), "a part's type")) {
            case "text" -> {
                return new Content.Text(text(part.get("text"), "a part's text"));
            }
            case "image_url" -> {
                Object url = map(part.get("image_url"), "a part's image_url").get("url");
                Matcher data = DATA.matcher(text(url, "a picture's url"));
                if (data.matches()) {
                    return new Content.Media(data.group(1), data.group(2));
                }
                throw new IllegalArgumentException(
                        "a picture must be a data URI in Base64 in the conversation: nothing is fetched from elsewhere");
            }
            case "input_audio" -> {
                Map<?, ?> audio = map(part.get("input_audio"), "a part's input_audio");
                return new Content.Media(
                        "audio/" + text(audio.get("format"), "a sound's format"),
                        text(audio.get("data"), "a sound's data"));
            }
            default ->
                throw new IllegalArgumentException(
                        "a message has a part of another type than text, image_url and input_audio");
        }
    }

    private static Content call(Object given) {
        Map<?, ?> call = map(given, "a tool call");
        Map<?, ?> function = map(call.get("function"), "a tool call's function");
        Object id = call.get("id");
        return new Content.ToolUse(
                id == null ? "" : text(id, "a tool call's id"),
                text(function.get("name"), "a tool call's name"),
                text(function.get("arguments"), "a tool call's arguments"));
    }

    private static Prompt.ToolSpec tool(Object given) {
        Map<?, ?> function = map(map(given, "a tool").get("function"), "a tool's function");
        Object description = function.get("description");
        Object parameters = function.get("parameters");
        return new Prompt.ToolSpec(
                text(function.get("name"), "a tool's name"),
                description == null ? "" : text(description, "a tool's description"),
                JsonTree.write(parameters == null ? Map.of() : parameters));
    }

    private static ChatMessage.Role role(String name) {
        for (ChatMessage.Role role : ChatMessage.Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return role;
            }
        }
        throw new IllegalArgumentException(
                "a message has the role '" + name + "': roles are system, user, assistant and tool");
    }

    private static List<?> list(@Nullable Object value, String what) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(what + " must be a list in the conversation: give OpenAI's form, such as"
                + " {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    private static Map<?, ?> map(@Nullable Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(what + " must be an object in the conversation");
    }

    private static String text(@Nullable Object value, String what) {
        if (value instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(what + " must be a text in the conversation");
    }
}
