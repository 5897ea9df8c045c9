package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A subscriber that writes down what it hears, on the I/O thread. */
final class Heard implements NonBlockingSubscriber {

    final List<TokenEvent> events = new CopyOnWriteArrayList<>();
    final AtomicInteger completions = new AtomicInteger();
    private final long demand;
    private volatile Flow.Subscription subscription;

    /** One that asks for so many events at first. */
    Heard(long demand) {
        this.demand = demand;
    }

    void request(long more) {
        subscription.request(more);
    }

    void unsubscribe() {
        subscription.cancel();
    }

    void await(Predicate<TokenEvent> wanted) {
        Patience.await(
                "an event that is wanted, among " + events,
                () -> events.stream().anyMatch(wanted));
    }

    List<TokenEvent> terminals() {
        return events.stream().filter(TokenEvent.Terminal.class::isInstance).toList();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (demand > 0) {
            given.request(demand);
        }
    }

    @Override
    public void onNext(TokenEvent event) {
        events.add(event);
    }

    @Override
    public void onError(Throwable thrown) {
        throw new AssertionError(thrown);
    }

    @Override
    public void onComplete() {
        completions.incrementAndGet();
    }
}
