package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import java.time.Duration;
import java.util.Objects;

/**
 * What goes wrong with a body's bytes and its framing, whatever they mean.
 *
 * <p>Thread safety: immutable, all of them.
 */
public sealed interface BodyFault extends Fault {

    @Override
    default Point point() {
        return Point.BODY;
    }

    /**
     * Ends the body in order before its first event.
     */
    record EmptyBody() implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Closes the connection inside the body, wherever that is.
     *
     * @param bytes how many bytes of the body as sent, chunk framing included, come before
     */
    record CutAtByte(int bytes) implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Resets the connection inside the body, wherever that is.
     *
     * @param bytes how many bytes of the body as sent, chunk framing included, come before
     */
    record ResetAtByte(int bytes) implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Sends nothing more from somewhere inside the body on, and keeps the connection.
     *
     * @param bytes how many bytes of the body as sent, chunk framing included, come before
     */
    record StallAtByte(int bytes) implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Sends the body in pieces that have nothing to do with chunks and events.
     *
     * @param bytes how many bytes in a piece, 1 or more
     * @param every the time from one piece to the next; may be zero
     */
    record DripBody(int bytes, Duration every) implements BodyFault {
        /**
         * Checks the size.
         *
         * @param bytes how many bytes in a piece, 1 or more
         * @param every the time from one piece to the next; may be zero
         */
        public DripBody {
            Checks.positive("bytes", bytes);
            Objects.requireNonNull(every, "every");
        }

        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }

    /**
     * Writes something else where a chunk's size should be: no number, a negative one, one that overflows.
     *
     * @param tokens how many token events come before it, 0 or more
     * @param size what stands there
     */
    record ChunkSize(int tokens, String size) implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Writes a chunk's size line without end.
     *
     * @param tokens how many token events come before it, 0 or more
     */
    record EndlessChunkSize(int tokens) implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends trailer lines without end after the last chunk; the end marker came before.
     */
    record EndlessTrailer() implements BodyFault {
        @Override
        public Reading reading() {
            return Reading.WELL;
        }
    }
}
