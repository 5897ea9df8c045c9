package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Writes and reads what {@code /embedding} says, in all of the shapes that servers have given: a list of
 * {@code {"index":0,"embedding":[[…]]}} today; one {@code {"embedding":[…]}}, or {@code {"results":[{"embedding":[…]}]}}
 * for several, in 2024; and OpenAI's {@code {"data":[{"embedding":[…],"index":0}]}} (contract 11, 12).
 */
public final class EmbeddingMessages {

    private static final int NO_INDEX = -1;

    private final JsonParser parser;
    private final int texts;
    private final List<Embedding> found = new ArrayList<>();
    private float[] row = new float[64];

    private EmbeddingMessages(JsonParser parser, int texts) {
        this.parser = parser;
        this.texts = texts;
    }

    /**
     * The embedding of one text.
     *
     * <p>Thread safety: immutable, as long as the vector is left alone.
     */
    public static final class Embedding {
        private final int index;
        private final float[] vector;
        private final int vectors;

        private Embedding(int index, float[] vector, int vectors) {
            this.index = index;
            this.vector = vector;
            this.vectors = vectors;
        }

        /** {@return the vector, or the first of several; not copied} */
        public float[] vector() {
            return vector;
        }

        /** {@return how many vectors there are: one, or one for each token} */
        public int vectors() {
            return vectors;
        }
    }

    /**
     * Writes the body of {@code POST /embedding}.
     *
     * @param texts the texts, at least one
     * @return the body
     */
    public static byte[] request(List<String> texts) {
        return Json.object(json -> {
            if (texts.size() == 1) {
                json.writeStringProperty("content", texts.get(0));
            } else {
                json.writeArrayPropertyStart("content");
                texts.forEach(json::writeString);
                json.writeEndArray();
            }
        });
    }

    /**
     * Reads the answer to it.
     *
     * @param body the body
     * @param texts how many texts were sent
     * @return the embeddings in the order of the texts
     * @throws JacksonException if it is something else, or not one embedding for each text
     */
    public static List<Embedding> read(byte[] body, int texts) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), body)) {
            return new EmbeddingMessages(parser, texts).read();
        }
    }

    private List<Embedding> read() {
        readAny(parser.nextToken());
        require(parser.nextToken() == null, "more than one value");
        require(found.size() == texts, "fewer embeddings than texts");
        return inOrder();
    }

    /** Reads a list of embeddings, one embedding, or an object that has such a list. */
    private void readAny(JsonToken start) {
        if (start == JsonToken.START_ARRAY) {
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                readOne(next);
            }
        } else {
            readOne(start);
        }
    }

    private void readOne(JsonToken start) {
        require(start == JsonToken.START_OBJECT, "no embedding");
        int index = NO_INDEX;
        Embedding embedding = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "embedding" -> embedding = vectors(value);
                case "index" -> {
                    require(value == JsonToken.VALUE_NUMBER_INT, "an index that is no number");
                    index = parser.getIntValue();
                    require(index >= 0, "a negative index");
                }
                case "data", "results" -> readAny(value);
                default -> parser.skipChildren();
            }
        }
        if (embedding != null) {
            require(found.size() < texts, "more embeddings than texts");
            found.add(new Embedding(index, embedding.vector, embedding.vectors));
        }
    }

    /** Reads one vector, or a list of vectors of which all but the first are only counted. */
    private Embedding vectors(JsonToken start) {
        require(start == JsonToken.START_ARRAY, "an embedding that is no list");
        JsonToken first = parser.nextToken();
        if (first != JsonToken.START_ARRAY) {
            return new Embedding(NO_INDEX, vector(first), 1);
        }
        float[] vector = vector(parser.nextToken());
        int vectors = 1;
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            require(next == JsonToken.START_ARRAY, "a vector that is no list");
            parser.skipChildren();
            vectors++;
        }
        return new Embedding(NO_INDEX, vector, vectors);
    }

    private float[] vector(JsonToken first) {
        int size = 0;
        for (JsonToken next = first; next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            require(next.isNumeric(), "a vector of something else than numbers");
            if (size == row.length) {
                row = Arrays.copyOf(row, size * 2);
            }
            row[size++] = parser.getFloatValue();
        }
        require(size > 0, "an empty vector");
        return Arrays.copyOf(row, size);
    }

    private List<Embedding> inOrder() {
        if (found.stream().allMatch(embedding -> embedding.index == NO_INDEX)) {
            return found;
        }
        Embedding[] ordered = new Embedding[texts];
        for (Embedding embedding : found) {
            int index = embedding.index;
            require(
                    index >= 0 && index < texts && ordered[index] == null,
                    "indices that are not those of as many texts");
            ordered[index] = embedding;
        }
        return List.of(ordered);
    }

    private void require(boolean holds, String otherwise) {
        Json.require(parser, holds, otherwise);
    }
}
