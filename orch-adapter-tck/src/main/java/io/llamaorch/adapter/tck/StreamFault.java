package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import java.util.Objects;

/**
 * What goes wrong among the events of a stream, or at its end.
 *
 * <p>A fault that counts tokens strikes as soon as that many events were sent, and at the end of the text at the latest
 * unless the {@linkplain #reading() reading} is that all is well. One that ends, cuts or stalls the text never sends the
 * end marker; one that spoils an event leaves the rest right, so that whoever skips the event is found out.
 *
 * <p>Thread safety: immutable, all of them.
 */
public sealed interface StreamFault extends Fault {

    @Override
    default Point point() {
        return Point.EVENT;
    }

    /**
     * Closes the connection between two events, as when the engine's process dies; no byte at all if no stream was
     * asked for.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record CutAfterTokens(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Resets the connection between two events.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record ResetAfterTokens(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Ends the body in order but without the end marker; a 200 with an empty body if no stream was asked for.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record EndWithoutMarker(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Sends the dialect's error inside the stream and ends the body in order; the same error as an answer with that
     * status if no stream was asked for.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param code the error's code, as a status
     * @param type the error's type, such as {@code server_error}
     * @param message the error's text
     */
    record ErrorInStream(int tokens, int code, String type, String message) implements StreamFault {
        /**
         * Checks the code.
         *
         * @param tokens how many token events come before it, 0 or more
         * @param code the error's code, as a status
         * @param type the error's type, such as {@code server_error}
         * @param message the error's text
         */
        public ErrorInStream {
            Checks.status(code);
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(message, "message");
        }

        @Override
        public Reading reading() {
            return Reading.ofError(code, type);
        }
    }

    /**
     * Generates nothing more and keeps slot and connection until the client leaves; keep-alive comments go on.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record StallAfterTokens(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Generates nothing more, and sends no comment either, until the client leaves.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record SilenceAfterTokens(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Sends keep-alive comments at once, and then nothing more until the client leaves.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param count how many comments
     */
    record PingsAfterTokens(int tokens, int count) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Sends events without text whose token count rises, as while the engine holds text back.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param count how many
     */
    record EmptyEvents(int tokens, int count) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Sends events that say {@code null}, as the server does where several prompts share a stream.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param count how many
     */
    record NullEvents(int tokens, int count) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Sends one line without end.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record EndlessLine(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends one event larger than anybody should take.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param bytes how large, in bytes
     */
    record HugeEvent(int tokens, long bytes) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends an event whose data is something else than the dialect's JSON.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param data the data, on one line
     */
    record Nonsense(int tokens, String data) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends an event whose text is no UTF-8.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record InvalidUtf8(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends NUL bytes in the middle of an event's JSON.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record NulBytes(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends an event in which the text's place holds arrays inside arrays.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param depth how deep
     */
    record DeepJson(int tokens, int depth) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends an event whose token count has more digits than a number holds.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param digits how many
     */
    record LongNumber(int tokens, int digits) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends an event in which the text stands twice, the second time right.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record DuplicateKeys(int tokens) implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL_OR_NONSENSE;
        }
    }

    /**
     * Adds fields that nobody knows to each event, objects among them, as the next version may.
     */
    record UnknownFields() implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Begins the stream with a byte order mark.
     */
    record ByteOrderMark() implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Ends each line with a carriage return and a line feed.
     */
    record CarriageReturns() implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Goes on generating when the client leaves, as an engine does that does not look.
     */
    record IgnoreDisconnect() implements StreamFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Repeats a prompt of this size in the last event, as the server does unless it is told otherwise.
     *
     * @param bytes how large, in bytes
     */
    record RepeatedPrompt(int bytes) implements StreamFault {
        @Override
        public Point point() {
            return Point.END;
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Sends more events with text after the end marker.
     *
     * @param events how many
     */
    record MoreAfterEnd(int events) implements StreamFault {
        @Override
        public Point point() {
            return Point.END;
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Closes the connection right after the end marker, without the terminator of the body.
     */
    record NoTerminator() implements StreamFault {
        @Override
        public Point point() {
            return Point.END;
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Sends nothing after the end marker and keeps the connection.
     */
    record StayOpen() implements StreamFault {
        @Override
        public Point point() {
            return Point.END;
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Ends the body in order and keeps the connection.
     */
    record NeverClose() implements StreamFault {
        @Override
        public Point point() {
            return Point.END;
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }
}
