package io.llamaorch.adapter.tck.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** JSON as maps, lists, strings, longs, doubles and booleans; a member that is null is left out. Immutable. */
final class Json {

    /** Refuses by itself what is nested too deeply, and numbers that are too long. */
    static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** An object; {@code null} is an empty one. Anything else is not the engine's protocol. */
    static Map<String, Object> object(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            Map<String, Object> object = first == JsonToken.START_OBJECT ? members(parser) : Map.of();
            if ((first == JsonToken.START_OBJECT || first == JsonToken.VALUE_NULL) && parser.nextToken() == null) {
                return object;
            }
        } catch (JacksonException | ArithmeticException e) {
            // Told below; the exception's own words may repeat the text.
        }
        throw BadAnswer.protocol("something came that is no JSON object");
    }

    /** A value as JSON. */
    static byte[] write(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, value);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, Object value) {
        if (value instanceof Map<?, ?> object) {
            generator.writeStartObject();
            object.forEach((name, member) -> {
                generator.writeName(String.valueOf(name));
                write(generator, member);
            });
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            list.forEach(element -> write(generator, element));
            generator.writeEndArray();
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Double number) {
            generator.writeNumber(number);
        } else if (value instanceof Number number) {
            generator.writeNumber(number.longValue());
        } else {
            generator.writeString(String.valueOf(value));
        }
    }

    /** The member as an object; an empty one if there is none, or it is something else. */
    static Map<?, ?> at(Map<?, ?> object, String name) {
        return object.get(name) instanceof Map<?, ?> member ? member : Map.of();
    }

    /** The member as a list; an empty one if there is none, or it is something else. */
    static List<?> list(Map<?, ?> object, String name) {
        return object.get(name) instanceof List<?> member ? member : List.of();
    }

    /** The first element of the member, which is a list of objects; an empty one if there is none. */
    static Map<?, ?> first(Map<?, ?> object, String name) {
        List<?> list = list(object, name);
        return !list.isEmpty() && list.get(0) instanceof Map<?, ?> element ? element : Map.of();
    }

    /** The member as a text, empty if there is none; anything but a text is not the engine's protocol. */
    static String text(Map<?, ?> object, String name) throws IOException {
        Object value = object.containsKey(name) ? object.get(name) : "";
        if (value instanceof String text) {
            return text;
        }
        throw BadAnswer.protocol("'" + name + "' is no text");
    }

    /** The member as a count; -1 if there is none. */
    static int count(Map<?, ?> object, String name) {
        return object.get(name) instanceof Long value && value >= 0 && value <= Integer.MAX_VALUE
                ? value.intValue()
                : -1;
    }

    private static Map<String, Object> members(JsonParser parser) {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_NULL) {
                object.remove(name);
            } else {
                object.put(name, value(parser));
            }
        }
        return object;
    }

    private static List<Object> elements(JsonParser parser) {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(parser.currentToken() == JsonToken.VALUE_NULL ? Map.of() : value(parser));
        }
        return list;
    }

    private static Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> parser.currentToken() == JsonToken.VALUE_TRUE;
        };
    }
}
