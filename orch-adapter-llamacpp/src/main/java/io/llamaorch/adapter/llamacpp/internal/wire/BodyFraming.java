package io.llamaorch.adapter.llamacpp.internal.wire;

import java.util.List;

/** How a response's head says where its body ends (RFC 9112 section 6.3, with every ambiguity refused). */
final class BodyFraming {

    /** Instead of a length: the body comes in chunks. */
    static final long CHUNKED = -1;

    /** Instead of a length: the body goes on until the engine closes the connection. */
    static final long UNTIL_CLOSE = -2;

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int FIRST_THAT_IS_NO_SUCCESS = 300;
    private static final int MAX_LENGTH_DIGITS = 18;

    private BodyFraming() {}

    /**
     * Decides on the framing.
     *
     * @return the body's length in bytes, {@link #CHUNKED} or {@link #UNTIL_CLOSE}
     * @throws WireException if the head contradicts itself, or names a coding that this client does not speak
     */
    static long of(ResponseHead head, String method, boolean http10) {
        List<String> codings = head.headers("Transfer-Encoding");
        List<String> lengths = head.headers("Content-Length");
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            throw WireException.malformed("it sent both Transfer-Encoding and Content-Length");
        }
        if (method.equals("HEAD") || head.status() == NO_CONTENT || head.status() == NOT_MODIFIED) {
            return 0;
        }
        if (head.status() < FIRST_THAT_IS_NO_SUCCESS && head.isCompressed()) {
            throw WireException.malformed("it compressed the body, which was not asked for");
        }
        if (!codings.isEmpty()) {
            if (http10 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                throw WireException.malformed("it sent a Transfer-Encoding other than chunked");
            }
            return CHUNKED;
        }
        return lengths.isEmpty() ? UNTIL_CLOSE : length(lengths);
    }

    private static long length(List<String> values) {
        long length = -1;
        for (String value : values) {
            for (String part : value.split(",", -1)) {
                long next = length(part.strip());
                if (length >= 0 && next != length) {
                    throw WireException.malformed("it sent two different values of Content-Length");
                }
                length = next;
            }
        }
        return length;
    }

    private static long length(String digits) {
        if (digits.isEmpty()
                || digits.length() > MAX_LENGTH_DIGITS
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw WireException.malformed("it sent a Content-Length that is no number of bytes");
        }
        return Long.parseLong(digits);
    }
}
