package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.fuzz.Fuzzing;
import io.llamaorch.adapter.llamacpp.fuzz.Mutator;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Responses by chance through the parser: however they are cut into reads it says the same, and it says what the
 * reference finds in the whole; nonsense is refused, and nothing else is thrown (ERR-04, EVT-05).
 */
class ResponseFuzzTest {

    private static final int USUALLY = 20_000;

    private static final List<byte[]> SEEDS = List.of(
            ParserProbe.transcript("completion-stream-short"),
            ParserProbe.transcript("completion-stream-server-killed"),
            ParserProbe.transcript("error-http-400-empty"),
            ParserProbe.transcript("error-unauthorized"),
            ParserProbe.transcript("health-ok"));

    private static final List<String> PIECES = List.of(
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.0 404 Not Found\r\n\r\nhello",
            "HTTP/1.1 102 Processing\r\n\r\n",
            "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Content-Length: 3\r\n",
            "Content-Type: text/event-stream\r\n",
            "Content-Encoding: gzip\r\n",
            "Server: llama.cpp\r\n",
            "\r\n",
            "5\r\nhello\r\n",
            "a;name=value\r\n0123456789\r\n",
            "1\r\nx\r\n",
            "0\r\n\r\n",
            "0\r\nTrailer: x\r\n\r\n",
            "data: {\"stop\":true}\n\n");

    private static final List<String> TOKENS = List.of(
            "\r",
            "\n",
            "\r\n",
            "\r\n\r\n",
            "\0",
            "\t",
            " ",
            ":",
            ";",
            ",",
            "0",
            "1",
            "f",
            "-1",
            "+1",
            "0x5",
            "7fffffffffffffff",
            "8000000000000000",
            "fffffffffffffffff",
            "00000000000000005",
            "99999999999999999999",
            "3, 3",
            "3, 4",
            "Content-Length: 5\r\n",
            "Content-Length: -5\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Content-Encoding: identity\r\n",
            "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/2 200\r\n",
            "\u00e4",
            "\u0085",
            "\u2028",
            " folded\r\n",
            "0".repeat(1100),
            "x".repeat(1100),
            "A: b\r\n".repeat(130),
            "HTTP/1.1 102 P\r\n\r\n".repeat(9));

    private static final Mutator MUTATOR = new Mutator(SEEDS, Mutator.bytes(PIECES), Mutator.bytes(TOKENS));

    /** What the parser said. */
    private record Outcome(int status, String body, boolean complete, boolean completeAtEnd, String refusal) {}

    private static final class Heard implements ResponseParser.Sink {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int status;

        @Override
        public boolean onHead(ResponseHead head) {
            assertEquals(0, status, "a second head");
            status = head.status();
            return true;
        }

        @Override
        public void onBody(ByteBuffer bytes) {
            assertTrue(bytes.hasRemaining(), "an empty part");
            body.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
    }

    private static Outcome parse(byte[] input, int... reads) {
        Heard heard = new Heard();
        ResponseParser parser = new ResponseParser("POST", heard);
        boolean complete = false;
        String refusal = "";
        int from = 0;
        try {
            for (int to : reads) {
                complete = parser.feed(ByteBuffer.wrap(Arrays.copyOfRange(input, from, to)));
                from = to;
            }
        } catch (WireException e) {
            refusal = e.kind() + " " + e.getMessage();
        }
        return new Outcome(
                heard.status,
                heard.body.toString(StandardCharsets.ISO_8859_1),
                complete,
                refusal.isEmpty() && parser.completeAtEndOfInput(),
                refusal);
    }

    private static void check(byte[] input, Random random) {
        Outcome whole = parse(input, input.length);
        assertEquals(whole, parse(input, Mutator.reads(input.length, random)), "in parts");
        if (random.nextInt(16) == 0) {
            assertEquals(
                    whole, parse(input, IntStream.rangeClosed(1, input.length).toArray()), "byte by byte");
        }
        ReferenceResponse reference = ReferenceResponse.of(new String(input, StandardCharsets.ISO_8859_1));
        switch (reference.verdict()) {
            case WHOLE ->
                assertTrue(whole.complete() && whole.completeAtEnd(), "whole, and not for the parser: " + whole);
            case UNTIL_CLOSE -> assertTrue(!whole.complete() && whole.completeAtEnd(), "until the end, and " + whole);
            case REFUSED -> assertTrue(!whole.refusal().isEmpty(), "to be refused, and " + whole);
            case CUT -> assertTrue(!whole.complete() && !whole.completeAtEnd(), "cut off, and " + whole);
        }
        if (reference.inBody()) {
            assertEquals(reference.status(), whole.status(), "the status");
            assertEquals(reference.body(), whole.body(), "the body");
        }
    }

    @Test
    void response_anyhow_isTheSameInAnyReads_andWhatTheReferenceFinds() {
        Fuzzing.run("responses", USUALLY, MUTATOR, ResponseFuzzTest::check);
    }
}
