package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Errors (ERR-01, ERR-02, ERR-07)")
class WorkerErrorTest {

    private static final Set<ErrorCode> RETRIABLE = EnumSet.of(
            ErrorCode.ADMISSION_REJECT,
            ErrorCode.POOL_UNREADY,
            ErrorCode.POOL_UNAVAILABLE,
            ErrorCode.REPLICA_EXHAUSTED,
            ErrorCode.DECODE_TIMEOUT,
            ErrorCode.WORKER_RESET);

    @Test
    @DisplayName("ERR-01: the codes are these and no others")
    void codes_whenListed_areTheTaxonomy() {
        assertEquals(
                "[INVALID_PARAMS, CONTEXT_EXCEEDED, UNSUPPORTED, UNAUTHORIZED, NOT_FOUND, ADMISSION_REJECT,"
                        + " POOL_UNREADY, POOL_UNAVAILABLE, REPLICA_EXHAUSTED, DEADLINE_UNMET, DECODE_TIMEOUT,"
                        + " WORKER_RESET, PROTOCOL, INTERNAL]",
                java.util.List.of(ErrorCode.values()).toString());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("ERR-07: a message ends with its code's anchor; the code says whether to repeat")
    void error_whenMadeFromACode_endsWithItsAnchor(ErrorCode code) {
        WorkerError error = WorkerError.of(code, "it broke: mend it");
        String anchor = "docs/errors.md#" + code.name().toLowerCase(java.util.Locale.ROOT);
        assertEquals("it broke: mend it (" + anchor + ")", error.message());
        assertEquals(code + ": it broke: mend it (" + anchor + ")", error.toString());
        assertEquals(RETRIABLE.contains(code), error.retriable());
    }

    @Test
    @DisplayName("ERR-02: never retriable once a token was delivered, whatever was said before")
    void error_whenTokensWereDelivered_isNotRetriable() {
        WorkerError error = WorkerError.builder(ErrorCode.WORKER_RESET, "cut")
                .retriable(true)
                .build();
        assertTrue(error.retriable());
        assertFalse(error.toBuilder().tokensDelivered(1).build().retriable());
        assertTrue(
                error.toBuilder().tokensDelivered(1).tokensDelivered(0).build().retriable());
    }

    @Test
    @DisplayName("ERR-02: an error carries what is known, and toBuilder keeps it")
    void toBuilder_whenBuiltAgain_keepsEverything() {
        Throwable cause = new IllegalStateException("x");
        WorkerError error = WorkerError.builder(ErrorCode.POOL_UNREADY, "loading")
                .retriable(false)
                .retryAfter(Duration.ofSeconds(3))
                .engine("llamacpp")
                .replica("r1")
                .tokensDelivered(7)
                .usage(Usage.of(1, 2, 3))
                .excerpt("loading model")
                .cause(cause)
                .build()
                .toBuilder()
                .build();
        assertEquals(ErrorCode.POOL_UNREADY, error.code());
        assertFalse(error.toBuilder().tokensDelivered(0).build().retriable());
        assertEquals(Optional.of(Duration.ofSeconds(3)), error.retryAfter());
        assertEquals("llamacpp", error.engine());
        assertEquals("r1", error.replica());
        assertEquals(7, error.tokensDelivered());
        assertEquals(Usage.of(1, 2, 3), error.usage());
        assertEquals("loading model", error.excerpt());
        assertSame(cause, error.cause().orElseThrow());
        assertTrue(error.message().startsWith("loading ("));
    }

    @Test
    @DisplayName("ERR-02: an excerpt is bounded, cuts no character and has no control characters")
    void excerpt_whenLongOrWild_isTamed() {
        WorkerError.Builder builder = WorkerError.builder(ErrorCode.PROTOCOL, "x");
        assertEquals("", builder.excerpt("").build().excerpt());
        assertEquals(
                "a b c d",
                builder.excerpt("\na\tb\u0007c\u0085d\u001b\r\n").build().excerpt());
        assertEquals(512, builder.excerpt("x".repeat(5000)).build().excerpt().length());
        assertEquals(512, builder.excerpt("x".repeat(512)).build().excerpt().length());
        String wide = "x".repeat(511) + "\uD83D\uDE00";
        assertEquals("x".repeat(511), builder.excerpt(wide).build().excerpt());
        assertEquals(
                "x".repeat(510) + "\uD83D\uDE00",
                builder.excerpt("x".repeat(510) + "\uD83D\uDE00").build().excerpt());
    }

    @Test
    @DisplayName("ERR-02: a message is one line, whatever was put into it")
    void message_whenItHasLineBreaks_isOneLine() {
        WorkerError error = WorkerError.of(ErrorCode.INTERNAL, "threw\r\nFAKE LOG LINE\u001b[31m");
        assertTrue(error.message().chars().noneMatch(Character::isISOControl), error.message());
        assertTrue(error.message().startsWith("threw  FAKE LOG LINE"), error.message());
    }

    @Test
    @DisplayName("ERR-02: impossible values are refused")
    void builder_whenValuesAreImpossible_throws() {
        WorkerError.Builder builder = WorkerError.builder(ErrorCode.PROTOCOL, "x");
        assertThrows(IllegalArgumentException.class, () -> builder.tokensDelivered(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.retryAfter(Duration.ofNanos(-1)));
    }

    @Test
    @DisplayName("ERR-02: the exception says what the error says, and keeps its cause")
    void exception_whenMadeFromAnError_saysTheSame() {
        Throwable cause = new IllegalStateException("x");
        WorkerError error =
                WorkerError.builder(ErrorCode.INTERNAL, "it broke").cause(cause).build();
        WorkerException exception = new WorkerException(error);
        assertSame(error, exception.error());
        assertEquals(error.toString(), exception.getMessage());
        assertSame(cause, exception.getCause());
    }
}
