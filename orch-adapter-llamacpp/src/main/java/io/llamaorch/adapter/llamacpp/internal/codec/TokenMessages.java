package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Writes and reads what {@code /tokenize} and {@code /detokenize} say. */
public final class TokenMessages {

    private TokenMessages() {}

    /**
     * Writes the body of {@code POST /tokenize}.
     *
     * @param text what to split
     * @param special whether the tokens that a prompt begins or ends with are added
     * @return the body
     */
    public static byte[] tokenize(String text, boolean special) {
        return Json.object(json -> {
            json.writeStringProperty("content", text);
            json.writeBooleanProperty("add_special", special);
        });
    }

    /**
     * Reads the answer to it.
     *
     * @param body the body
     * @param most how many there can be
     * @return the ids
     * @throws JacksonException if it is something else, or more
     */
    public static List<Integer> tokens(byte[] body, int most) {
        return Json.member(body, "tokens", value -> ids(value, most));
    }

    private static List<Integer> ids(JsonParser value, int most) {
        Json.require(value, value.currentToken() == JsonToken.START_ARRAY, "no list of tokens");
        List<Integer> ids = new ArrayList<>();
        for (JsonToken next = value.nextToken(); next != JsonToken.END_ARRAY; next = value.nextToken()) {
            Json.require(value, next == JsonToken.VALUE_NUMBER_INT, "a token that is no id");
            Json.require(value, ids.size() < most, "more tokens than the text can have");
            ids.add(value.getIntValue());
        }
        return List.copyOf(ids);
    }

    /**
     * Writes the body of {@code POST /detokenize}.
     *
     * @param ids what to join
     * @return the body
     */
    public static byte[] detokenize(List<Integer> ids) {
        return Json.object(json -> writeIds(json, ids));
    }

    private static void writeIds(JsonGenerator json, List<Integer> ids) {
        json.writeArrayPropertyStart("tokens");
        ids.forEach(json::writeNumber);
        json.writeEndArray();
    }

    /**
     * Reads the answer to it.
     *
     * @param body the body
     * @return the text
     * @throws JacksonException if it is something else
     */
    public static String content(byte[] body) {
        return Json.text(body, "content");
    }
}
