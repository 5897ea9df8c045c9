package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final List<String> SPECIALS = List.of("<unk>", "<s>", "</s>");
    private static final Pattern SPECIAL = Pattern.compile("<unk>|</?s>");
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

    /** The same, with a special token's name for a special one. */
    byte[] shown(int id) {
        return id < FIRST_BYTE ? SPECIALS.get(id).getBytes(StandardCharsets.UTF_8) : piece(id);
    }

    /** The text of tokens, with broken characters replaced. */
    String text(List<Integer> tokens, boolean specials) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int token : tokens) {
            text.writeBytes(specials ? shown(token) : piece(token));
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    /** The tokens of a text, the names of special tokens among them; none for an empty one. */
    List<Integer> encode(String text) {
        return encode(text, true);
    }

    /** @param specials whether the name of a special token stands for it */
    List<Integer> encode(String text, boolean specials) {
        List<Integer> tokens = new ArrayList<>();
        int from = 0;
        for (Matcher m = SPECIAL.matcher(text); specials && m.find(); from = m.end()) {
            tokens.addAll(words(text.substring(from, m.start())));
            tokens.add(SPECIALS.indexOf(m.group()));
        }
        tokens.addAll(words(text.substring(from)));
        return tokens;
    }

    private List<Integer> words(String text) {
        return text.isEmpty() ? List.of() : pieces(" " + text);
    }

    /** The tokens of a text that is one to the letter: with no space before it, and no special tokens. */
    List<Integer> pieces(String spaced) {
        List<Integer> tokens = new ArrayList<>();
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
