package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.Patience;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

/** A subscriber that takes as much as it is told to. Thread safety: safe for concurrent use. */
final class Taker implements Flow.Subscriber<TokenEvent> {
    private final BlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final CountDownLatch completed = new CountDownLatch(1);
    private final long first;

    /** Asks for so many events as soon as it can; 0 for none. */
    Taker(long first) {
        this.first = first;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        if (first > 0) {
            given.request(first);
        }
    }

    @Override
    public void onNext(TokenEvent event) {
        events.add(event);
    }

    @Override
    public void onError(Throwable failure) {
        throw new AssertionError("no stream of a single subscriber fails so", failure);
    }

    @Override
    public void onComplete() {
        completed.countDown();
    }

    /** Asks for more. */
    void request(long more) {
        subscription.join().request(more);
    }

    /** The next event, which must come. */
    TokenEvent next() throws InterruptedException {
        return Patience.next(events);
    }

    /** How many events came that were not taken by {@link #next}. */
    int waiting() {
        return events.size();
    }

    /** Waits until it was told that nothing more comes. */
    void awaitCompleted() throws InterruptedException {
        Patience.await(completed);
    }
}
