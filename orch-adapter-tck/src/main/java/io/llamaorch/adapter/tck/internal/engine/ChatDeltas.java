package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a chat's text is as deltas of its message: thoughts and words as they are, a call's name with the first part of its
 * arguments, and then the rest of them.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ChatDeltas {
    private final Voices voices;
    private final StringBuilder name = new StringBuilder();
    private int named;

    /** @param tools whether tools were offered */
    ChatDeltas(boolean tools) {
        this.voices = new Voices(tools);
    }

    /** The deltas that are certain when this was said. */
    List<Map<String, Object>> hear(String content) {
        return deltas(voices.hear(content));
    }

    /** Those that were held back, when nothing more will be said. */
    List<Map<String, Object>> rest() {
        return deltas(voices.rest());
    }

    /** Whether a tool was called. */
    boolean calls() {
        return named > 0;
    }

    /** The message of a whole text. */
    static Map<String, Object> message(String text, boolean tools) {
        Voices voices = new Voices(tools);
        List<Voices.Part> parts = new ArrayList<>(voices.hear(text));
        parts.addAll(voices.rest());
        String words = joined(parts, Voices.Voice.WORDS, -1);
        String thoughts = joined(parts, Voices.Voice.THOUGHT, -1);
        Map<String, Object> message = Json.object("role", "assistant", "content", words);
        if (!thoughts.isEmpty()) {
            message.put("reasoning_content", thoughts);
        }
        int calls = parts.stream()
                .filter(part -> part.voice() == Voices.Voice.CALL)
                .mapToInt(part -> part.call() + 1)
                .max()
                .orElse(0);
        List<Object> told = new ArrayList<>();
        for (int call = 0; call < calls; call++) {
            String[] said = joined(parts, Voices.Voice.CALL, call).split(" ", 2);
            told.add(Json.object(
                    "type",
                    "function",
                    "function",
                    Json.object("name", said[0], "arguments", said.length > 1 ? said[1] : ""),
                    "id",
                    id()));
        }
        if (!told.isEmpty()) {
            message.put("tool_calls", told);
        }
        return message;
    }

    private static String joined(List<Voices.Part> parts, Voices.Voice voice, int call) {
        StringBuilder text = new StringBuilder();
        parts.stream()
                .filter(part -> part.voice() == voice && (call < 0 || part.call() == call))
                .forEach(part -> text.append(part.text()));
        return text.toString();
    }

    private List<Map<String, Object>> deltas(List<Voices.Part> parts) {
        List<Map<String, Object>> deltas = new ArrayList<>();
        for (Voices.Part part : parts) {
            switch (part.voice()) {
                case WORDS -> deltas.add(Json.object("content", part.text()));
                case THOUGHT -> deltas.add(Json.object("reasoning_content", part.text()));
                case CALL -> call(deltas, part);
            }
        }
        return deltas;
    }

    private void call(List<Map<String, Object>> deltas, Voices.Part part) {
        if (named > part.call()) {
            deltas.add(toolCall(Json.object("index", part.call(), "function", Json.object("arguments", part.text()))));
            return;
        }
        name.append(part.text());
        int space = name.indexOf(" ");
        if (space >= 0) {
            deltas.add(toolCall(Json.object(
                    "index",
                    part.call(),
                    "id",
                    id(),
                    "type",
                    "function",
                    "function",
                    Json.object("name", name.substring(0, space), "arguments", name.substring(space + 1)))));
            name.setLength(0);
            named++;
        }
    }

    private static Map<String, Object> toolCall(Map<String, Object> call) {
        return Json.object("tool_calls", List.of(call));
    }

    private static String id() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
