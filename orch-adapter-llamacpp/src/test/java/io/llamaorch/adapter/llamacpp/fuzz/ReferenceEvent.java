package io.llamaorch.adapter.llamacpp.fuzz;

import io.llamaorch.adapter.llamacpp.internal.codec.CompletionEvent;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.Timings;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * What one event says, looked up by name in a map of all that it holds.
 *
 * @param content the text
 * @param stop whether it is the end marker
 * @param error the engine's failure; null if it is none
 * @param rest everything else, one after another
 */
public record ReferenceEvent(
        String content, boolean stop, @Nullable EngineError error, List<@Nullable Object> rest) {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(1000)
                    .build())
            .build();

    /** A scalar value, or the beginning of a list or an object. */
    private record Value(JsonToken kind, String text) {}

    /** What the reader under test made of an event. */
    public static ReferenceEvent of(CompletionEvent event) {
        EngineError error = event.error();
        List<@Nullable Object> rest = Arrays.asList(
                event.tokensPredicted(),
                event.tokensEvaluated(),
                event.slot(),
                event.truncated(),
                event.stopReason(),
                event.stoppingWord(),
                event.hasTimings() ? event.timings() : null,
                event.cached(),
                event.hasProgress(),
                event.progressTotal(),
                event.progressCached(),
                event.progressProcessed());
        return new ReferenceEvent(event.content(), event.stop(), error, rest);
    }

    /** Reads an event; empty for one that says nothing. */
    static Optional<ReferenceEvent> read(String json, boolean errorField) {
        Map<String, Value> values = new HashMap<>();
        boolean object;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new IllegalArgumentException("nothing");
            }
            object = first == JsonToken.START_OBJECT;
            gather("", 0, first, parser, values);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more than one value");
            }
        }
        if (!object) {
            return Optional.empty();
        }
        boolean timings = values.containsKey("/timings/");
        List<@Nullable Object> rest = Arrays.asList(
                count(values, "/tokens_predicted"),
                count(values, "/tokens_evaluated"),
                count(values, "slot"),
                is(values, "/truncated"),
                stopReason(values),
                word(values),
                timings
                        ? Timings.of(millis(values, "/timings/prompt_ms"), millis(values, "/timings/predicted_ms"))
                        : null,
                count(values, "/timings/cache_n"),
                values.containsKey("/prompt_progress/"),
                progress(values, "total"),
                progress(values, "cache"),
                progress(values, "processed"));
        EngineError error =
                values.containsKey("/error/") ? error(values, "/error") : errorField ? error(values, "") : null;
        return Optional.of(new ReferenceEvent(text(values, "/content"), is(values, "/stop"), error, rest));
    }

    public boolean isLast() {
        return stop || error != null;
    }

    private static void gather(String path, int depth, JsonToken token, JsonParser parser, Map<String, Value> values) {
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            if (path.equals("/error")) {
                values.keySet().removeIf(key -> key.startsWith("/error/"));
            }
            values.put(path + "/", new Value(token, ""));
            boolean object = token == JsonToken.START_OBJECT;
            for (JsonToken next = parser.nextToken(); !next.isStructEnd(); next = parser.nextToken()) {
                String name = "[]";
                if (object) {
                    name = parser.currentName();
                    next = parser.nextToken();
                }
                gather(depth < 2 ? path + "/" + name.replace('/', '|') : "deep", depth + 1, next, parser, values);
            }
            return;
        }
        Value value = new Value(token, parser.getString());
        if (path.equals("/error") && token == JsonToken.VALUE_STRING) {
            values.keySet().removeIf(key -> key.startsWith("/error/"));
            values.put("/error/", value);
            values.put("/error/message", value);
        } else {
            values.put(path.equals("/id_slot") || path.equals("/slot_id") ? "slot" : path, value);
        }
    }

    private static int count(Map<String, Value> values, String path) {
        return count(values, path, -1);
    }

    private static int count(Map<String, Value> values, String path, int otherwise) {
        Value value = values.get(path);
        if (value == null || !value.kind.isNumeric()) {
            return otherwise;
        }
        double number = Double.parseDouble(value.text);
        return number >= 0 && number <= Integer.MAX_VALUE ? (int) number : otherwise;
    }

    /** Nothing is said of it, or nonsense. */
    private static int progress(Map<String, Value> values, String name) {
        return count(values, "/prompt_progress/" + name, values.containsKey("/prompt_progress/" + name) ? -1 : 0);
    }

    private static boolean is(Map<String, Value> values, String path) {
        Value value = values.get(path);
        return value != null && value.kind == JsonToken.VALUE_TRUE;
    }

    private static String text(Map<String, Value> values, String path) {
        Value value = values.get(path);
        return value != null && value.kind == JsonToken.VALUE_STRING ? value.text : "";
    }

    private static @Nullable String word(Map<String, Value> values) {
        String word = text(values, "/stopping_word");
        return word.isEmpty() ? null : word;
    }

    private static Duration millis(Map<String, Value> values, String path) {
        Value value = values.get(path);
        double millis = value == null || !value.kind.isNumeric() ? 0 : Double.parseDouble(value.text);
        return millis > 0 && millis < 1e12 ? Duration.ofNanos((long) (millis * 1e6)) : Duration.ZERO;
    }

    private static EngineError error(Map<String, Value> values, String in) {
        boolean root = in.isEmpty();
        return new EngineError(
                count(values, in + "/code", 0),
                text(values, in + "/message"),
                text(values, in + "/type"),
                root ? -1 : count(values, in + "/n_prompt_tokens"),
                root ? -1 : count(values, in + "/n_ctx"));
    }

    private static StopReason stopReason(Map<String, Value> values) {
        if (values.containsKey("/stop_type")) {
            return switch (text(values, "/stop_type")) {
                case "eos", "none" -> StopReason.END_OF_TEXT;
                case "limit" -> StopReason.LIMIT;
                case "word" -> StopReason.STOP_STRING;
                default -> StopReason.UNKNOWN;
            };
        }
        return is(values, "/stopped_word")
                ? StopReason.STOP_STRING
                : is(values, "/stopped_limit")
                        ? StopReason.LIMIT
                        : is(values, "/stopped_eos") ? StopReason.END_OF_TEXT : StopReason.UNKNOWN;
    }
}
