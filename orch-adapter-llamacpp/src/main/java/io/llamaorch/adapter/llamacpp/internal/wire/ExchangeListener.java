package io.llamaorch.adapter.llamacpp.internal.wire;

/**
 * Hears the outcome of one exchange: exactly one of the two methods is called, unless the call is cancelled. On the I/O
 * thread; must not block.
 */
public interface ExchangeListener {

    /**
     * The whole answer, whatever its status.
     *
     * @param head status and headers
     * @param body the whole body, the listener's to keep
     */
    void onAnswer(ResponseHead head, byte[] body);

    /**
     * The call failed.
     *
     * @param failure how
     */
    void onFailure(WireFailure failure);
}
