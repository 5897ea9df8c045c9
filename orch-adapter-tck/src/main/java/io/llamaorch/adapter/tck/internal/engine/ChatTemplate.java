package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The chat template of the model: each message on a line, after who said it. */
final class ChatTemplate {
    /** The template as the server shows it. */
    static final String SOURCE = "{%- for message in messages -%}\n"
            + "  {{- message.role + ': ' + message.content + '\\n' -}}\n{%- endfor -%}";

    private ChatTemplate() {}

    /**
     * The text that stands for a request's messages.
     *
     * @throws EngineError what the server says of messages that are none
     */
    static String prompt(Fields in) {
        Object given = in.members().get("messages");
        if (given == null) {
            throw EngineError.invalid("'messages' is required");
        }
        if (!(given instanceof List<?> messages)) {
            throw EngineError.invalid("Expected 'messages' to be an array");
        }
        return messages.stream().map(ChatTemplate::line).collect(Collectors.joining());
    }

    private static String line(Object message) {
        if (!(message instanceof Map<?, ?> said)) {
            throw EngineError.invalid("Expected 'messages' to contain objects");
        }
        Object role = said.containsKey("role") ? said.get("role") : Json.NULL;
        if (!said.containsKey("content") && !"assistant".equals(role)) {
            throw EngineError.invalid("All non-assistant messages must contain 'content'");
        }
        if (!(role instanceof String name)) {
            throw new EngineError(
                    500,
                    "Failed to parse messages: Missing 'role' in message: "
                            + new String(Json.write(message), StandardCharsets.UTF_8),
                    "server_error");
        }
        return name + ": " + content(said) + "\n";
    }

    private static String content(Map<?, ?> message) {
        Object content = message.containsKey("content") ? message.get("content") : Json.NULL;
        return content instanceof String text
                ? text
                : content instanceof List<?> parts
                        ? parts.stream().map(ChatTemplate::part).collect(Collectors.joining("\n"))
                        : "";
    }

    private static String part(Object part) {
        if (part instanceof Map<?, ?> typed && "text".equals(typed.get("type"))) {
            return String.valueOf(typed.get("text"));
        }
        throw new EngineError(
                500,
                "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
                "server_error");
    }
}
