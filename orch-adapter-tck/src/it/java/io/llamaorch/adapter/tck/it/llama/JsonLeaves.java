package io.llamaorch.adapter.tck.it.llama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What JSON texts of one kind look like: their paths in order with the types found there, and the values. */
final class JsonLeaves {
    private static final JsonFactory FACTORY = JsonFactory.builder().build();

    private final Map<String, Set<String>> types = new LinkedHashMap<>();
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /** Adds a text; what is no JSON counts as one value of its own type. */
    JsonLeaves add(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == null) {
                found("", "nothing", "");
            } else {
                walk(parser, "");
            }
        } catch (JacksonException e) {
            found("", "no JSON", json);
        }
        return this;
    }

    private void found(String path, String type, String value) {
        types.computeIfAbsent(path, p -> new TreeSet<>()).add(type);
        values.computeIfAbsent(path, p -> new ArrayList<>()).add(value);
    }

    private void walk(JsonParser parser, String path) {
        String prefix = path.isEmpty() ? "" : path + ".";
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                found(path, "object", "");
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    walk(parser, prefix + name);
                }
            }
            case START_ARRAY -> {
                found(path, "array", "");
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    walk(parser, prefix + "[]");
                }
            }
            case VALUE_STRING -> found(path, "string", parser.getString());
            case VALUE_NUMBER_INT -> found(path, "integer", parser.getString());
            case VALUE_NUMBER_FLOAT -> found(path, "real", parser.getString());
            case VALUE_TRUE, VALUE_FALSE -> found(path, "boolean", parser.getString());
            default -> found(path, "null", "null");
        }
    }

    /** Each path with its types, in the order of the text. */
    List<String> shape() {
        List<String> shape = new ArrayList<>();
        types.forEach((path, found) -> shape.add(path + ":" + String.join("|", found)));
        return shape;
    }

    /** The values at a path, empty if it is not there. */
    List<String> at(String path) {
        return values.getOrDefault(path, List.of());
    }

    /** The paths that begin so. */
    List<String> below(String prefix) {
        return values.keySet().stream().filter(path -> path.startsWith(prefix)).toList();
    }
}
