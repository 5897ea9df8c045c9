package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A stream that was made without the SPI's help: it says what a test tells it to, whether or not that is allowed. */
final class OddStream implements TokenStream {

    final AtomicInteger cancels = new AtomicInteger();
    final AtomicLong requested = new AtomicLong();
    final CompletableFuture<TokenEvent.Terminal> outcome = new CompletableFuture<>();

    private final String jobId;
    private Flow.Subscriber<? super TokenEvent> subscriber;
    private Runnable whenSubscribed = () -> {};
    private Runnable whenCancelled = () -> {};
    private Supplier<CompletionStage<CancelReceipt>> released =
            () -> CompletableFuture.completedStage(CancelReceipt.unconfirmed("nobody looked"));

    OddStream(String jobId) {
        this.jobId = jobId;
    }

    OddStream whenSubscribed(Runnable action) {
        whenSubscribed = action;
        return this;
    }

    OddStream whenCancelled(Runnable action) {
        whenCancelled = action;
        return this;
    }

    OddStream releasedIs(Supplier<CompletionStage<CancelReceipt>> answer) {
        released = answer;
        return this;
    }

    OddStream says(TokenEvent event) {
        subscriber.onNext(event);
        return this;
    }

    void completes() {
        subscriber.onComplete();
    }

    void fails(Throwable thrown) {
        subscriber.onError(thrown);
    }

    @Override
    public String jobId() {
        return jobId;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super TokenEvent> given) {
        subscriber = given;
        given.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                requested.addAndGet(n);
            }

            @Override
            public void cancel() {
                cancels.incrementAndGet();
            }
        });
        whenSubscribed.run();
    }

    @Override
    public Iterator<TokenEvent> iterator() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<TokenEvent.Terminal> outcome() {
        return outcome;
    }

    @Override
    public CompletionStage<CancelReceipt> released() {
        return released.get();
    }

    @Override
    public Usage usage() {
        return Usage.UNKNOWN;
    }

    @Override
    public CompletionStage<String> collect() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Cancellation cancel() {
        cancels.incrementAndGet();
        whenCancelled.run();
        return Cancellation.notRunning();
    }

    @Override
    public void close() {}
}
