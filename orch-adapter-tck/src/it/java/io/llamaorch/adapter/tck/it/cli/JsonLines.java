package io.llamaorch.adapter.tck.it.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads lines of JSON into maps of text; the names of nested fields are joined by dots. */
final class JsonLines {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonLines() {}

    static List<Map<String, String>> read(List<String> lines) {
        return lines.stream().map(JsonLines::read).toList();
    }

    static Map<String, String> read(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new AssertionError("no JSON object: " + line);
            }
            object(parser, "", fields);
            if (parser.nextToken() != null) {
                throw new AssertionError("more than one value: " + line);
            }
        }
        return fields;
    }

    private static void object(JsonParser parser, String prefix, Map<String, String> fields) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = prefix + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT) {
                object(parser, name + ".", fields);
            } else if (value == JsonToken.START_ARRAY) {
                parser.skipChildren();
            } else {
                fields.put(name, parser.getString());
            }
        }
    }
}
