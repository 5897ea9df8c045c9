package io.llamaorch.adapter.llamacpp.internal.wire;

/**
 * A request under way.
 *
 * <p>Thread safety: safe for concurrent use; neither method blocks.
 */
public interface Call {

    /**
     * Ends the call in whatever phase it is: its connection is closed abruptly, within milliseconds, and no outcome is
     * told. Does nothing if the call is over; idempotent.
     *
     * <p>Called on the I/O thread (from within a listener's method), no method of the listener begins after this.
     * Called on another thread, at most one can: the one which the I/O thread was just about to call.
     */
    void cancel();

    /**
     * Goes on reading after {@link StreamListener#onBody} returned false. Never lost: it counts for an {@code onBody} that
     * has begun, even if that has not returned yet; it does not count for a later one, which makes the stream rest anew.
     * Does nothing if the stream does not rest.
     */
    void resume();

    /**
     * Runs a step on the I/O thread, where it is serial with the listener's methods; it counts as one of them if it
     * throws. It runs even if the call is over, unless the I/O thread has ended.
     *
     * @param step must not block
     */
    void execute(Runnable step);
}
