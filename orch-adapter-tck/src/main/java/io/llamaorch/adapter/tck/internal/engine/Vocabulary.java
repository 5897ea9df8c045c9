package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer of whole words: what it does not know as a word becomes one token for each byte.
 *
 * <p>Like the tokenizer of many models it puts a space before a text, so that a first word is a word like others.
 *
 * <p>Thread safety: immutable.
 */
final class Vocabulary {
    static final int UNKNOWN = 0;
    static final int BEGIN = 1;
    static final int END = 2;
    private static final int FIRST_BYTE = 3;
    private static final int FIRST_WORD = FIRST_BYTE + 256;

    private final List<byte[]> words = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    /** @param pieces words with their leading space, punctuation without */
    Vocabulary(Iterable<String> pieces) {
        for (String piece : pieces) {
            if (ids.putIfAbsent(piece, FIRST_WORD + words.size()) == null) {
                words.add(piece.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    int size() {
        return FIRST_WORD + words.size();
    }

    boolean contains(long id) {
        return id >= 0 && id < size();
    }

    boolean isWord(int id) {
        return id >= FIRST_WORD;
    }

    /** The id of a known piece. */
    int id(String piece) {
        return ids.getOrDefault(piece, UNKNOWN);
    }

    /** The tokens for the bytes of {@code text}, whatever it is. */
    static int[] bytesOf(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] tokens = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            tokens[i] = FIRST_BYTE + (bytes[i] & 0xff);
        }
        return tokens;
    }

    /** What a token adds to the text: nothing for a special one. */
    byte[] piece(int id) {
        if (id >= FIRST_WORD) {
            return words.get(id - FIRST_WORD);
        }
        return id >= FIRST_BYTE ? new byte[] {(byte) (id - FIRST_BYTE)} : new byte[0];
    }

    /** The text of tokens, with broken characters replaced. */
    String text(List<Integer> tokens, boolean specials) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int token : tokens) {
            if (specials && token < FIRST_BYTE) {
                String name = token == BEGIN ? "<s>" : token == END ? "</s>" : "<unk>";
                text.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            }
            text.writeBytes(piece(token));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** The tokens of a text; none for an empty one. */
    List<Integer> encode(String text) {
        List<Integer> tokens = new ArrayList<>();
        String spaced = text.isEmpty() ? text : " " + text;
        for (int at = 0; at < spaced.length(); ) {
            int end = pieceEnd(spaced, at);
            Integer known = ids.get(spaced.substring(at, end));
            if (known != null) {
                tokens.add(known);
            } else {
                for (int token : bytesOf(spaced.substring(at, end))) {
                    tokens.add(token);
                }
            }
            at = end;
        }
        return tokens;
    }

    /** The end of the piece that begins at {@code at}: a space and the letters after it, or one other character. */
    private static int pieceEnd(String text, int at) {
        int end = text.charAt(at) == ' ' ? at + 1 : at;
        while (end < text.length() && (Character.isLetter(text.charAt(end)) || text.charAt(end) == '\'')) {
            end++;
        }
        return end > at ? end : at + Character.charCount(text.codePointAt(at));
    }
}
