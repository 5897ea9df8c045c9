package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.ErrorCode;
import java.time.Duration;
import java.util.Objects;

/**
 * What goes wrong with an answer's head, or stands in its place: the client never learns that its task was accepted.
 *
 * <p>Thread safety: immutable, all of them.
 */
public sealed interface HeadFault extends Fault {

    @Override
    default Point point() {
        return Point.HEAD;
    }

    /**
     * Takes the request and never sends a byte, until the client leaves.
     */
    record HangBeforeHead() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Takes the request and closes the connection without a byte.
     */
    record CloseBeforeHead() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Takes the request and resets the connection.
     */
    record ResetBeforeHead() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Closes the connection inside the head.
     *
     * @param bytes how many bytes of the head come before, 0 or more
     */
    record CutInHead(int bytes) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.WORKER_RESET);
        }
    }

    /**
     * Sends the head byte by byte, too slowly for anybody to wait for.
     *
     * @param every the time from one byte to the next
     */
    record DripHead(Duration every) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.SILENCE;
        }
    }

    /**
     * Sends header lines without end.
     */
    record EndlessHead() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Sends one header line without end.
     */
    record EndlessHeaderLine() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Begins the answer with another line than HTTP asks for.
     *
     * @param line the line, without its end
     */
    record StatusLine(String line) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Adds a line to the head that is no header, such as one without a colon or with a NUL in it.
     *
     * @param line the line, without its end
     */
    record HeaderLine(String line) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Announces a length and chunks at once, as a request smuggler's proxy does.
     */
    record BothLengths() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Announces two different lengths and no chunks.
     */
    record TwoLengths() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Announces a length below zero and no chunks.
     */
    record NegativeLength() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Compresses a body although the client did not say that it can read that.
     */
    record Compressed() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Answers a status with a body, as the engine or something in front of it may.
     *
     * @param code the status, from 200 to 599
     * @param body the body, may be empty
     * @param contentType its type; empty for none
     */
    record Status(int code, String body, String contentType) implements HeadFault {
        /**
         * Checks the status.
         *
         * @param code the status, from 200 to 599
         * @param body the body, may be empty
         * @param contentType its type; empty for none
         */
        public Status {
            Checks.status(code);
            Objects.requireNonNull(body, "body");
            Objects.requireNonNull(contentType, "contentType");
        }

        @Override
        public Reading reading() {
            return Reading.ofStatus(code);
        }
    }

    /**
     * Answers 429 or 503 and says when to come back.
     *
     * @param code the status, such as 429
     * @param seconds what {@code Retry-After} says
     */
    record RetryLater(int code, int seconds) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.ofStatus(code);
        }
    }

    /**
     * Sends the client elsewhere.
     *
     * @param code a status from 300 to 399
     * @param location where to
     */
    record Redirect(int code, String location) implements HeadFault {
        /**
         * Checks the status.
         *
         * @param code a status from 300 to 399
         * @param location where to
         */
        public Redirect {
            if (code < 300 || code > 399) {
                throw new IllegalArgumentException("code must be from 300 to 399, but is " + code);
            }
            Objects.requireNonNull(location, "location");
        }

        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Answers a page in HTML with status 200, as a captive portal does.
     */
    record Html200() implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }

    /**
     * Answers well, under a content type that does not say what it is.
     *
     * @param contentType the type to announce
     */
    record WrongContentType(String contentType) implements HeadFault {
        @Override
        public Reading reading() {
            return Reading.fails(ErrorCode.PROTOCOL);
        }
    }
}
