package io.llamaorch.adapter.llamacpp.internal.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The well-known faults of readers of server-sent events, none of which this one may have. */
class SseDecoderTest {

    /** Every construct in one stream, with all three line ends. */
    static List<String> samples() {
        String sample = "data: {\"a\":1}\n\n"
                + ":\n\n"
                + ": a comment\n"
                + "event: named\nid: 7\nretry: 10\ndata:  two spaces\n\n"
                + "data:none\n\ndata\n\ndata:\n\n"
                + "data: first\ndata: second\ndata:\n\n"
                + "error: {\"code\":500}\n\n"
                + "datas: x\ndat: y\nerr: z\nerrors: w\n \n\n"
                + "data: 🦙 é 中\n\n"
                + "unknown\ndata: a:b: c\n\n\n\n"
                + "data: cut";
        return List.of(sample, sample.replace("\n", "\r\n"), sample.replace("\n", "\r"), "\uFEFF" + sample);
    }

    private static final List<String> EXPECTED = List.of(
            "data:{\"a\":1}",
            "data: two spaces",
            "data:none",
            "data:",
            "data:",
            "data:first\nsecond\n",
            "error:{\"code\":500}",
            "data:🦙 é 中",
            "data:a:b: c");

    @ParameterizedTest
    @MethodSource("samples")
    void stream_whole_isDecoded(String sample) {
        assertEquals(EXPECTED, SseProbe.decode(sample));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void stream_byteByByte_isDecodedEqually(String sample) {
        byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
        byte[][] parts = new byte[bytes.length][];
        Arrays.setAll(parts, i -> new byte[] {bytes[i]});
        assertEquals(EXPECTED, SseProbe.decode(parts));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void stream_splitAnywhere_isDecodedEqually(String sample) {
        byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at <= bytes.length; at++) {
            assertEquals(
                    EXPECTED,
                    SseProbe.decode(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length)),
                    "split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void stream_splitAtRandom_isDecodedEqually(long seed) {
        Random random = new Random(seed);
        for (String sample : samples()) {
            byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
            List<byte[]> parts = new ArrayList<>();
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + random.nextInt(12));
                parts.add(Arrays.copyOfRange(bytes, from, to));
                from = to;
            }
            assertEquals(EXPECTED, SseProbe.decode(parts.toArray(byte[][]::new)), "seed " + seed);
        }
    }

    @Test
    void part_insideALargerArray_isAllThatIsRead() {
        byte[] bytes = "xx\n\ndata: a\n\ndata: b\n\n".getBytes(StandardCharsets.UTF_8);
        SseProbe probe = SseProbe.listening();
        new SseDecoder(probe, SseProbe.NO_LIMIT).feed(bytes, 4, 13);
        assertEquals(List.of("data:a"), probe.events());
    }

    @Test
    void event_cutAnywhereBeforeItsEmptyLine_neverCounts() {
        for (String end : List.of("\n", "\r\n", "\r")) {
            String event = "data: {\"a\":1}" + end + "data: 2" + end;
            for (int at = 0; at <= event.length(); at++) {
                assertEquals(List.of(), SseProbe.decode(event.substring(0, at)), "cut at " + at);
            }
        }
    }

    @Test
    void event_countsWithTheFirstByteOfItsEmptyLine() {
        assertEquals(List.of("data:a"), SseProbe.decode("data: a\r\n\r"));
        assertEquals(List.of("data:a"), SseProbe.decode("data: a\r\r"));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "  ", "\t", "\u00a0"})
    void line_blankButNotEmpty_doesNotEndTheEvent(String blank) {
        assertEquals(List.of("data:a\nb"), SseProbe.decode("data: a\n" + blank + "\ndata: b\n\n"));
    }

    @ParameterizedTest
    @CsvSource({"EF,", "EFBB,", "EF,BF", "EFBB,EF"})
    void mark_half_isPartOfAnUnknownName(String half, String more) {
        byte[] start = hex(half + (more == null ? "" : more));
        assertEquals(
                List.of("data:b"), SseProbe.decode(start, "data: a\n\ndata: b\n\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void mark_laterThanTheStart_isPartOfAnUnknownName() {
        assertEquals(List.of("data:a"), SseProbe.decode("data: a\n\n\uFEFFdata: b\n\n"));
        assertEquals(List.of(), SseProbe.decode("\uFEFF\uFEFFdata: b\n\n"));
    }

    @Test
    void stream_ofNothing_isNothing() {
        assertEquals(List.of(), SseProbe.decode(""));
        assertEquals(List.of(), SseProbe.decode("\n\n\n\r\r\r\n\r\n"));
        assertEquals(List.of(), SseProbe.decode("id: 1\n\n"));
    }

    @Test
    void nul_isAByteLikeAnyOther() {
        assertEquals(List.of("data:a\0b"), SseProbe.decode("data: a\0b\n\ndata\0: c\n\n"));
    }

    @Test
    void errorField_besideData_isToldByTheLast() {
        assertEquals(List.of("error:a\nb", "data:b\na"), SseProbe.decode("data: a\nerror: b\n\nerror: b\ndata: a\n\n"));
    }

    @Test
    void data_afterTheSinkEnded_isIgnored() {
        SseProbe probe = SseProbe.endingAt(2);
        SseDecoder decoder = new SseDecoder(probe, 100);
        byte[] first = "data: a\n\ndata: b\n\ndata: c\n\n".getBytes(StandardCharsets.UTF_8);
        assertFalse(decoder.feed(first, 0, first.length));
        byte[] endless = new byte[1000];
        assertFalse(decoder.feed(endless, 0, endless.length));
        assertEquals(List.of("data:a", "data:b"), probe.events());
        assertEquals("", probe.unfinished());
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: 45", ": 345678", "unknown8", "unknown:", "data:\n:78", "a\nb\nc\nd\ne\nf\ng\nh"})
    void event_ofAsManyBytesAsTheLimit_isTaken(String event) {
        assertTrue(accepts(event + "\n\n", 8));
        assertFalse(accepts(event + "\n\n", 7));
    }

    @Test
    void limit_isAnEventsOwn() {
        assertTrue(accepts("data: 45\n\n".repeat(1000), 8));
        assertTrue(accepts(":\n\n".repeat(1000), 8), "pings for ever are no event that grows");
        assertFalse(accepts(":\n".repeat(9), 8), "but comments without an empty line are");
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: ", "data", "x", ": ", "x: ", ""})
    void line_withoutEnd_isRefusedOnceItIsTooLong(String start) {
        SseProbe probe = SseProbe.listening();
        SseDecoder decoder = new SseDecoder(probe, 10_000);
        byte[] begin = start.getBytes(StandardCharsets.UTF_8);
        byte[] more = "y".repeat(1000).getBytes(StandardCharsets.UTF_8);
        assertThrows(EventTooLargeException.class, () -> {
            decoder.feed(begin, 0, begin.length);
            for (int i = 0; i < 20; i++) {
                decoder.feed(more, 0, more.length);
            }
        });
        assertTrue(probe.unfinished().length() <= 10_000);
    }

    private static boolean accepts(String stream, int limit) {
        SseDecoder decoder = new SseDecoder(SseProbe.listening(), limit);
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        try {
            return decoder.feed(bytes, 0, bytes.length);
        } catch (EventTooLargeException e) {
            return false;
        }
    }

    private static byte[] hex(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
