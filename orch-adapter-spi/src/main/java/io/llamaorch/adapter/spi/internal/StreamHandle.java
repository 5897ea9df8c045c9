package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.IoThread;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** The consumer's door to a stream. */
final class StreamHandle implements TokenStream {

    private final EmitterCore core;

    StreamHandle(EmitterCore core) {
        this.core = core;
    }

    @Override
    public String jobId() {
        return core.jobId();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        SubscriberClaim claim = new SubscriberClaim(core, subscriber);
        if (core.claimFor(claim)) {
            claim.begin();
        } else {
            refuse(subscriber);
        }
    }

    /** Tells a subscriber that it is not the first. */
    private void refuse(Flow.Subscriber<? super TokenEvent> subscriber) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
        });
        subscriber.onError(alreadyClaimed());
    }

    @Override
    public Iterator<TokenEvent> iterator() {
        if (Thread.currentThread() instanceof IoThread) {
            throw new IllegalStateException("this is an I/O thread, which would wait for itself: subscribe instead");
        }
        IteratorClaim claim = new IteratorClaim(core);
        if (!core.claimFor(claim)) {
            throw alreadyClaimed();
        }
        return claim;
    }

    @Override
    public CompletionStage<TokenEvent.Terminal> outcome() {
        return core.outcome();
    }

    @Override
    public CompletionStage<CancelReceipt> released() {
        return core.released();
    }

    @Override
    public Usage usage() {
        return core.usage();
    }

    @Override
    public CompletionStage<String> collect() {
        TextCollector collector = new TextCollector(core.executor());
        SubscriberClaim claim = new SubscriberClaim(core, collector);
        if (!core.claimFor(claim)) {
            throw alreadyClaimed();
        }
        claim.begin();
        return collector.text();
    }

    @Override
    public Cancellation cancel() {
        return core.cancelByCaller();
    }

    @Override
    public void close() {
        core.cancelByCaller();
    }

    @Override
    public String toString() {
        return "TokenStream[" + core.jobId() + "]";
    }

    private IllegalStateException alreadyClaimed() {
        return new IllegalStateException("the stream of job " + core.jobId() + " has its consumer already");
    }
}
