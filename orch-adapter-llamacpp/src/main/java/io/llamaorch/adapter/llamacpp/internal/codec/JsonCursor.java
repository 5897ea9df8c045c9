package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.ByteSearch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Goes through one JSON document that lies whole in an array, from member to member, and makes an object of nothing but
 * the texts that it is asked for. It is as strict as RFC 8259, in UTF-8 without a byte-order mark, and refuses what is
 * nested deeper than 64 levels and numbers of more than 1,000 characters.
 *
 * <p>What stands in the value of a member {@code prompt}, wherever that is, is looked at no further than to find its end:
 * {@link PromptSkipper} leaves out the same of an event that comes in parts.
 *
 * <p>Thread safety: calls must be serial. Every method throws {@link NoJsonException} if it finds something else than it
 * should.
 */
final class JsonCursor {

    private static final int MOST_NESTED = 64;
    private static final int LONGEST_NUMBER = 1000;
    private static final byte[] NO_DOCUMENT = {};
    private static final byte[] PROMPT = {'p', 'r', 'o', 'm', 'p', 't'};
    private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
    private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final int HEX_DIGITS = 4;

    private byte[] bytes = NO_DOCUMENT;
    private int at;
    private int to;
    private int depth;

    /** Where the last name or text stands, without its quotes. */
    private int from;

    private int end;

    /** Whether there are escapes in it. */
    private boolean escapes;

    /** Whether there is anything but ASCII in it. */
    private boolean wide;

    /** Begins with another document; the bytes must stay as they are until it was read. */
    void open(byte[] document, int begin, int behind) {
        bytes = document;
        at = begin;
        to = behind;
        depth = 0;
    }

    /** Forgets the document. */
    void close() {
        bytes = NO_DOCUMENT;
    }

    /** The first byte of the value that comes next, or of what stands there instead. */
    byte next() {
        while (at < to) {
            byte b = bytes[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
            at++;
        }
        throw new NoJsonException("it is cut off");
    }

    /** Nothing may follow any more. */
    void end() {
        while (at < to) {
            byte b = bytes[at++];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                throw new NoJsonException("there is more than one value");
            }
        }
    }

    /** Enters the object that comes next and reads its first name; false if it has no member. */
    boolean firstMember() {
        enter((byte) '{');
        if (next() == '}') {
            leave();
            return false;
        }
        name();
        return true;
    }

    /** Reads the next name of the object, or leaves it; its member's value must have been read. */
    boolean nextMember() {
        byte b = next();
        if (b == '}') {
            leave();
            return false;
        }
        require(b == ',', "an object goes on with something else than a comma");
        at++;
        name();
        return true;
    }

    /** Enters the array that comes next; false if it has no element. */
    boolean firstElement() {
        enter((byte) '[');
        if (next() == ']') {
            leave();
            return false;
        }
        return true;
    }

    /** Goes on to the next element of the array, or leaves it; the last one must have been read. */
    boolean nextElement() {
        byte b = next();
        if (b == ']') {
            leave();
            return false;
        }
        require(b == ',', "an array goes on with something else than a comma");
        at++;
        return true;
    }

    /** What the last name means by a table. */
    <M> M nameIn(NameTable<M> names) {
        if (escapes) {
            byte[] name = decoded().getBytes(StandardCharsets.UTF_8);
            return names.find(name, 0, name.length);
        }
        return names.find(bytes, from, end);
    }

    /** Whether what comes next is an object or an array. */
    boolean isNest() {
        byte b = next();
        return b == '{' || b == '[';
    }

