package io.llamaorch.adapter.llamacpp.internal.sse;

import java.util.Arrays;

/**
 * Decodes a stream of server-sent events incrementally: nothing is assumed about where reads end, nothing is copied, and
 * the only state between reads is where in a line it stands.
 *
 * <p>By the standard: lines end in LF, CR or CRLF; a byte-order mark at the start and one space after a field's colon are
 * skipped; a field of any other name and a comment are ignored; several data fields are joined by a line feed; an event
 * counts only when its empty line was read, so that one that was cut off never does.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class SseDecoder {

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] ERROR = {'e', 'r', 'r', 'o', 'r'};
    private static final byte[] LINE_FEED = {'\n'};

    /** How nearly every line begins. */
    private static final byte[] DATA_FIELD = {'d', 'a', 't', 'a', ':', ' '};

    private enum Place {
        /** Inside what may be the byte-order mark. */
        MARK,
        /** Nothing of the line was read. */
        LINE_START,
        /** Inside the field's name. */
        NAME,
        /** After the colon, where one space is skipped. */
        COLON,
        /** Inside the value. */
        VALUE
    }

    private final SseSink sink;
    private final int eventLimit;

    private Place place = Place.MARK;
    private boolean afterCarriageReturn;
    private int nameLength;
    private boolean maybeData;
    private boolean maybeError;
    private boolean wanted;
    private boolean hasData;
    private boolean isError;
    private int eventSize;
    private boolean ended;

    /**
     * Makes a decoder at the start of a stream.
     *
     * @param sink hears the events
     * @param eventLimit how many bytes one event may have, ignored fields and comments included
     */
    public SseDecoder(SseSink sink, int eventLimit) {
        this.sink = sink;
        this.eventLimit = eventLimit;
    }

    /**
     * Decodes what was read.
     *
     * @param bytes holds what was read
     * @param from where it begins
     * @param to where it ends
     * @return whether to go on; false once the sink has ended the decoding
     * @throws EventTooLargeException if an event is larger than the limit
     */
    public boolean feed(byte[] bytes, int from, int to) {
        int at = from;
        if (place == Place.MARK) {
            at = skipMark(bytes, at, to);
        }
        while (at < to && !ended) {
            if (afterCarriageReturn) {
                afterCarriageReturn = false;
                if (bytes[at] == '\n') {
                    at++;
                    continue;
                }
            }
            at = switch (place) {
                case LINE_START -> lineStart(bytes, at, to);
                case VALUE -> value(bytes, at, to);
                case COLON -> colon(bytes, at);
                default -> name(bytes, at);
            };
        }
        if (hasData && !ended) {
            sink.keep();
        }
        return !ended;
    }

    private int skipMark(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && nameLength < BYTE_ORDER_MARK.length && bytes[at] == BYTE_ORDER_MARK[nameLength]) {
            at++;
            nameLength++;
        }
        if (nameLength == BYTE_ORDER_MARK.length || (at < to && nameLength == 0)) {
            nameLength = 0;
            place = Place.LINE_START;
        } else if (at < to) {
            // Half a mark: the start of a field's name that nobody knows.
            place = Place.NAME;
            maybeData = false;
            maybeError = false;
        }
        return at;
    }

    private int lineStart(byte[] bytes, int at, int to) {
        if (at + DATA_FIELD.length <= to
                && Arrays.equals(bytes, at, at + DATA_FIELD.length, DATA_FIELD, 0, DATA_FIELD.length)) {
            beginData(false);
            wanted = true;
            count(DATA_FIELD.length);
            place = Place.VALUE;
            return at + DATA_FIELD.length;
        }
        nameLength = 0;
        maybeData = true;
        maybeError = true;
        place = Place.NAME;
        return name(bytes, at);
    }

    private int name(byte[] bytes, int at) {
        byte b = bytes[at];
        if (b == '\n' || b == '\r') {
            if (nameLength == 0) {
                endLine(b);
                endEvent();
            } else {
                beginValue();
                endLine(b);
            }
        } else if (b == ':') {
            beginValue();
            place = Place.COLON;
            count(1);
        } else {
            maybeData = maybeData && nameLength < DATA.length && b == DATA[nameLength];
            maybeError = maybeError && nameLength < ERROR.length && b == ERROR[nameLength];
            nameLength = Math.min(nameLength + 1, ERROR.length + 1);
            count(1);
        }
        return at + 1;
    }

    private void beginValue() {
        boolean data = maybeData && nameLength == DATA.length;
        boolean error = maybeError && nameLength == ERROR.length;
        wanted = data || error;
        if (wanted) {
            beginData(error);
        }
    }

    private void beginData(boolean error) {
        if (hasData) {
            sink.data(LINE_FEED, 0, 1);
        }
        hasData = true;
        isError = error;
    }

    private int colon(byte[] bytes, int at) {
        place = Place.VALUE;
        if (bytes[at] == ' ') {
            count(1);
            return at + 1;
        }
        return at;
    }

    private int value(byte[] bytes, int from, int to) {
        int at = ByteSearch.lineEnd(bytes, from, to);
        if (at > from) {
            count(at - from);
            if (wanted) {
                sink.data(bytes, from, at);
            }
        }
        if (at < to) {
            endLine(bytes[at]);
            at++;
        }
        return at;
    }

    private void endLine(byte end) {
        afterCarriageReturn = end == '\r';
        place = Place.LINE_START;
    }

    private void endEvent() {
        if (hasData) {
            hasData = false;
            ended = !sink.event(isError);
        }
        eventSize = 0;
    }

    private void count(int bytes) {
        eventSize += bytes;
        if (eventSize > eventLimit || eventSize < 0) {
            throw new EventTooLargeException("an event of more than " + eventLimit + " bytes");
        }
    }
}
