package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that no engine should send: each is refused, at once, whole and byte by byte (ERR-04, SEC-05). */
class ResponseRefusalTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

    private static void assertRefused(Kind kind, String answer) {
        assertEquals(
                kind,
                assertThrows(WireException.class, () -> new ParserProbe().feed(answer))
                        .kind());
        ParserProbe slow = new ParserProbe();
        WireException refusal = assertThrows(
                WireException.class, () -> answer.chars().forEach(c -> slow.feed(String.valueOf((char) c))));
        assertEquals(kind, refusal.kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "\n",
                "H\n",
                "http/1.1 200 OK\r\n\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.2 200 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 +20 OK\r\n\r\n",
                "HTTP/1.1 200 \u0000\r\n\r\n",
                "HTTP/1.1 200OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "SSH-2.0-OpenSSH_9.2\r\n",
                "<html>",
                "\u0015\u0003\u0003",
                "HTTP/1.1 \u0662\u0660\u0660 OK\r\n\r\n"
            })
    void firstLine_thatIsNoStatusLine_isRefused(String answer) {
        assertRefused(Kind.MALFORMED, answer);
    }

    @Test
    void firstByteOfTls_isNamedAsSuch() {
        WireException refusal = assertThrows(WireException.class, () -> new ParserProbe().feed("\u0015"));
        assertTrue(String.valueOf(refusal.getMessage()).contains("TLS"), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NoColon\r\n",
                ": empty\r\n",
                "Name : blank\r\n",
                " Folded: x\r\n",
                "A: b\r\n folded\r\n",
                "A: b\u0000c\r\n",
                "A: b\u001bc\r\n",
                "A: b\u007f\r\n",
                "A(: b\r\n",
                "A: b\rc\r\n",
                "A: b\r\r\n",
                "A: b\n",
                "\u00e4: b\r\n"
            })
    void header_thatIsNone_isRefused(String header) {
        assertRefused(Kind.MALFORMED, OK + header + "\r\n");
    }

    @Test
    void head_withBareLineFeeds_isRefused() {
        assertRefused(Kind.MALFORMED, "HTTP/1.1 200 OK\nContent-Length: 0\n\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "+1", "1x", "0x10", "1 2", "1,2", "1,", ",", "", "9999999999999999999", "\u0661", "1.0"})
    void contentLength_thatIsNoNumber_isRefused(String length) {
        assertRefused(Kind.MALFORMED, OK + "Content-Length: " + length + "\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                "Content-Length: 1\r\nContent-Length: 2\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: chunked, gzip\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding:\r\n",
                "Content-Encoding: gzip\r\n",
                "Content-Encoding: identity\r\nContent-Encoding: br\r\n"
            })
    void framing_thatIsAmbiguousOrUnknown_isRefused(String headers) {
        assertRefused(Kind.MALFORMED, OK + headers + "\r\n");
    }

    @Test
    void chunks_inHttp10_areRefused() {
        assertRefused(Kind.MALFORMED, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "x\r\n",
                "-1\r\n",
                "+1\r\n",
                " 1\r\n",
                ";x\r\n",
                "0x1\r\n",
                "1\n",
                "1\rx",
                "1;a\n",
                "1;\u0000\r\n",
                "1\r\nab\r\n",
                "1\r\na\n",
                "1\r\na0\r\n",
                "8000000000000000\r\n",
                "10000000000000000\r\n",
                "fffffffffffffffffffff\r\n",
                "0\r\nTrailer\n",
                "0\r\n\n",
                "0\r\n\rx",
                "0\r\nA: \u0001\r\n"
            })
    void chunk_thatIsNone_isRefused(String chunk) {
        assertRefused(Kind.MALFORMED, CHUNKED + chunk);
    }

    @Test
    void chunkSize_asLargeAsCanBeCounted_isAccepted() {
        assertDoesNotThrow(() -> new ParserProbe().feed(CHUNKED + "7fffffffffffffff\r\nabc"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1;", "0\r\nA: "})
    void chunkExtensionOrTrailer_withoutEnd_isRefused(String start) {
        assertRefused(Kind.TOO_LARGE, CHUNKED + start + "x".repeat(9000));
    }

    @Test
    void chunkSize_ofEndlessZeros_isRefused() {
        assertRefused(Kind.MALFORMED, CHUNKED + "0".repeat(2000));
    }

    @Test
    void trailers_withoutEnd_areRefused() {
        assertRefused(Kind.TOO_LARGE, CHUNKED + "0\r\n" + "A: b\r\n".repeat(3000));
    }

    @Test
    void head_atItsBound_isAcceptedAndBeyondRefused() {
        String start = OK + "Content-Length: 0\r\nA: ";
        String fitting = start + "x".repeat(HeadReader.MAX_BYTES - start.length() - 4) + "\r\n\r\n";
        assertTrue(new ParserProbe().feed(fitting).complete());
        assertRefused(Kind.TOO_LARGE, fitting.replace("A: ", "A:  "));
    }

    @Test
    void headers_beyondTheirNumber_areRefused() {
        String fitting = OK + "A: b\r\n".repeat(HeadReader.MAX_FIELDS - 1) + "Content-Length: 0\r\n";
        assertTrue(new ParserProbe().feed(fitting + "\r\n").complete());
        assertRefused(Kind.TOO_LARGE, fitting + "A: b\r\n\r\n");
    }

    @Test
    void interimHeads_withoutEnd_areRefused() {
        assertRefused(Kind.MALFORMED, "HTTP/1.1 102 Processing\r\n\r\n".repeat(9));
        assertRefused(Kind.MALFORMED, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
        String large = "HTTP/1.1 102 Processing\r\nA: " + "x".repeat(20_000) + "\r\n\r\n";
        assertRefused(Kind.TOO_LARGE, large.repeat(4));
    }
}
