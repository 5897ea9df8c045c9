package io.llamaorch.adapter.llamacpp.internal.sse;

/** An event is larger than its limit. Without a stack trace: a hostile engine decides how often this is thrown. */
public final class EventTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EventTooLargeException(int limit) {
        super("an event of more than " + limit + " bytes", null, false, false);
    }
}
