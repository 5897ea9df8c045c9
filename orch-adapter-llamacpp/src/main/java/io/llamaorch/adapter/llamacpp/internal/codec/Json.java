package io.llamaorch.adapter.llamacpp.internal.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
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
