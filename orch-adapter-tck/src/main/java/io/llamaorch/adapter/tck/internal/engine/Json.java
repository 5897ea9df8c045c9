package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
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
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * JSON as plain values: maps that keep their order, lists, strings, numbers, booleans and {@link #NULL}.
 *
 * <p>Thread safety: immutable.
 */
final class Json {
    /** JSON's null, so that no Java null is ever passed around. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private Json() {}

    /** An object in writing order, from name, value, name, value … */
    static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /**
     * Reads one value that must fill the text; of duplicate names the last one counts.
     *
     * @throws EngineError 400, as the server refuses a text that is not JSON
     */
    static Object read(byte[] text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                throw syntaxError(parser.currentLocation(), "unexpected end of input");
            }
            Object value = value(parser);
            if (parser.nextToken() != null) {
                throw syntaxError(parser.currentTokenLocation(), "expected end of input");
            }
            return value;
        } catch (JacksonException e) {
            throw syntaxError(e.getLocation(), String.valueOf(e.getOriginalMessage()));
        }
    }

    private static Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> whole(parser, parser.getString());
            case VALUE_NUMBER_INT -> integer(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> NULL;
        };
    }

    private static Map<String, Object> members(JsonParser parser) {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = whole(parser, parser.currentName());
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    private static List<Object> elements(JsonParser parser) {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(parser));
        }
        return array;
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : (Object) value.doubleValue();
    }

    /** Refuses half a surrogate pair, which an escape can smuggle in and UTF-8 cannot carry. */
    private static String whole(JsonParser parser, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw syntaxError(parser.currentLocation(), "invalid string: surrogate must be followed by its other half");
        }
        return text;
    }

    private static EngineError syntaxError(TokenStreamLocation at, String detail) {
        return EngineError.invalid("[json.exception.parse_error.101] parse error at line " + at.getLineNr()
                + ", column " + at.getColumnNr() + ": syntax error while parsing value - " + detail);
    }

    /** Writes a value on one line, non-ASCII characters as they are. */
    static byte[] write(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), out)) {
            write(generator, value);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator generator, Object value) {
        if (value instanceof Map<?, ?> object) {
            generator.writeStartObject();
            object.forEach((name, member) -> {
                generator.writeName((String) name);
                write(generator, member);
            });
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> array) {
            generator.writeStartArray();
            array.forEach(element -> write(generator, element));
            generator.writeEndArray();
        } else if (value instanceof String text) {
            generator.writeString(text);
        } else if (value instanceof Boolean flag) {
            generator.writeBoolean(flag);
        } else if (value instanceof Integer || value instanceof Long) {
            generator.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            generator.writeNumber(number.doubleValue());
        } else {
            generator.writeNull();
        }
    }

    /** The name that the server's JSON library gives to a value's type in its messages. */
    static String typeName(Object value) {
        if (value instanceof Map) {
            return "object";
        }
        if (value instanceof List) {
            return "array";
        }
        if (value instanceof String) {
            return "string";
        }
        if (value instanceof Boolean) {
            return "boolean";
        }
        return value instanceof Number ? "number" : "null";
    }
}
