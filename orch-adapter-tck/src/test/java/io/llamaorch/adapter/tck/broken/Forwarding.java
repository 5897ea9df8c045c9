package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.TokenEvent;
import java.util.concurrent.Flow;

/** A subscriber that hands everything on. */
class Forwarding implements Flow.Subscriber<TokenEvent> {

    private final Flow.Subscriber<? super TokenEvent> subscriber;

    Forwarding(Flow.Subscriber<? super TokenEvent> subscriber) {
        this.subscriber = subscriber;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(TokenEvent event) {
        subscriber.onNext(event);
    }

    @Override
    public void onError(Throwable thrown) {
        subscriber.onError(thrown);
    }

    @Override
    public void onComplete() {
        subscriber.onComplete();
    }
}
