package io.llamaorch.adapter.llamacpp.internal.codec;

/** An event is not JSON; the message says what is wrong with it, not where. */
public final class NoJsonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoJsonException(String message) {
        super(message, null, false, false);
    }
}
