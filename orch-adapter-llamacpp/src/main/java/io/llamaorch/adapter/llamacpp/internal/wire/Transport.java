package io.llamaorch.adapter.llamacpp.internal.wire;

/**
 * Sends requests to one engine endpoint, each on a connection of its own.
 *
 * <p>Neither method blocks or fails: whatever goes wrong is told to the listener, normally on the I/O thread. Only when
 * there is no I/O thread (the transport is closed, or the thread cannot be started) is {@code onFailure} called on the
 * caller's thread, before the method returns.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public interface Transport extends AutoCloseable {

    /**
     * Sends a small request and hands over its whole answer, within the request's exchange limit and body ceiling.
     *
     * @param request what to send
     * @param listener who hears the outcome
     * @return the handle that cancels
     */
    Call exchange(WireRequest request, ExchangeListener listener);

    /**
     * Sends a request and hands over its answer as it arrives: the head, then the body buffer by buffer. Only the
     * request's connect limit applies; every other limit is the listener's to keep.
     *
     * @param request what to send
     * @param listener who hears the answer
     * @return the handle that cancels, and resumes a stream that rests
     */
    Call stream(WireRequest request, StreamListener listener);

    /** Ends every call that is running with {@code CLOSED}. Idempotent; waits at most a second. */
    @Override
    void close();
}
