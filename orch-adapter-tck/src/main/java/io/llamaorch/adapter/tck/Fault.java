package io.llamaorch.adapter.tck;

import java.util.Objects;

/**
 * What the scripted engine does wrong with the next completion request, instead of answering it well.
 *
 * <p>A fault that counts tokens strikes as soon as that many were generated, and at the end of the text at the latest:
 * the end marker is never sent. A request that asks for no stream gets the nearest likeness, as its Javadoc says.
 *
 * <p>Thread safety: immutable.
 */
public sealed interface Fault {

    /** A fault that strikes while an answer is under way. */
    sealed interface DuringAnswer extends Fault {
        /**
         * After how many generated tokens it strikes.
         *
         * @return a count from 0
         */
        int tokens();
    }

    /** A fault that takes the answer's place; no slot is used and nothing is generated. */
    sealed interface InsteadOfAnswer extends Fault {}

    /**
     * Closes the connection without the terminator of the body, as when the engine's process dies; no byte at all
     * if no stream was asked for.
     *
     * @param tokens after how many tokens
     */
    record CutAfterTokens(int tokens) implements DuringAnswer {
        /**
         * Checks the count.
         *
         * @param tokens after how many tokens
         */
        public CutAfterTokens {
            Checks.notNegative("tokens", tokens);
        }
    }

    /**
     * Ends the body in order but without the event that says {@code "stop":true}; a 200 with an empty body if no
     * stream was asked for.
     *
     * @param tokens after how many tokens
     */
    record EndWithoutMarker(int tokens) implements DuringAnswer {
        /**
         * Checks the count.
         *
         * @param tokens after how many tokens
         */
        public EndWithoutMarker {
            Checks.notNegative("tokens", tokens);
        }
    }

    /**
     * Sends an error event inside the stream and ends the body in order; the same error as an answer with that
     * status if no stream was asked for.
     *
     * @param tokens after how many tokens
     * @param code the error's code, as a status
     * @param message the error's text
     * @param type the error's type, such as {@code server_error}
     */
    record ErrorInStream(int tokens, int code, String message, String type) implements DuringAnswer {
        /**
         * Checks the count and the code.
         *
         * @param tokens after how many tokens
         * @param code the error's code, as a status
         * @param message the error's text
         * @param type the error's type, such as {@code server_error}
         */
        public ErrorInStream {
            Checks.notNegative("tokens", tokens);
            Checks.status(code);
            Objects.requireNonNull(message, "message");
            Objects.requireNonNull(type, "type");
        }
    }

    /**
     * Generates nothing more and keeps slot and connection until the client leaves; keep-alive comments go on.
     *
     * @param tokens after how many tokens
     */
    record StallAfterTokens(int tokens) implements DuringAnswer {
        /**
         * Checks the count.
         *
         * @param tokens after how many tokens
         */
        public StallAfterTokens {
            Checks.notNegative("tokens", tokens);
        }
    }

    /**
     * Answers a status with a body, as something between client and engine may.
     *
     * @param code the status
     * @param body the body, may be empty
     * @param contentType its type; empty for none
     */
    record Status(int code, String body, String contentType) implements InsteadOfAnswer {
        /**
         * Checks the status.
         *
         * @param code the status
         * @param body the body, may be empty
         * @param contentType its type; empty for none
         */
        public Status {
            Checks.status(code);
            Objects.requireNonNull(body, "body");
            Objects.requireNonNull(contentType, "contentType");
        }
    }

    /**
     * Sends the client elsewhere.
     *
     * @param code a status from 300 to 399
     * @param location where to
     */
    record Redirect(int code, String location) implements InsteadOfAnswer {
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
    }

    /** Takes the request and never sends a byte, until the client leaves. */
    record HangBeforeHead() implements InsteadOfAnswer {}

    /** Answers a page in HTML with status 200, as a captive portal does. */
    record Html200() implements InsteadOfAnswer {}

    /**
     * Answers well, under a content type that does not say what it is.
     *
     * @param contentType the type to announce
     */
    record WrongContentType(String contentType) implements Fault {
        /**
         * Checks the type.
         *
         * @param contentType the type to announce
         */
        public WrongContentType {
            Objects.requireNonNull(contentType, "contentType");
        }
    }
}
