package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * A parameter of the server that tasks set as an extra: its type and its range. What is outside them the server would
 * change silently, or ignore (contract 2); so it is refused here. Ranges are those of the server's own schema.
 *
 * <p>Thread safety: immutable.
 */
final class KnownExtra {

    private enum Type {
        NUMBER,
        WHOLE,
        FLAG,
        /** A JSON array, given as text, as an extra holds no list. */
        LIST,
        /** A JSON object, given as text. */
        OBJECT,
        /** A list, or a text as it is. */
        LIST_OR_TEXT
    }

    private static final double ANY = Double.POSITIVE_INFINITY;
    private static final Map<String, KnownExtra> ALL = all();

    private final Type type;
    private final double least;
    private final double most;

    private KnownExtra(Type type, double least, double most) {
        this.type = type;
        this.least = least;
        this.most = most;
    }

    private static Map<String, KnownExtra> all() {
        Map<String, KnownExtra> all = new TreeMap<>();
        number(all, 0, 1, "typical_p", "xtc_probability", "xtc_threshold");
        number(all, 0, ANY, "dynatemp_range", "dynatemp_exponent", "dry_multiplier", "mirostat_tau", "mirostat_eta");
        number(all, 1, ANY, "dry_base");
        number(all, -ANY, ANY, "top_n_sigma");
        number(all, -ANY, 1, "adaptive_target");
        number(all, 0, 0.99, "adaptive_decay");
        whole(all, 0, 2, "mirostat");
        whole(all, -1, Integer.MAX_VALUE, "repeat_last_n", "dry_penalty_last_n", "n_keep", "sse_ping_interval");
        whole(all, -1, Long.MAX_VALUE, "t_max_predict_ms");
        whole(all, 0, Integer.MAX_VALUE, "dry_allowed_length", "min_keep", "n_discard", "n_indent", "n_cache_reuse");
        of(
                all,
                new KnownExtra(Type.FLAG, 0, 0),
                "ignore_eos",
                "cache_prompt",
                "return_progress",
                "timings_per_token",
                "post_sampling_probs",
                "backend_sampling",
                "parallel_tool_calls");
        of(all, new KnownExtra(Type.OBJECT, 0, 0), "chat_template_kwargs");
        of(all, new KnownExtra(Type.LIST, 0, 0), "dry_sequence_breakers", "lora");
        of(all, new KnownExtra(Type.LIST_OR_TEXT, 0, 0), "samplers");
        return all;
    }

    private static void number(Map<String, KnownExtra> all, double least, double most, String... names) {
        of(all, new KnownExtra(Type.NUMBER, least, most), names);
    }

    private static void whole(Map<String, KnownExtra> all, double least, double most, String... names) {
        of(all, new KnownExtra(Type.WHOLE, least, most), names);
    }

    private static void of(Map<String, KnownExtra> all, KnownExtra extra, String... names) {
        for (String name : names) {
            all.put(name, extra);
        }
    }

    /** The names of all. */
    static Set<String> names() {
        return ALL.keySet();
    }

    /** What is wrong with an extra of this name and value; empty if nothing is, or the name is not known here. */
    static Optional<String> fault(String name, Object value) {
        KnownExtra known = ALL.get(name);
        return known == null || known.admits(value)
                ? Optional.empty()
                : Optional.of("the extra " + name + " must be " + known.rule());
    }

    /** Writes an extra that has no fault, or a list of texts. */
    static void write(JsonGenerator json, String name, Object value) {
        if (value instanceof String text) {
            KnownExtra known = ALL.get(name);
            if (known != null && known.isDocument(text)) {
                json.writeName(name);
                copy(json, text);
            } else {
                json.writeStringProperty(name, text);
            }
        } else if (value instanceof Long number) {
            json.writeNumberProperty(name, number);
        } else if (value instanceof Double number) {
            json.writeNumberProperty(name, number);
        } else if (value instanceof List<?> texts) {
            json.writeArrayPropertyStart(name);
            texts.forEach(text -> json.writeString(String.valueOf(text)));
            json.writeEndArray();
        } else {
            json.writeBooleanProperty(name, Boolean.TRUE.equals(value));
        }
    }

    /** Writes a JSON document as it was read, never as its text stands: so nothing in it can leave its place. */
    static void copy(JsonGenerator json, String document) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), document)) {
            parser.nextToken();
            json.copyCurrentStructure(parser);
        }
    }

    /** Whether a text is one JSON document that begins so. */
    static boolean isDocument(String text, JsonToken start) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() != start) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (JacksonException e) {
            return false;
        }
    }

    private static boolean isList(String text) {
        return isDocument(text, JsonToken.START_ARRAY);
    }

    private boolean isDocument(String text) {
        return type == Type.OBJECT ? isDocument(text, JsonToken.START_OBJECT) : isList(text);
    }

    private boolean admits(Object value) {
        return switch (type) {
            case FLAG -> value instanceof Boolean;
            case LIST, OBJECT -> value instanceof String text && isDocument(text);
            case LIST_OR_TEXT -> value instanceof String;
            case WHOLE -> value instanceof Long number && isInRange(number);
            case NUMBER -> value instanceof Number number && isInRange(number.doubleValue());
        };
    }

    private boolean isInRange(double number) {
        return number >= least && number <= most;
    }

    private String rule() {
        return switch (type) {
            case FLAG -> "true or false";
            case LIST -> "a JSON array, given as text";
            case OBJECT -> "a JSON object, given as text";
            case LIST_OR_TEXT -> "a JSON array or a text";
            case WHOLE -> "a whole number" + range();
            case NUMBER -> "a number" + range();
        };
    }

    private String range() {
        boolean bounded = most < Integer.MAX_VALUE;
        if (least == -ANY) {
            return bounded ? " of at most " + plain(most) : "";
        }
        return bounded ? " from " + plain(least) + " to " + plain(most) : " of at least " + plain(least);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
