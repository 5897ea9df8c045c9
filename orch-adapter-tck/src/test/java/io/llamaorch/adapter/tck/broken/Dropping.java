package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.TokenEvent;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;

/** Reads everything at once and drops the pieces that nobody has asked for yet; what is no piece waits. */
final class Dropping extends Forwarding {

    private final ArrayDeque<TokenEvent> waiting = new ArrayDeque<>();
    private long demand;
    private boolean completed;

    Dropping(Flow.Subscriber<? super TokenEvent> subscriber) {
        super(subscriber);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        super.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long more) {
                deliver(more);
            }

            @Override
            public void cancel() {
                subscription.cancel();
            }
        });
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized void onNext(TokenEvent event) {
        if (demand > 0 || !(event instanceof TokenEvent.Token)) {
            waiting.add(event);
            deliver(0);
        }
    }

    @Override
    public synchronized void onComplete() {
        completed = true;
        deliver(0);
    }

    private synchronized void deliver(long more) {
        demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
        while (demand > 0 && !waiting.isEmpty()) {
            demand--;
            super.onNext(waiting.remove());
        }
        if (completed && waiting.isEmpty()) {
            completed = false;
            super.onComplete();
        }
    }
}
