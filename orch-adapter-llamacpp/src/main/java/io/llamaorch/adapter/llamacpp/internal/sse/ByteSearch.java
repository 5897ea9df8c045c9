package io.llamaorch.adapter.llamacpp.internal.sse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where a run of usual bytes ends, eight of them at a time. Of eight bytes {@code x} in a long, one is zero where
 * {@code (x - 0x01…) & ~x} has its top bit, and below {@code n} where {@code (x - n…) & ~x} has it; a borrow can spoil
 * only what lies above the first such byte, and only the first one counts.
 */
public final class ByteSearch {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long TOP_BITS = ONES << 7;
    private static final long LINE_FEEDS = ONES * '\n';
    private static final long CARRIAGE_RETURNS = ONES * '\r';
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long BLANKS = ONES * ' ';

    private ByteSearch() {}

    /** {@return where the first line feed or carriage return stands, or {@code to} if there is none before it} */
    public static int lineEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long word = (long) LONGS.get(bytes, at);
            long found = (zeros(word ^ LINE_FEEDS) | zeros(word ^ CARRIAGE_RETURNS)) & TOP_BITS;
            if (found != 0) {
                return at + first(found);
            }
            at += Long.BYTES;
        }
        while (at < to && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    /**
     * {@return where the first byte stands that is not itself in a JSON string, a quote, a backslash, a control character or
     * one beyond ASCII, or {@code to} if there is none before it}
     */
    public static int plainEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to) {
            long word = (long) LONGS.get(bytes, at);
            long below = (word - BLANKS) & ~word;
            long found = (zeros(word ^ QUOTES) | zeros(word ^ BACKSLASHES) | below | word) & TOP_BITS;
            if (found != 0) {
                return at + first(found);
            }
            at += Long.BYTES;
        }
        while (at < to && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    private static long zeros(long word) {
        return (word - ONES) & ~word;
    }

    private static int first(long found) {
        return Long.numberOfTrailingZeros(found) / Byte.SIZE;
    }
}
