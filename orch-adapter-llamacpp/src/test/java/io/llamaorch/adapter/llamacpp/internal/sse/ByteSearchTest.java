package io.llamaorch.adapter.llamacpp.internal.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSearchTest {

    private static int slowLineEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    private static int slowPlainEnd(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '"' && bytes[at] != '\\' && bytes[at] >= ' ') {
            at++;
        }
        return at;
    }

    private static void check(byte[] bytes) {
        for (int from = 0; from <= Math.min(bytes.length, 9); from++) {
            for (int to = Math.max(from, bytes.length - 9); to <= bytes.length; to++) {
                String where = Arrays.toString(bytes) + " from " + from + " to " + to;
                assertEquals(slowLineEnd(bytes, from, to), ByteSearch.lineEnd(bytes, from, to), where);
                assertEquals(slowPlainEnd(bytes, from, to), ByteSearch.plainEnd(bytes, from, to), where);
            }
        }
    }

    @Test
    void byte_ofAnyValue_isFoundOrNot_atAnyPlace() {
        for (int value = Byte.MIN_VALUE; value <= Byte.MAX_VALUE; value++) {
            for (int place = 0; place < 17; place++) {
                byte[] bytes = new byte[17];
                Arrays.fill(bytes, (byte) 'x');
                bytes[place] = (byte) value;
                check(bytes);
            }
        }
    }

    /** Values whose neighbours matter: a borrow goes from one byte to the next. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void bytes_ofOddValues_areFoundWhereTheyAre(long seed) {
        Random random = new Random(seed);
        byte[] odd = {0, 1, '\t', '\n', 11, '\r', 14, 31, ' ', '!', '"', '#', '[', '\\', ']', 127, -128, -127, -1};
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = random.nextInt(3) == 0 ? odd[random.nextInt(odd.length)] : (byte) ('a' + random.nextInt(26));
            }
            check(bytes);
        }
    }
}
