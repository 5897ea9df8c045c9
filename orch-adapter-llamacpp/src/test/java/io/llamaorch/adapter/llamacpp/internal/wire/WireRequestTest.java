package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is given cannot break out of its place (SEC-04), and is not shown (SEC-01). */
class WireRequestTest {

    private static final Endpoint ENDPOINT = Endpoint.parse("http://h:1/base");

    private static String head(WireRequest request) {
        return new String(request.head(ENDPOINT), StandardCharsets.US_ASCII);
    }

    @Test
    void head_ofAGet_hasNoLength() {
        assertEquals(
                "GET /base/slots?a=1 HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\nAccept: */*\r\n\r\n",
                head(WireRequest.get("/slots?a=1").build()));
    }

    @Test
    void head_ofAnEmptyPost_hasALengthOfZero() {
        assertEquals(
                "POST /base/x HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\nAccept: */*\r\nContent-Length: 0\r\n\r\n",
                head(WireRequest.post("/x").build()));
    }

    @Test
    void header_ofTheSameName_isReplaced() {
        assertEquals(
                "DELETE /base/x HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\nAccept: text/plain\r\n\r\n",
                head(WireRequest.of("DELETE", "/x")
                                .header("accept", "text/event-stream")
                                .header("Accept", "text/plain")
                                .build())
                        .replace("accept:", "Accept:"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "/a b",
                "/a\r\nHost: x",
                "/\u0000",
                "/\u00e4",
                "/a#b",
                "/\"",
                "/\\",
                "http://h/",
                "/[",
                "/\u007f"
            })
    void path_thatCannotStandInARequest_isRefused(String path) {
        assertThrows(IllegalArgumentException.class, () -> WireRequest.get(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET ", "G\r\nT", "G(T", "G\u00e4T", "GET\u0000"})
    void method_thatIsNoToken_isRefused(String method) {
        assertThrows(IllegalArgumentException.class, () -> WireRequest.of(method, "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a:",
                "a\r\nb",
                "\u00e4",
                "Host",
                "CONNECTION",
                "content-length",
                "Transfer-Encoding",
                "Expect",
                "Upgrade",
                "TE",
                "Trailer",
                "Keep-Alive"
            })
    void headerName_thatIsNoneOrNotTheCallers_isRefused(String name) {
        assertThrows(IllegalArgumentException.class, () -> WireRequest.get("/").header(name, "x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cret\r\nX: y",
                "s3cret\n",
                "s3cret\r",
                "s3cret\u0000",
                "s3cret\t",
                "s3cret\u00e4",
                "s3cret\u007f",
                "s3cret\u010a",
                "s3cret\u2028"
            })
    void headerValue_thatCouldLeaveItsLine_isRefusedAndNotShown(String value) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> WireRequest.get("/").header("Authorization", value));
        assertFalse(refusal.getMessage().contains("s3cret"), refusal.getMessage());
        assertThrows(IllegalArgumentException.class, () -> WireRequest.get("/").body(value, new byte[0]));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "req-7:a/b?c=d;e,\\ | req-7:a/b?c=d;e,\\",
                "\" a b \" | %20a%20b%20",
                "100%25 | 100%2525",
                "é中🦙 | %C3%A9%E4%B8%AD%F0%9F%A6%99",
                "\"x\r\nA: b\" | x%0D%0AA:%20b",
                "\"x\u0001\t\u007f\u0085\" | x%01%09%7F%C2%85",
                "\u2028\u010d\u010a | %E2%80%A8%C4%8D%C4%8A",
                "\ud83e! | %EF%BF%BD!",
                "!\udd99\ud83e | !%EF%BF%BD%EF%BF%BD"
            })
    void headerText_ofAnyKind_staysInItsPlaceAndCanBeHadBack(String text, String expected) {
        WireRequest request = WireRequest.get("/").encodedHeader("X-A", text).build();
        assertEquals(expected, request.headers().get("X-A"));
        String back = text.replace("\ud83e\udd99", "LLAMA")
                .replaceAll("[\ud800-\udfff]", "\ufffd")
                .replace("LLAMA", "\ud83e\udd99");
        assertEquals(back, URLDecoder.decode(expected.replace("+", "%2B"), StandardCharsets.UTF_8));
    }

    @Test
    void headerText_isReplacedAndRefusedLikeAnyHeader() {
        assertThrows(IllegalArgumentException.class, () -> WireRequest.get("/").encodedHeader("Host", "x"));
        assertThrows(IllegalArgumentException.class, () -> WireRequest.get("/").encodedHeader("a b", "x"));
        assertEquals(
                "b",
                WireRequest.get("/")
                        .encodedHeader("X-A", "a")
                        .encodedHeader("x-a", "b")
                        .build()
                        .headers()
                        .values()
                        .stream()
                        .filter(value -> !value.equals("*/*"))
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void limits_thatAreNone_areRefused() {
        WireRequest.Builder builder = WireRequest.get("/");
        assertThrows(IllegalArgumentException.class, () -> builder.connectLimit(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.exchangeLimit(Duration.ofSeconds(-1)));
        assertThrows(IllegalArgumentException.class, () -> builder.bodyCeiling(-1));
    }

    @Test
    void text_ofARequestOrAHead_showsNoHeader() {
        WireRequest request =
                WireRequest.post("/x").header("Authorization", "Bearer s3cret").build();
        assertEquals("POST /x (0 bytes)", request.toString());
        ResponseHead head = new ResponseHead(200, List.of(new ResponseHead.Field("Set-Cookie", "s3cret")));
        assertEquals("200", head.toString());
        assertFalse(head.headers("set-cookie").isEmpty());
        assertEquals("Set-Cookie", new ResponseHead.Field("Set-Cookie", "s3cret").toString());
    }
}
