package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to fail has its code (ERR-01 to 03), and its message can be acted on and shown to anybody. */
class FailuresTest {

    private static final String PLACE = "http://engine-1:8080";
    private static final String TOKEN = "sk-very-secret-0123456789";

    private final Failures failures = new Failures(PLACE, Optional.of(Secret.of(TOKEN)));

    private static ResponseHead head(int status, String... retryAfter) {
        return new ResponseHead(
                status,
                Arrays.stream(retryAfter)
                        .map(value -> new ResponseHead.Field("Retry-After", value))
                        .toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] envelope(int code, String message) {
        return bytes("{\"error\":{\"code\":" + code + ",\"message\":\"" + message + "\",\"type\":\"some_error\"}}");
    }

    /** What holds for every error. */
    private static WorkerError proper(WorkerError error) {
        String message = error.message();
        assertFalse(message.chars().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029), message);
        assertTrue(message.contains("engine-1:8080"), "no place in " + message);
        assertTrue(message.endsWith(" (" + error.code().anchor() + ")"), message);
        assertTrue(message.length() < 1000, "too long: " + message.length());
        assertTrue(error.excerpt().length() <= WorkerError.EXCERPT_LIMIT);
        String shown = error + " " + error.excerpt() + " " + new WorkerException(error);
        assertFalse(shown.contains(TOKEN), "the token is in " + shown);
        return error;
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_PARAMS, INVALID_PARAMS",
        "401, UNAUTHORIZED, UNAUTHORIZED",
        "402, INVALID_PARAMS, INVALID_PARAMS",
        "403, UNAUTHORIZED, UNAUTHORIZED",
        "404, NOT_FOUND, NOT_FOUND",
        "405, INVALID_PARAMS, INVALID_PARAMS",
        "408, INVALID_PARAMS, INVALID_PARAMS",
        "409, ADMISSION_REJECT, ADMISSION_REJECT",
        "413, INVALID_PARAMS, INVALID_PARAMS",
        "415, INVALID_PARAMS, INVALID_PARAMS",
        "422, INVALID_PARAMS, INVALID_PARAMS",
        "425, ADMISSION_REJECT, ADMISSION_REJECT",
        "429, ADMISSION_REJECT, ADMISSION_REJECT",
        "499, INVALID_PARAMS, INVALID_PARAMS",
        "500, INTERNAL, POOL_UNAVAILABLE",
        "501, UNSUPPORTED, UNSUPPORTED",
        "502, POOL_UNAVAILABLE, POOL_UNAVAILABLE",
        "503, POOL_UNREADY, POOL_UNREADY",
        "504, POOL_UNAVAILABLE, POOL_UNAVAILABLE",
        "505, POOL_UNAVAILABLE, POOL_UNAVAILABLE",
        "300, PROTOCOL, PROTOCOL",
        "301, PROTOCOL, PROTOCOL",
        "302, PROTOCOL, PROTOCOL",
        "307, PROTOCOL, PROTOCOL",
        "399, PROTOCOL, PROTOCOL",
        "201, PROTOCOL, PROTOCOL",
        "204, PROTOCOL, PROTOCOL",
        "600, PROTOCOL, PROTOCOL",
        "999, PROTOCOL, PROTOCOL"
    })
    void status_hasItsCode_withTheEnginesOwnBodyAndWithout(int status, ErrorCode withBody, ErrorCode without) {
        WorkerError explained = proper(failures.answer(head(status), envelope(status, "so it is")));
        assertEquals(withBody, explained.code());
        assertEquals("so it is", explained.excerpt());
        for (String body :
                List.of("", "<html>\r\n<b>Sorry</b>", "{\"detail\":\"x\"}", "{\"error\":\"text\"}", "{\"error\":{")) {
            assertEquals(
                    without, proper(failures.answer(head(status), bytes(body))).code(), body);
        }
    }

    @Test
    void recordedBodies_haveTheirCodes() {
        assertRecorded(400, "error-bad-grammar", ErrorCode.INVALID_PARAMS, "failed to parse grammar");
        assertRecorded(400, "error-missing-prompt", ErrorCode.INVALID_PARAMS, "'prompt' not found");
        assertRecorded(401, "error-unauthorized", ErrorCode.UNAUTHORIZED, "Invalid API Key");
        assertRecorded(404, "error-not-found", ErrorCode.NOT_FOUND, "File Not Found");
        assertRecorded(501, "error-metrics-disabled", ErrorCode.UNSUPPORTED, "--metrics");
        assertRecorded(503, "health-loading", ErrorCode.POOL_UNREADY, "Loading model");
        assertRecorded(400, "error-http-400-empty", ErrorCode.INVALID_PARAMS, "(400)");
    }

    private void assertRecorded(int status, String name, ErrorCode code, String words) {
        WorkerError error = proper(failures.answer(head(status), Transcripts.body(name)));
        assertEquals(code, error.code());
        assertTrue(error.message().contains(words), error.message());
    }

    @Test
    void contextExceeded_tellsBothLengths() {
        WorkerError error = proper(failures.answer(head(400), Transcripts.body("error-exceed-context")));
        assertEquals(ErrorCode.CONTEXT_EXCEEDED, error.code());
        assertTrue(error.message().contains("3004 tokens and the context 2048"), error.message());
        assertFalse(error.retriable());
    }

    @Test
    void contextExceeded_withoutLengths_tellsTheEnginesWords() {
        WorkerError error = proper(failures.answer(
                head(400), bytes("{\"error\":{\"type\":\"exceed_context_size_error\",\"message\":\"too long\"}}")));
        assertEquals(ErrorCode.CONTEXT_EXCEEDED, error.code());
        assertTrue(error.message().contains("too long"), error.message());
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "0, 0", "007, 7", "999999, 999999"})
    void retryAfter_inSeconds_isTaken(String value, long seconds) {
        assertEquals(
                Optional.of(Duration.ofSeconds(seconds)),
                failures.answer(head(429, value), new byte[0]).retryAfter());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "1.5", "1000000", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "٣", "7s"})
    void retryAfter_ofAnotherForm_isIgnored(String value) {
        assertEquals(
                Optional.empty(), failures.answer(head(503, value), new byte[0]).retryAfter());
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_PARAMS",
        "401, UNAUTHORIZED",
        "429, ADMISSION_REJECT",
        "500, INTERNAL",
        "501, UNSUPPORTED",
        "503, POOL_UNREADY",
        "0, INTERNAL"
    })
    void errorInAStream_hasTheCodeOfItsStatus(int status, ErrorCode code) {
        WorkerError error = proper(failures.inStream(new EngineError(status, "said so", "t", -1, -1)));
        assertEquals(code, error.code());
        assertTrue(error.message().contains("said so"), error.message());
        assertEquals("said so", error.excerpt());
    }

    @Test
    void errorInAStream_aboutTheContext_tellsBothLengths() {
        WorkerError error = proper(failures.inStream(new EngineError(400, "m", "exceed_context_size_error", 9, 8)));
        assertEquals(ErrorCode.CONTEXT_EXCEEDED, error.code());
        assertTrue(error.message().contains("9 tokens and the context 8"), error.message());
    }

    @Test
    void errorInAStream_withoutAnyField_isStillOne() {
        assertEquals(
                ErrorCode.PROTOCOL,
                proper(failures.inStream(new EngineError(0, "", "", -1, -1))).code());
    }

    @ParameterizedTest
    @EnumSource
    void wireFailure_hasItsCode(WireFailure.Kind kind) {
        ErrorCode code = switch (kind) {
            case NAME_LOOKUP, REFUSED, UNREACHABLE, TLS, CONNECT_TIMEOUT, CLOSED -> ErrorCode.POOL_UNAVAILABLE;
            case TIMEOUT -> ErrorCode.DECODE_TIMEOUT;
            case RESET -> ErrorCode.WORKER_RESET;
            case MALFORMED, TOO_LARGE -> ErrorCode.PROTOCOL;
            case INTERNAL -> ErrorCode.INTERNAL;
        };
        ConnectException cause = new ConnectException("refused");
        WorkerError error = proper(failures.wire(new WireFailure(kind, "engine-1:8080: it\nhappened", false, cause)));
        assertEquals(code, error.code());
        assertSame(cause, error.cause().orElseThrow());
        assertEquals(
                Optional.empty(),
                failures.wire(new WireFailure(kind, "m", true, null)).cause());
    }

    @Test
    void message_ofEveryFailure_saysWhatToDo() {
        for (int status : new int[] {302, 401, 403, 404, 409, 429, 500, 501, 503}) {
            assertRemedy(failures.answer(head(status), new byte[0]));
        }
        for (WireFailure.Kind kind : WireFailure.Kind.values()) {
            // what to do about TLS depends on so much that the wire says it
            String remedy = kind == WireFailure.Kind.TLS ? ": do this" : "";
            assertRemedy(failures.wire(new WireFailure(kind, "engine-1:8080 it happened" + remedy, false, null)));
        }
        assertRemedy(failures.cutCleanly());
        assertRemedy(failures.protocol("HTML", ""));
        assertRemedy(failures.unusableToken(new IllegalStateException("no such file")));
        assertRemedy(failures.answer(head(400), Transcripts.body("error-exceed-context")));
    }

    private static void assertRemedy(WorkerError error) {
        String message = error.message()
                .replaceFirst(" \\(docs/.*", "")
                .replace(PLACE, "")
                .replace("engine-1:8080", "");
        assertTrue(message.contains(": "), "no remedy in " + message);
    }

    @Test
    void words_ofTheEngine_stayInOneLineAndInBounds() {
        String rude = "line 1\\r\\nline 2\\u0000\\u001b[31m\\u0085\\u2028" + "x".repeat(50_000);
        for (int status : new int[] {400, 401, 404, 429, 500, 501, 503, 418}) {
            proper(failures.answer(head(status), envelope(status, rude)));
        }
        proper(failures.answer(
                head(400), bytes("{\"error\":{\"type\":\"exceed_context_size_error\",\"message\":\"" + rude + "\"}}")));
        proper(failures.protocol("an event that is not JSON (a\u0085b\nc)", "<html>\n" + "y".repeat(5_000)));
        proper(failures.modelNotFound("m", List.of("a\nb", "c".repeat(5_000), "🦙".repeat(500))));
    }

    @Test
    void quote_isNeverCutInsideACharacter() {
        for (int i = 250; i < 260; i++) {
            String message = failures.inStream(new EngineError(500, "x".repeat(i) + "🦙".repeat(10), "t", -1, -1))
                    .message();
            assertEquals(message, new String(bytes(message), StandardCharsets.UTF_8));
        }
    }

    @Test
    void token_repeatedByTheEngine_isNotTold() {
        String said = "bad key " + TOKEN + ", header Bearer " + TOKEN;
        for (int status : new int[] {302, 400, 401, 404, 429, 500, 501, 503, 700}) {
            assertTrue(proper(failures.answer(head(status), envelope(status, said)))
                    .excerpt()
                    .contains("secret#"));
            assertTrue(
                    proper(failures.answer(head(status), bytes(said))).excerpt().contains("secret#"));
        }
        proper(failures.inStream(new EngineError(500, said, TOKEN, -1, -1)));
        proper(failures.inStream(new EngineError(400, said, "exceed_context_size_error", -1, -1)));
        proper(failures.protocol("an event that is not JSON (Unrecognized token '" + TOKEN + "')", said));
        proper(failures.modelNotFound("m", List.of(TOKEN)));
        proper(failures.wire(new WireFailure(WireFailure.Kind.MALFORMED, "engine-1:8080 " + TOKEN, true, null)));
        proper(failures.answer(head(400), bytes("x".repeat(WorkerError.EXCERPT_LIMIT - 8) + TOKEN)));
        proper(failures.answer(head(400), envelope(400, "x".repeat(250) + TOKEN)));
    }

    @Test
    void unauthorized_namesTheTokenByItsFingerprint() {
        String fingerprint = Secret.of(TOKEN).fingerprint();
        assertTrue(failures.answer(head(401), new byte[0]).message().contains("the token secret#" + fingerprint));
        assertTrue(new Failures(PLACE, Optional.empty())
                .answer(head(401), new byte[0])
                .message()
                .contains("a request without a token"));
    }

    @Test
    void token_whoseSourceThrows_isNoHindrance() {
        Failures blind = new Failures(PLACE, Optional.of(Secret.from(() -> {
            throw new IllegalStateException("the file\nis gone");
        })));
        assertEquals(
                ErrorCode.UNAUTHORIZED,
                proper(blind.answer(head(401), envelope(401, "m"))).code());
        WorkerError error = proper(blind.unusableToken(new IllegalStateException("the file\nis gone")));
        assertEquals(ErrorCode.UNAUTHORIZED, error.code());
        assertTrue(error.message().contains("the file is gone"), error.message());
    }

    @Test
    void redirect_isToldButNotFollowed() {
        assertTrue(failures.answer(head(302), new byte[0]).message().contains("never followed"));
    }

    @Test
    void model_notServed_namesWhatIs() {
        assertTrue(proper(failures.modelNotFound("asked", List.of("b", "a")))
                .message()
                .contains("it serves b, a"));
        assertTrue(proper(failures.modelNotFound("asked", List.of())).message().contains("does not tell"));
        assertEquals(
                ErrorCode.NOT_FOUND, failures.modelNotFound("asked", List.of()).code());
    }
}
