package io.llamaorch.adapter.llamacpp.internal.wire;

import static io.llamaorch.adapter.llamacpp.internal.wire.ParserProbe.bytes;
import static io.llamaorch.adapter.llamacpp.internal.wire.ParserProbe.transcript;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {

    private static final long SEED = 20261123;

    /** Whole answers of the real server, and hand-made ones for what it does not send. */
    static Stream<byte[]> samples() {
        return Stream.concat(
                Stream.of(
                                "completion-stream-short",
                                "chat-stream",
                                "completion-stream-ping",
                                "completion-stream-utf8-emoji",
                                "completion-stream-cancelled-by-delete",
                                "health-ok",
                                "error-unauthorized",
                                "error-http-400-empty",
                                "metrics")
                        .map(ParserProbe::transcript),
                Stream.of(
                                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                                "HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n"
                                        + "5;name=\"value; more\"\r\nhello\r\n0000A \t\r\n, world!!!\r\n00;x\r\n"
                                        + "Trailer: a\r\nOther:\r\n\r\n",
                                "HTTP/1.0 200 \r\nContent-Length: 3, 3\r\nCONTENT-LENGTH:3\t\r\n\r\nabc",
                                "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
                                "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
                        .map(ParserProbe::bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "completion-stream-short",
                "chat-stream",
                "completion-stream-ping",
                "completion-stream-utf8-emoji",
                "completion-stream-cancelled-by-delete",
                "completion-stream-server-killed",
                "health-ok",
                "error-unauthorized",
                "error-http-400-empty",
                "metrics"
            })
    void body_ofARecordedAnswer_isWhatWasRecordedWithoutFraming(String name) {
        ParserProbe probe = new ParserProbe().feed(transcript(name));
        assertArrayEquals(transcript(name + ".body"), probe.body());
        assertEquals(!name.endsWith("killed"), probe.complete());
        assertEquals(!name.endsWith("killed"), probe.completeAtEndOfInput());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void answer_inPiecesOfOneByte_isTheSameAsWhole(byte[] sample) {
        ParserProbe probe = new ParserProbe();
        for (int i = 0; i < sample.length; i++) {
            probe.feed(sample, i, i + 1);
        }
        assertEquals(new ParserProbe().feed(sample).summary(), probe.summary());
        assertTrue(probe.complete());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void answer_splitAnywhere_isTheSameAsWhole(byte[] sample) {
        String whole = new ParserProbe().feed(sample).summary();
        for (int split = 0; split <= sample.length; split++) {
            String inTwo = new ParserProbe()
                    .feed(sample, 0, split)
                    .feed(sample, split, sample.length)
                    .summary();
            assertEquals(whole, inTwo, "split at " + split);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void answer_splitAtRandom_isTheSameAsWhole(byte[] sample) {
        String whole = new ParserProbe().feed(sample).summary();
        Random random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            ParserProbe probe = new ParserProbe();
            for (int at = 0; at < sample.length; ) {
                int next = Math.min(sample.length, at + random.nextInt(round + 2));
                probe.feed(sample, at, next);
                at = next;
            }
            assertEquals(whole, probe.summary(), "seed " + SEED + ", round " + round);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void answer_cutAnywhere_isNeverTakenForComplete(byte[] sample) {
        for (int cut = 0; cut < sample.length; cut++) {
            ParserProbe probe = new ParserProbe().feed(sample, 0, cut);
            assertFalse(probe.complete() || probe.completeAtEndOfInput(), "cut at " + cut);
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void bytesAfterTheEnd_areIgnored(byte[] sample) {
        String whole = new ParserProbe().feed(sample).summary();
        byte[] more = bytes(new String(sample, StandardCharsets.ISO_8859_1) + "\r\nHTTP/1.1 500\r\n\r\n");
        assertEquals(whole, new ParserProbe().feed(more).summary());
        assertEquals(whole, new ParserProbe().feed(sample).feed("stray").summary());
    }

    @Test
    void bodyWithoutALength_endsWithTheConnection() {
        ParserProbe probe = new ParserProbe().feed("HTTP/1.1 200 OK\r\n\r\n");
        assertTrue(probe.completeAtEndOfInput());
        probe.feed("some").feed(" more");
        assertFalse(probe.complete());
        assertTrue(probe.completeAtEndOfInput());
        assertEquals("some more", new String(probe.body(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void answerToHead_hasNoBody() {
        ParserProbe probe = new ParserProbe("HEAD").feed("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
        assertTrue(probe.complete());
    }

    @Test
    void sinkThatHasEnough_hearsNoMore() {
        StringBuilder heard = new StringBuilder();
        ResponseParser parser = new ResponseParser("GET", sink(false, heard));
        assertFalse(parser.feed(ByteBuffer.wrap(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"))));
        assertEquals("", heard.toString());
    }

    @Test
    void chunksOfOneRead_areHandedOverAtOnce_alsoThoseBeforeNonsense() {
        StringBuilder heard = new StringBuilder();
        ResponseParser parser = new ResponseParser("GET", sink(true, heard));
        parser.feed(ByteBuffer.wrap(
                bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\naa\r\n2;x=y\r\nbb\r\n3\r\nc")));
        assertEquals("[aabbc]", heard.toString());
        assertThrows(WireException.class, () -> parser.feed(ByteBuffer.wrap(bytes("cc\r\n1\r\nd\r\n1\r\nee\r\n"))));
        assertEquals("[aabbc][ccde]", heard.toString());
    }

    private static ResponseParser.Sink sink(boolean goOn, StringBuilder heard) {
        return new ResponseParser.Sink() {
            @Override
            public boolean onHead(ResponseHead head) {
                return goOn;
            }

            @Override
            public void onBody(ByteBuffer bytes) {
                heard.append('[')
                        .append(StandardCharsets.ISO_8859_1.decode(bytes))
                        .append(']');
            }
        };
    }
}
