package io.llamaorch.adapter.llamacpp.internal.wire;

/** Ends a call with a failure of a given kind, mostly for a response that is refused. Without a stack trace: a hostile engine decides how often this is thrown. */
final class WireException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final WireFailure.Kind kind;

    private WireException(WireFailure.Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static WireException malformed(String message) {
        return new WireException(WireFailure.Kind.MALFORMED, message);
    }

    static WireException tooLarge(String message) {
        return new WireException(WireFailure.Kind.TOO_LARGE, message);
    }

    static WireException closed() {
        return new WireException(WireFailure.Kind.CLOSED, "the transport was closed");
    }

    WireFailure.Kind kind() {
        return kind;
    }
}
