package io.llamaorch.adapter.tck.it.llama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an answer says, in fields that can be compared: field and content, in a fixed order. */
final class Sounds {
    /** Values that must be equal, for they follow from the request; those of the settings do too. */
    private static final List<String> MEANT = List.of(
            "index",
            "stop",
            "stop_type",
            "stopping_word",
            "truncated",
            "tokens_predicted",
            "status",
            "object",
            "choices.[].index",
            "choices.[].finish_reason",
            "choices.[].delta.role",
            "choices.[].message.role",
            "usage.completion_tokens",
            "timings.predicted_n",
            "total_slots",
            "default_generation_settings.n_ctx",
            "model_alias",
            "model",
            "is_sleeping",
            "data.[].id",
            "data.[].meta.n_ctx",
            "[].id",
            "[].n_ctx",
            "[].is_processing");

    private static final List<String> MEANT_WITH_ALL_BELOW =
            List.of("generation_settings", "default_generation_settings.params", "[].params");

    private Sounds() {}

    static Map<String, String> of(RawAnswer answer) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("status", "" + answer.status());
        fields.put("headers", answer.head());
        fields.put("framing", answer.framing() + (answer.closed() ? ", then closes" : ", then stays open"));
        if (answer.contentType().startsWith("text/event-stream")) {
            stream(fields, answer.body());
        } else if (answer.contentType().startsWith("application/json")) {
            json(fields, "", new JsonLeaves().add(answer.body()));
        } else {
            fields.put("body", text(answer.body()));
        }
        return fields;
    }

    /** Of metrics, the lines without their numbers. */
    private static String text(String body) {
        return body.lines()
                .map(line -> line.startsWith("#") ? line : line.replaceAll(" \\S+$", ""))
                .reduce("", (a, b) -> a + b + "; ");
    }

    private static void stream(Map<String, String> fields, String body) {
        List<String> kinds = new ArrayList<>();
        Map<String, JsonLeaves> byKind = new LinkedHashMap<>();
        for (String event : body.split("\n\n")) {
            String data = event.startsWith("data: ") ? event.substring("data: ".length()) : event;
            String kind = kind(data);
            if (kinds.isEmpty() || !kinds.get(kinds.size() - 1).equals(kind)) {
                kinds.add(kind);
            }
            if (data.startsWith("{")) {
                byKind.computeIfAbsent(kind, k -> new JsonLeaves()).add(data);
            }
        }
        fields.put("events", String.join(", ", kinds));
        byKind.forEach((kind, leaves) -> json(fields, kind + " ", leaves));
    }

    private static String kind(String data) {
        if (!data.startsWith("{")) {
            return data.startsWith(":") ? "ping" : data.equals("[DONE]") ? "done" : "other";
        }
        JsonLeaves leaves = new JsonLeaves().add(data);
        if (!leaves.at("error").isEmpty()) {
            return "error";
        }
        if (!leaves.at("prompt_progress").isEmpty()) {
            return "progress";
        }
        if (!leaves.at("choices").isEmpty()) {
            return leaves.at("choices.[]").isEmpty()
                    ? "usage"
                    : !leaves.at("choices.[].delta.role").isEmpty()
                            ? "role"
                            : leaves.at("choices.[].finish_reason").contains("null") ? "token" : "finish";
        }
        return leaves.at("stop").contains("false") ? "token" : "end";
    }

    /** Where the server hands on what its JSON library says, only the beginning is the same with another library. */
    private static String ownWords(String message) {
        return message.replaceFirst("(?s)(\\[json\\.exception\\.parse_error\\.101] parse error at line ).*", "$1…");
    }

    private static void json(Map<String, String> fields, String kind, JsonLeaves leaves) {
        fields.put(kind + "shape", String.join(" ", leaves.shape()));
        if (!leaves.at("error").isEmpty()) {
            for (String path : List.of("error.code", "error.type", "error.message")) {
                fields.put(path, ownWords(String.join(" ", leaves.at(path))));
            }
        }
        StringBuilder meant = new StringBuilder();
        List<String> paths = new ArrayList<>(MEANT);
        MEANT_WITH_ALL_BELOW.forEach(prefix -> paths.addAll(leaves.below(prefix)));
        for (String path : paths) {
            List<String> values = kind.equals("token ")
                    ? leaves.at(path).stream().distinct().limit(1).toList()
                    : leaves.at(path);
            if (!values.isEmpty()) {
                meant.append(path).append('=').append(String.join(",", values)).append(' ');
            }
        }
        fields.put(kind + "values", meant.toString());
    }
}
