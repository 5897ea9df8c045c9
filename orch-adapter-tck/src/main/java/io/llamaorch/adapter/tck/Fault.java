package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * What an engine does wrong on demand. Each fault strikes at one {@linkplain Point point} of an exchange and says how a
 * correct adapter must {@linkplain #reading() read} it, so that a test over all of them needs no table of its own.
 *
 * <p>Every fault can be written as {@linkplain #text() text}, for options and command lines.
 *
 * <p>Thread safety: immutable, all of them.
 */
public sealed interface Fault permits ConnectionFault, HeadFault, BodyFault, StreamFault {

    /** {@return where in an exchange it strikes} */
    Point point();

    /** {@return what a correct adapter makes of it} */
    Reading reading();

    /** {@return how many token events arrive whole before it strikes, where that is known; else 0} */
    default int tokens() {
        return 0;
    }

    /** {@return the fault in one word, such as {@code cut-after-tokens:3}; {@link #parse} reads it} */
    default String text() {
        return FaultText.write(this);
    }

    /**
     * Reads a fault that was written by {@link #text()}.
     *
     * @param text a name in lower case, and what belongs to it after colons; a text comes last and may hold colons
     * @return the fault
     * @throws IllegalArgumentException if there is no such fault or something is missing; the message says what there is
     */
    static Fault parse(String text) {
        return FaultText.read(text);
    }

    /** {@return how each fault is written, such as {@code cut-after-tokens:TOKENS}, in the order of their points} */
    static List<String> forms() {
        return FaultText.forms();
    }

    /** The points of an exchange, in their order. */
    enum Point {
        /** Before there is a request. */
        CONNECTION,
        /** The status line and the headers. */
        HEAD,
        /** The bytes of the body and their framing. */
        BODY,
        /** Among the events of the stream. */
        EVENT,
        /** At the end marker or after it. */
        END
    }

    /**
     * What a correct adapter makes of a fault.
     *
     * @param code the code that the stream fails with; none if all is well
     * @param silent whether nothing happens any more, so that a time limit of the adapter must end it
     * @param mayBeWell whether it is right too to find all well
     */
    record Reading(Optional<ErrorCode> code, boolean silent, boolean mayBeWell) {
        /** The answer is whole, and the stream must end well. */
        public static final Reading WELL = new Reading(Optional.empty(), false, true);

        /** Nothing comes any more: {@link ErrorCode#DECODE_TIMEOUT}, by a limit of the adapter's. */
        public static final Reading SILENCE = new Reading(Optional.of(ErrorCode.DECODE_TIMEOUT), true, false);

        /** {@link ErrorCode#PROTOCOL}, or the answer as it was meant; in bounded time and memory either way. */
        public static final Reading WELL_OR_NONSENSE = new Reading(Optional.of(ErrorCode.PROTOCOL), false, true);

        /**
         * The stream fails at once.
         *
         * @param code with which code
         * @return the reading
         */
        public static Reading fails(ErrorCode code) {
            return new Reading(Optional.of(code), false, false);
        }

        /**
         * What a status means (ERR-03), with a body that is not the engine's own error.
         *
         * @param status from 200 to 599
         * @return the reading
         */
        public static Reading ofStatus(int status) {
            return fails(
                    switch (status) {
                        case 401, 403 -> ErrorCode.UNAUTHORIZED;
                        case 404 -> ErrorCode.NOT_FOUND;
                        case 409, 425, 429 -> ErrorCode.ADMISSION_REJECT;
                        case 501 -> ErrorCode.UNSUPPORTED;
                        case 503 -> ErrorCode.POOL_UNREADY;
                        default ->
                            status < 400
                                    ? ErrorCode.PROTOCOL
                                    : status < 500 ? ErrorCode.INVALID_PARAMS : ErrorCode.POOL_UNAVAILABLE;
                    });
        }

        /**
         * What an error means that the engine itself states (ERR-03).
         *
         * @param code its code, as a status
         * @param type its type, such as {@code exceed_context_size_error}
         * @return the reading
         */
        public static Reading ofError(int code, String type) {
            return type.equals("exceed_context_size_error")
                    ? fails(ErrorCode.CONTEXT_EXCEEDED)
                    : code == 500 ? fails(ErrorCode.INTERNAL) : ofStatus(code);
        }
    }
}
