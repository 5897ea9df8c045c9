package io.llamaorch.adapter.llamacpp.internal.codec;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/** How this adapter reads JSON: as a stream of tokens, with bounds on what an engine may send. */
final class Json {

    private static final int MOST_NESTED = 64;
    private static final int LONGEST_NUMBER = 1000;

    /** Parsers remember names, so this is also about memory; the longest that a server uses has 40 characters. */
    private static final int LONGEST_NAME = 256;

    /** What is nested deeper in a whole document is of no interest, and not worth making paths for. */
    private static final int DEEPEST = 4;

    /** The length of strings is bounded by the size of what they come in. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MOST_NESTED)
                    .maxNumberLength(LONGEST_NUMBER)
                    .maxNameLength(LONGEST_NAME)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Json() {}

    /** Hears the scalar values of a document. */
    interface Visitor {

        /**
         * A scalar value.
         *
         * @param path where it stands: names joined by slashes, {@code []} for an element of an array
         * @param value the parser, standing on the value
         */
        void value(String path, JsonParser value);
    }

    /**
     * Reads a whole document. What is nested more than four levels deep is skipped.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON
     */
    static void read(byte[] document, Visitor visitor) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), document)) {
            JsonToken token = parser.nextToken();
            if (token != null) {
                read("", 0, token, parser, visitor);
                parser.finishToken(); // a string that stands alone is only now read to its end
            }
        }
    }

    /**
     * Reads a count.
     *
     * @param value the parser, standing on a scalar value
     * @param otherwise what holds if it is no number, or none from 0 to the largest int
     * @return the count, without a fraction
     */
    static int count(JsonParser value, int otherwise) {
        if (!value.currentToken().isNumeric()) {
            return otherwise;
        }
        double number = value.getDoubleValue();
        return number >= 0 && number <= Integer.MAX_VALUE ? (int) number : otherwise;
    }

    /** Writes a document that is an object. */
    static byte[] object(Consumer<JsonGenerator> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            members.accept(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /**
     * Reads one member of the object that a document is; of several with its name the last.
     *
     * @param read reads it, with the parser on the value's first token, up to its last one
     * @throws tools.jackson.core.JacksonException if it is no JSON, or there is no such member
     */
    static <T> T member(byte[] document, String name, Function<JsonParser, T> read) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), document)) {
            require(parser, parser.nextToken() == JsonToken.START_OBJECT, "no object");
            T found = null;
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean wanted = parser.currentName().equals(name);
                parser.nextToken();
                if (wanted) {
                    found = read.apply(parser);
                } else {
                    parser.skipChildren();
                }
            }
            require(parser, parser.nextToken() == null, "more than one value");
            if (found == null) {
                throw new StreamReadException(parser, "no " + name);
            }
            return found;
        }
    }

    /**
     * Reads a text that is a member of the object that a document is.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON, or there is no such text
     */
    static String text(byte[] document, String name) {
        return member(document, name, value -> {
            require(value, value.currentToken() == JsonToken.VALUE_STRING, "no text");
            return value.getString();
        });
    }

    /**
     * Reads a whole number of 0 or more that is a member of the object that a document is.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON, or there is no such number
     */
    static long number(byte[] document, String name) {
        return member(document, name, value -> {
            require(value, value.currentToken() == JsonToken.VALUE_NUMBER_INT, "no whole number");
            long number = value.getLongValue();
            require(value, number >= 0, "a number below 0");
            return number;
        });
    }

    /** Refuses a document that is not what it should be. */
    static void require(JsonParser parser, boolean holds, String otherwise) {
        if (!holds) {
            throw new StreamReadException(parser, otherwise);
        }
    }

    private static void read(String path, int depth, JsonToken token, JsonParser parser, Visitor visitor) {
        if (token.isStructStart() && depth == DEEPEST) {
            parser.skipChildren();
        } else if (token == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                read(path.isEmpty() ? name : path + "/" + name, depth + 1, parser.nextToken(), parser, visitor);
            }
        } else if (token == JsonToken.START_ARRAY) {
            String element = path + "[]";
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                read(element, depth + 1, next, parser, visitor);
            }
        } else {
            visitor.value(path, parser);
        }
    }
}
