package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;

/**
 * Hears the answer to one request as it arrives.
 *
 * <p>All methods are called on the I/O thread, one after another, and must not block: every other stream waits
 * meanwhile. Only {@code onConnected} may be called on the thread that calls {@link Transport#stream} instead, before
 * that returns. One that throws costs its own call only: the connection is closed and {@code onFailure} called with kind
 * {@code INTERNAL}. Unless the call is cancelled exactly one of {@code onEnd} and {@code onFailure} is called, last, when
 * the connection has been given up.
 */
public interface StreamListener {

    /**
     * The connection stands and the request is about to be sent.
     *
     * @param call the same as {@link Transport#stream} returns, which may not have returned yet
     */
    default void onConnected(Call call) {}

    /**
     * The response's head was read; interim (1xx) heads are skipped.
     *
     * @param head status and headers
     */
    void onHead(ResponseHead head);

    /**
     * What one read brought of the body, without its framing; never empty.
     *
     * @param bytes backed by an accessible array, shared by all streams and only valid during the call; what is left
     *     unread in it is lost
     * @return whether to go on; false makes the stream rest: what one read of 16 KiB has brought in is still handed
     *     over, and so is its end, then nothing is read until {@link Call#resume}
     */
    boolean onBody(ByteBuffer bytes);

    /** The body ended as its framing says it should. */
    void onEnd();

    /**
     * The call failed.
     *
     * @param failure how
     */
    void onFailure(WireFailure failure);
}