    /** Reads a text. */
    String text() {
        string();
        if (escapes) {
            return decoded();
        }
        return new String(bytes, from, end - from, wide ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }

    /** Reads a number that should be a count; gives -1 for one that is none from 0 to the largest int. */
    int count() {
        int begin = at;
        boolean negative = bytes[at] == '-';
        int digit = negative ? at + 1 : at;
        long value = 0;
        while (digit < to && bytes[digit] >= '0' && bytes[digit] <= '9' && value <= Integer.MAX_VALUE) {
            value = value * 10 + bytes[digit++] - '0';
        }
        number();
        if (at != digit) { // it has a fraction, an exponent, or more digits than an int
            double exact = parsed(begin);
            return exact >= 0 && exact <= Integer.MAX_VALUE ? (int) exact : -1;
        }
        return value > Integer.MAX_VALUE || (negative && value > 0) ? -1 : (int) value;
    }

    /** Reads a number. */
    double decimal() {
        int begin = at;
        number();
        return parsed(begin);
    }

    /**
     * Reads a value, whatever it is, and makes nothing of it.
     *
     * @param prompt whether it may repeat the request's prompt: then only its end is looked for
     */
    void skip(boolean prompt) {
        int outside = depth;
        if (prompt && leap()) {
            return;
        }
        long objects = 0;
        do {
            byte b = next();
            if (b == '{' || b == '[') {
                enter(b);
                objects = objects << 1 | (b == '{' ? 1 : 0);
                if (next() == closing(objects)) {
                    leave();
                    objects >>>= 1;
                } else if (b == '[' || !leapsMember()) {
                    continue;
                }
            } else {
                scalar(b);
            }
            objects = afterValue(objects, outside);
        } while (depth > outside);
    }

    /** Goes over a text, array or object, to its end, and looks at nothing in between; false for any other value. */
    private boolean leap() {
        byte b = next();
        if (b == '"') {
            leapString();
        } else if (b == '{' || b == '[') {
            require(leapNest() == (b == '{' ? '}' : ']'), "a bracket is closed by one of the other kind");
        } else {
            return false;
        }
        return true;
    }

    /** Goes on to the next value in what is skipped, or out of all that ends here. */
    private long afterValue(long objects, int outside) {
        long open = objects;
        while (depth > outside) {
            byte b = next();
            if (b == ',') {
                at++;
                if ((open & 1) == 0 || !leapsMember()) {
                    return open;
                }
            } else {
                require(b == closing(open), "an object or array goes on with something else than a comma");
                leave();
                open >>>= 1;
            }
        }
        return open;
    }

    /** Reads a name, and goes over the value if that is a prompt; tells whether it did. */
    private boolean leapsMember() {
        name();
        return !escapes && Arrays.equals(bytes, from, end, PROMPT, 0, PROMPT.length) && leap();
    }

    private static byte closing(long objects) {
        return (byte) ((objects & 1) == 1 ? '}' : ']');
    }

    private void enter(byte b) {
        require(next() == b, b == '{' ? "an object should begin" : "an array should begin");
        require(depth < MOST_NESTED, "it is nested deeper than " + MOST_NESTED + " levels");
        depth++;
        at++;
    }

    private void leave() {
        depth--;
        at++;
    }

    private void name() {
        require(next() == '"', "a name should stand in quotes");
        string();
        require(!escapes || isWhole(decoded()), "half a character in a name");
        require(next() == ':', "a name has no value");
        at++;
    }

    private void scalar(byte b) {
        switch (b) {
            case '"' -> string();
            case 't' -> word(TRUE);
            case 'f' -> word(FALSE);
            case 'n' -> word(NULL);
            default -> number();
        }
    }

    private void word(byte[] word) {
        int behind = at + word.length;
        require(behind <= to && Arrays.equals(bytes, at, behind, word, 0, word.length), "an unknown word");
        at = behind;
    }

    private void number() {
        int begin = at;
        if (at < to && bytes[at] == '-') {
            at++;
        }
        if (at < to && bytes[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < to && bytes[at] == '.') {
            at++;
            digits();
        }
        if (at < to && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < to && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            digits();
        }
        require(at - begin <= LONGEST_NUMBER, "a number of more than " + LONGEST_NUMBER + " characters");
    }

    private void digits() {
        int begin = at;
        while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        require(at > begin, "neither a value nor what should follow one");
    }

    private double parsed(int begin) {
        return Double.parseDouble(new String(bytes, begin, at - begin, StandardCharsets.ISO_8859_1));
    }

    /** Reads a string that begins here, and finds out what it takes to decode it. */
    private void string() {
        from = at + 1;
        escapes = false;
        wide = false;
        int i = ByteSearch.plainEnd(bytes, from, to);
        while (i < to && bytes[i] != '"') {
            if (bytes[i] == '\\') {
                escapes = true;
                i = escape(i);
            } else {
                require(bytes[i] < 0, "a control character in a string");
                wide = true;
                i = Utf8.next(bytes, i, to);
                require(i > 0, "invalid UTF-8");
            }
            i = ByteSearch.plainEnd(bytes, i, to);
        }
        require(i < to, "it is cut off");
        end = i;
        at = i + 1;
    }

    /** Goes behind the escape that begins here. */
    private int escape(int backslash) {
        int i = backslash + 1;
        require(i < to, "it is cut off");
        switch (bytes[i]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
                return i + 1;
            }
            case 'u' -> {
                int behind = i + 1 + HEX_DIGITS;
                require(behind <= to, "it is cut off");
                for (int digit = i + 1; digit < behind; digit++) {
                    require(Character.digit(bytes[digit], 16) >= 0, "an escape without four hexadecimal digits");
                }
                return behind;
            }
            default -> throw new NoJsonException("an unknown escape");
        }
    }

    /** The last name or text, which has escapes. */
    private String decoded() {
        StringBuilder text = new StringBuilder(end - from);
        int i = from;
        int plain = from;
        while (i < end) {
            if (bytes[i] != '\\') {
                i++;
                continue;
            }
            append(text, plain, i);
            byte kind = bytes[i + 1];
            i += 2;
            switch (kind) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append(unit(i));
                    i += HEX_DIGITS;
                }
                default -> text.append((char) kind);
            }
            plain = i;
        }
        append(text, plain, end);
        return text.toString();
    }

    private void append(StringBuilder text, int begin, int behind) {
        if (wide) {
            text.append(new String(bytes, begin, behind - begin, StandardCharsets.UTF_8));
        } else {
            for (int i = begin; i < behind; i++) {
                text.append((char) bytes[i]);
            }
        }
    }

    private static boolean isWhole(String text) {
        return text.codePoints().noneMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    private char unit(int digits) {
        int unit = 0;
        for (int i = digits; i < digits + HEX_DIGITS; i++) {
            unit = unit << 4 | Character.digit(bytes[i], 16);
        }
        return (char) unit;
    }

    private void leapString() {
        int i = at + 1;
        while (i < to && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        require(i < to, "it is cut off");
        at = i + 1;
    }

    /** Gives the bracket that ends it. */
    private byte leapNest() {
        int open = 0;
        while (at < to) {
            byte b = bytes[at];
            if (b == '"') {
                leapString();
                continue;
            }
            at++;
            if (b == '{' || b == '[') {
                open++;
            } else if ((b == '}' || b == ']') && --open == 0) {
                return b;
            }
        }
        throw new NoJsonException("it is cut off");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new NoJsonException(otherwise);
        }
    }
}
