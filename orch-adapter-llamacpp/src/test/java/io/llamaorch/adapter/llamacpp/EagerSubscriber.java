package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import java.util.concurrent.Flow;

/** A subscriber that asks for everything at once and takes it on the thread at hand. */
public abstract class EagerSubscriber implements NonBlockingSubscriber {

    /** One that has asked for nothing yet. */
    protected EagerSubscriber() {}

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onError(Throwable thrown) {
        throw new AssertionError(thrown);
    }

    @Override
    public void onComplete() {}
}
