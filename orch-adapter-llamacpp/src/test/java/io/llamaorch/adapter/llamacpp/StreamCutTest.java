package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.ReadTransport;
import io.llamaorch.adapter.tck.NoLeaks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the engine sends and wherever it breaks off, what is delivered is what was whole, and one terminal event says
 * rightly how it ended (EVT-01 to 06, EVT-08, EVT-10): every kind of stream, cut at every byte.
 */
@Tag("once")
@NoLeaks
class StreamCutTest {

    private static final long SEED = 20261126;
    private static final Map<String, Integer> CASES = new TreeMap<>();

    private final Trial trial = new Trial();
    private final ReadTransport transport = new ReadTransport(trial.time());

    static List<Recording> recordings() {
        return Recordings.all();
    }

    @AfterEach
    void close() {
        trial.close();
    }

    @AfterAll
    static void tellHowMany() {
        System.out.println("Streams that were cut or split: "
                + CASES.values().stream().mapToInt(Integer::intValue).sum() + " " + CASES);
    }

    /** The oracle's own reading of the framing is held to what was recorded without it. */
    @Test
    void recordings_haveTheBodiesThatWereRecorded() {
        Recordings.recorded()
                .forEach(name -> assertArrayEquals(
                        Transcripts.body(name),
                        Recording.of(name, Transcripts.raw(name)).body(),
                        name));
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void stream_cutAtEveryByte_isACutAfterWhatWasWhole(Recording recording) {
        Reference reference = Reference.of(recording);
        for (int cut = 0; cut <= recording.raw().length; cut++) {
            check("cut", recording.raw(), cut, at -> Integer.MAX_VALUE, false, right(recording, reference, cut));
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void stream_resetAtEveryByte_isACutAfterWhatWasWhole(Recording recording) {
        Reference reference = Reference.of(recording);
        for (int cut = 0; cut <= recording.raw().length; cut += step(recording)) {
            check("reset", recording.raw(), cut, at -> Integer.MAX_VALUE, true, right(recording, reference, cut));
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void stream_endedCleanlyAtEveryByte_isACutAfterWhatWasWhole(Recording recording) {
        if (!recording.isChunked()) {
            return; // its end cannot be elsewhere
        }
        Reference reference = Reference.of(recording);
        for (int cut = 0; cut <= recording.body().length; cut += step(recording)) {
            byte[] raw = recording.endedCleanlyAfter(cut);
            check("clean end", raw, raw.length, at -> Integer.MAX_VALUE, false, reference.right(cut));
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void stream_splitAtEveryByte_isTheSameAsWhole(Recording recording) {
        byte[] raw = recording.raw();
        List<List<String>> right = Reference.of(recording).right(recording.body().length);
        for (int split = 1; split < raw.length; split += step(recording)) {
            int first = split;
            check("split", raw, raw.length, at -> at < first ? first : Integer.MAX_VALUE, false, right);
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void stream_cutAnywhere_isTheSameByteByByteAndInRandomPieces(Recording recording) {
        Reference reference = Reference.of(recording);
        Random random = new Random(SEED);
        for (int round = 0; round < 60; round++) {
            int length = recording.raw().length;
            int cut = round == 0 ? length : random.nextInt(length + 1);
            boolean reset = random.nextBoolean();
            int most = 2 + random.nextInt(300);
            List<List<String>> right = right(recording, reference, cut);
            check("byte by byte", recording.raw(), cut, at -> at + 1, reset, right);
            check("in random pieces", recording.raw(), cut, at -> at + 1 + random.nextInt(most), reset, right);
        }
    }

    /** The first read waits until the engine's version is known; nothing of it is lost, and the rest is read after it. */
    @ParameterizedTest
    @MethodSource("recordings")
    void stream_cutWhileTheVersionIsAwaited_isTheSame(Recording recording) {
        Reference reference = Reference.of(recording);
        Random random = new Random(SEED);
        for (int round = 0; round < 60; round++) {
            int cut = random.nextInt(recording.raw().length + 1);
            int most = 2 + random.nextInt(2000);
            Reads reads = new Reads(recording.raw(), cut, at -> at + 1 + random.nextInt(most), random.nextBoolean());
            transport.answer(reads);
            reads.heard = trial.begin(transport, false);
            transport.run();
            transport.failQuestion();
            transport.run();
            check("version awaited", reads, right(recording, reference, cut));
        }
    }

    /** Every byte, but for the one long recording, which says the same over and over and would take half of the time. */
    private static int step(Recording recording) {
        return recording.raw().length < 10_000 ? 1 : 13;
    }

    private static List<List<String>> right(Recording recording, Reference reference, int cut) {
        return cut < recording.headLength()
                ? reference.rightBeforeTheHead()
                : reference.right(recording.bodyWithin(cut));
    }

    private void check(
            String kind, byte[] raw, int length, IntUnaryOperator readEnd, boolean reset, List<List<String>> right) {
        Reads reads = new Reads(raw, length, readEnd, reset);
        transport.answer(reads);
        reads.heard = trial.begin(transport);
        transport.run();
        check(kind, reads, right);
    }

    private void check(String kind, Reads reads, List<List<String>> right) {
        CASES.merge(kind, 1, Integer::sum);
        HeardLines heard = reads.heard;
        if (!right.contains(heard.lines()) || !heard.fault().isEmpty()) {
            assertEquals("", heard.fault(), () -> kind + ", " + reads);
            assertEquals(right.get(0), heard.lines(), () -> kind + ", " + reads);
        }
        assertTrue(transport.closed(), "the connection is closed");
        assertFalse(reads.afterTheEnd, () -> "what follows the terminal event is not read (EVT-10): " + reads);
    }

    /** So many bytes in reads that end where they should, then the end of input or a reset. */
    private static final class Reads implements ReadTransport.Reads {
        private final byte[] bytes;
        private final int length;
        private final IntUnaryOperator readEnd;
        private final boolean reset;
        private int at;
        private HeardLines heard;
        private boolean afterTheEnd;

        private Reads(byte[] bytes, int length, IntUnaryOperator readEnd, boolean reset) {
            this.bytes = bytes;
            this.length = length;
            this.readEnd = readEnd;
            this.reset = reset;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            afterTheEnd |= heard.isComplete();
            if (at == length && reset) {
                throw new IOException("Connection reset");
            }
            if (at == length) {
                return -1;
            }
            int end = Math.min(Math.min(length, readEnd.applyAsInt(at)), at + into.remaining());
            int count = end - at;
            into.put(bytes, at, count);
            at = end;
            return count;
        }

        @Override
        public String toString() {
            return "broken off after " + length + " of " + bytes.length + " bytes, seed " + SEED;
        }
    }
}
