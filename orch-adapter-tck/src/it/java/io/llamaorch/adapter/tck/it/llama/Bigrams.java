package io.llamaorch.adapter.tck.it.llama;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A vocabulary, and for each token the scores of the tokens that may follow. The vocabulary begins as that of every
 * SentencePiece model: three special tokens, then one for each byte; words come after, so words of a prompt, which
 * have no pieces to be merged from, are read byte by byte.
 */
final class Bigrams {
    static final int UNKNOWN = 0;
    static final int BEGIN = 1;
    static final int END = 2;

    private static final int FIRST_BYTE = 3;
    private static final int BYTES = 256;
    private static final int FIRST_WORD = FIRST_BYTE + BYTES;
    private static final String SPACE = "\u2581";

    private static final int TYPE_NORMAL = 1;
    private static final int TYPE_UNKNOWN = 2;
    private static final int TYPE_CONTROL = 3;
    private static final int TYPE_BYTE = 6;

    private static final float FIRST_CHOICE = 0.5f;
    private static final float SECOND_CHOICE = 0.4f;

    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final Map<Integer, Map<Integer, Float>> scores = new LinkedHashMap<>();

    Bigrams() {
        List.of("<unk>", "<s>", "</s>").forEach(this::id);
        for (int value = 0; value < BYTES; value++) {
            id(String.format("<0x%02X>", value));
        }
    }

    /** Receives one entry of the table. */
    interface Visitor {
        void follows(int before, int after, float score);
    }

    /**
     * Adds what is said at temperature 0. Each word may come once, else the text would turn back to where it was. Words
     * stand between spaces; {@code <0xNN>} is a byte, {@code \n} ends a word's token, {@code </s>} ends the text.
     */
    Bigrams recite(String text) {
        return learn(text, FIRST_CHOICE);
    }

    /** Adds what is said now and then at higher temperatures. */
    Bigrams stray(String text) {
        return learn(text, SECOND_CHOICE);
    }

    /** Makes the words follow, in turn, those bytes that nothing follows yet, so that any prompt leads somewhere. */
    Bigrams startWith(String... words) {
        for (int token = 0; token < FIRST_WORD; token++) {
            if (token != END) {
                int word = id(SPACE + words[token % words.length]);
                scores.computeIfAbsent(token, t -> new LinkedHashMap<>(Map.of(word, FIRST_CHOICE)));
            }
        }
        return this;
    }

    /** Makes the token, as it is, follow all bytes that nothing follows yet. */
    Bigrams startAt(String token) {
        for (int before = 0; before < FIRST_WORD; before++) {
            if (before != END) {
                int first = id(token);
                scores.computeIfAbsent(before, t -> new LinkedHashMap<>(Map.of(first, FIRST_CHOICE)));
            }
        }
        return this;
    }

    /** Makes a word follow the byte, whatever the turn says. */
    Bigrams after(char letter, String word) {
        scores.put(FIRST_BYTE + letter, new LinkedHashMap<>(Map.of(id(SPACE + word), FIRST_CHOICE)));
        return this;
    }

    int size() {
        return ids.size();
    }

    List<String> tokens() {
        return List.copyOf(ids.keySet());
    }

    List<Float> tokenScores() {
        List<Float> result = new ArrayList<>();
        for (int token = 0; token < size(); token++) {
            result.add(token < FIRST_WORD ? 0f : (float) (FIRST_WORD - 1 - token));
        }
        return result;
    }

    List<Integer> tokenTypes() {
        List<Integer> result = new ArrayList<>();
        for (int token = 0; token < size(); token++) {
            result.add(type(token));
        }
        return result;
    }

    void forEach(Visitor visitor) {
        scores.forEach((before, row) -> row.forEach((after, score) -> visitor.follows(before, after, score)));
    }

    private Bigrams learn(String text, float score) {
        int before = -1;
        boolean lineBegins = false;
        for (String word : text.split(" ")) {
            boolean special = word.startsWith("<");
            int token = id(special || lineBegins ? word : SPACE + word);
            if (before >= 0) {
                Map<Integer, Float> row = scores.computeIfAbsent(before, t -> new LinkedHashMap<>());
                if (score == FIRST_CHOICE && row.containsValue(FIRST_CHOICE)) {
                    throw new IllegalArgumentException("comes twice, before '" + word + "' too: " + text);
                }
                row.merge(token, score, Math::max);
            }
            lineBegins = word.endsWith("\n") || word.equals("<0x0A>");
            before = token;
        }
        return this;
    }

    private int id(String token) {
        return ids.computeIfAbsent(token, t -> ids.size());
    }

    private static int type(int token) {
        if (token == UNKNOWN) {
            return TYPE_UNKNOWN;
        }
        if (token < FIRST_BYTE) {
            return TYPE_CONTROL;
        }
        return token < FIRST_WORD ? TYPE_BYTE : TYPE_NORMAL;
    }
}
