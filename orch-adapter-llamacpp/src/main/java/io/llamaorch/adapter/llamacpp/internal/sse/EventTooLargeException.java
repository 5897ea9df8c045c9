package io.llamaorch.adapter.llamacpp.internal.sse;

/** An event is larger than its limit. Without a stack trace: a hostile engine decides how often this is thrown. */
public final class EventTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param what the event and its limit, in words
     */
    public EventTooLargeException(String what) {
        super(what, null, false, false);
    }
}
