package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** How much is sent and read at a time (SEC-05). */
final class Sizes {

    /** How many bytes of UTF-8 one text may have: 4 MiB, about a million tokens. */
    static final int LONGEST_TEXT = 4 << 20;

    /** What an answer may have in any case: 64 KiB. */
    static final int SMALL = 64 << 10;

    /** No answer may have more: 64 MiB. */
    static final int LARGEST_ANSWER = 64 << 20;

    private Sizes() {}

    /** The size of a text on the wire, but for JSON's escapes. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** How many bytes an answer may have to something of a size. */
    static int ceiling(long size, int perUnit) {
        return (int) Math.min(LARGEST_ANSWER, SMALL + size * perUnit);
    }

    /** The refusal of a text that is too long to send; empty for any other. */
    static Optional<WorkerError> tooLong(String text) {
        return text.length() <= LONGEST_TEXT / 4 || bytes(text) <= LONGEST_TEXT
                ? Optional.empty()
                : Optional.of(WorkerError.of(
                        ErrorCode.INVALID_PARAMS,
                        "the text has " + bytes(text) + " bytes, and the adapter for llama.cpp sends at most "
                                + LONGEST_TEXT + " at a time: give it in parts"));
    }
}
