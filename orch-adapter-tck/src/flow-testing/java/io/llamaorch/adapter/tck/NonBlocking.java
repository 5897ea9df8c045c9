package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import java.util.concurrent.Flow;

/**
 * Lets any subscriber be called on the thread at hand.
 *
 * @param target the subscriber, which must not block
 */
public record NonBlocking(Flow.Subscriber<? super TokenEvent> target) implements NonBlockingSubscriber {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        target.onSubscribe(subscription);
    }

    @Override
    public void onNext(TokenEvent event) {
        target.onNext(event);
    }

    @Override
    public void onError(Throwable failure) {
        target.onError(failure);
    }

    @Override
    public void onComplete() {
        target.onComplete();
    }
}
