package io.llamaorch.adapter.llamacpp.internal.wire;

import org.jspecify.annotations.Nullable;

/**
 * Why a call came to nothing.
 *
 * <p>Thread safety: immutable.
 *
 * @param kind what sort of failure
 * @param message what happened, to which host and port; never holds a header's value or bytes of a body
 * @param responseSeen whether any byte of a response had been read by then
 * @param cause the exception behind it, if there is one
 */
public record WireFailure(
        Kind kind,
        String message,
        boolean responseSeen,
        @Nullable Throwable cause) {

    /** What sort of failure. */
    public enum Kind {
        /** The host's name has no address, or its lookup failed. */
        NAME_LOOKUP,
        /** Nothing listens on that port. */
        REFUSED,
        /** No way to the host. */
        UNREACHABLE,
        /** TLS could not be begun, or one of the two sides refused the other. */
        TLS,
        /** The connect limit passed; looking up the name and TLS's handshake count. */
        CONNECT_TIMEOUT,
        /** The exchange limit passed. */
        TIMEOUT,
        /** The connection was cut before the response was whole. */
        RESET,
        /** What was read is not an HTTP/1.1 response that this client accepts. */
        MALFORMED,
        /** The response exceeds a ceiling. */
        TOO_LARGE,
        /** A fault on this side: a listener threw, or the system has no more sockets. */
        INTERNAL,
        /** The transport was closed. */
        CLOSED
    }
}
