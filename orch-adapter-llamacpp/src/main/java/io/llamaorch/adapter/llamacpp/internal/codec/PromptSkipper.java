package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes the value of each member {@code prompt} out of an event that comes in parts, before it is gathered: old servers
 * repeat the prompt in the last event (contract 6.4), and it would have to be held whole. Of a string, an array or an
 * object only the marks at both ends are passed on; what stands between is looked at no further than to find its end.
 *
 * <p>Inside a string a quote has a backslash before it. So the name between two quotes, the first of which has none, can
 * only be a whole string of its own, and with a colon behind it a member's name; and to find that no more of the JSON
 * need be understood. It keeps no bytes and allocates nothing; what has no such member is passed on as it came. Whether
 * it is JSON at all is the parser's to find out, which sees everything else. A name that is spelt with escapes is none
 * for it, and its value is read.
 *
 * <p>Thread safety: calls must be serial.
 */
final class PromptSkipper {

    /** Hears what is not left out. */
    interface Rest {

        /** A part of it; only valid during the call. */
        void data(byte[] bytes, int from, int to);
    }

    private static final byte[] NAME = "\"prompt\"".getBytes(StandardCharsets.US_ASCII);

    /** By how much a search may move on that has found this byte where the name would end (Boyer, Moore, Horspool). */
    private static final byte[] STEPS = steps();

    private enum Place {
        /** Anywhere, not in a name. */
        ELSEWHERE,
        /** In what may be the name. */
        NAME,
        /** After the name, where a colon makes it a member's. */
        COLON,
        /** After the colon. */
        VALUE,
        /** In a string that is skipped. */
        SKIPPED_STRING,
        /** In an array or object that is skipped. */
        SKIPPED_NEST,
        /** In a string in there. */
        SKIPPED_INNER,
        /** Before the mark that ends what is skipped. */
        SKIPPED_END
    }

    private final Rest next;
    private final int readLimit;
    private final int skipLimit;

    private Place place = Place.ELSEWHERE;

    /** Whether an odd number of backslashes stands before the next byte. */
    private boolean escaped;

    /** How much of the name was read. */
    private int matched;

    /** How many brackets are open in what is skipped. */
    private int depth;

    private int read;
    private long skipped;

    /**
     * Makes a skipper at the start of a stream.
     *
     * @param next hears the rest
     * @param readLimit how many bytes of one event may be passed on
     * @param skipLimit how many bytes of one event may be left out
     */
    PromptSkipper(Rest next, int readLimit, int skipLimit) {
        this.next = next;
        this.readLimit = readLimit;
        this.skipLimit = skipLimit;
    }

    /**
     * Passes a part of an event on, without what is to be skipped.
     *
     * @throws EventTooLargeException if the event exceeds one of the limits
     */
    void data(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int end = pass(bytes, at, to);
            if (end > at) {
                read += end - at;
                if (read > readLimit) {
                    throw new EventTooLargeException("an event of more than " + readLimit + " bytes");
                }
                next.data(bytes, at, end);
            }
            at = skip(bytes, end, to);
            skipped += at - end;
            if (skipped > skipLimit) {
                throw new EventTooLargeException("an event with a prompt of more than " + skipLimit + " bytes");
            }
        }
    }

    /** Begins with another event. */
    void begin() {
        place = Place.ELSEWHERE;
        escaped = false;
        read = 0;
        skipped = 0;
    }

    /** Goes to where something begins that is to be skipped, or to the end. */
    private int pass(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            switch (place) {
                case ELSEWHERE -> at = search(bytes, at, to);
                case NAME -> at = name(bytes, at);
                case COLON -> colon(bytes[at++]);
                case VALUE -> value(bytes[at++]);
                case SKIPPED_END -> {
                    place = Place.ELSEWHERE;
                    at++;
                }
                default -> {
                    return at;
                }
            }
        }
        return at;
    }

    /** Goes to the mark that ends what is skipped, or to the end; stays where nothing is to be skipped. */
    private int skip(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            switch (place) {
                case SKIPPED_STRING -> at = string(bytes, at, to, Place.SKIPPED_END);
                case SKIPPED_INNER -> at = string(bytes, at, to, Place.SKIPPED_NEST);
                case SKIPPED_NEST -> nest(bytes[at++]);
                default -> {
                    return at;
                }
            }
            if (place == Place.SKIPPED_END) {
                return at - 1;
            }
        }
        return at;
    }

    /** Goes behind the name if it is there, else to the end, where it may have begun. */
    private int search(byte[] bytes, int from, int to) {
        int end = from + NAME.length - 1;
        while (end < to) {
            byte b = bytes[end];
            int start = end - (NAME.length - 1);
            if (b == '"' && begins(bytes, start, end) && !isEscaped(bytes, from, start)) {
                place = Place.COLON;
                escaped = false;
                return end + 1;
            }
            end += STEPS[b & 0xFF];
        }
        for (int start = Math.max(from, end - (NAME.length - 1)); start < to; start++) {
            if (begins(bytes, start, to) && !isEscaped(bytes, from, start)) {
                place = Place.NAME;
                matched = to - start;
                escaped = false;
                return to;
            }
        }
        escaped = isEscaped(bytes, from, to);
        return to;
    }

    /** Whether the name begins like the bytes from here to there; not its last quote. */
    private static boolean begins(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != NAME[i - from]) {
                return false;
            }
        }
        return true;
    }

    /** Whether an odd number of backslashes stands before the byte; what stood before the part is known. */
    private boolean isEscaped(byte[] bytes, int from, int at) {
        boolean odd = false;
        int before = at;
        while (before > from && bytes[before - 1] == '\\') {
            before--;
            odd = !odd;
        }
        return before == from ? odd != escaped : odd;
    }

    private int name(byte[] bytes, int at) {
        if (bytes[at] != NAME[matched]) {
            place = Place.ELSEWHERE; // and with this byte another one may begin
            return at;
        }
        if (++matched == NAME.length) {
            place = Place.COLON;
        }
        return at + 1;
    }

    private void colon(byte b) {
        if (b == ':') {
            place = Place.VALUE;
        } else if (!isBlank(b)) {
            place = Place.ELSEWHERE;
        }
    }

    private void value(byte b) {
        if (b == '"') {
            place = Place.SKIPPED_STRING;
        } else if (b == '[' || b == '{') {
            place = Place.SKIPPED_NEST;
            depth = 1;
        } else if (!isBlank(b)) {
            place = Place.ELSEWHERE;
        }
    }

    /** Goes behind the quote that ends the string, or to the end. */
    private int string(byte[] bytes, int from, int to, Place afterwards) {
        int at = from;
        while (at < to) {
            byte b = bytes[at++];
            if (escaped) {
                escaped = false;
            } else if (b == '\\') {
                escaped = true;
            } else if (b == '"') {
                place = afterwards;
                break;
            }
        }
        return at;
    }

    private void nest(byte b) {
        if (b == '"') {
            place = Place.SKIPPED_INNER;
        } else if (b == '[' || b == '{') {
            depth++;
        } else if ((b == ']' || b == '}') && --depth == 0) {
            place = Place.SKIPPED_END;
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static byte[] steps() {
        byte[] steps = new byte[256];
        Arrays.fill(steps, (byte) NAME.length);
        for (int i = 0; i < NAME.length - 1; i++) {
            steps[NAME[i]] = (byte) (NAME.length - 1 - i);
        }
        return steps;
    }
}
