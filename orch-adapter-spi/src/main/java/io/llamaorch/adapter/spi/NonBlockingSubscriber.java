package io.llamaorch.adapter.spi;

import java.util.concurrent.Flow;

/**
 * A subscriber that promises never to block, and is therefore called straight on the thread that read the token: the
 * cheapest way to receive a stream.
 *
 * <p>Its methods run on the adapter's I/O thread, on the thread that subscribes or calls {@code request} where events
 * were already waiting, or on the one that ends the stream (a cancel, a timer). While one of them runs, every stream
 * that shares that thread waits; an adapter may log the name of one that takes long. A subscriber that might block must implement {@link Flow.Subscriber} instead and is
 * then called on an executor. What it throws ends its own stream, as for any subscriber.
 *
 * <p>Thread safety: calls must be serial, and the stream makes them so; {@link #behind} must be safe for concurrent use.
 */
public interface NonBlockingSubscriber extends Flow.Subscriber<TokenEvent> {

    /**
     * Names the code that its methods run, for whoever asks what holds up a thread. One that hands events on to another
     * names that one. Unlike the other methods it may be called on any thread, at any time until the last event, also
     * while another of them runs; it must be quick. One that throws is named by its own class.
     *
     * @return the class
     */
    default Class<?> behind() {
        return getClass();
    }
}
