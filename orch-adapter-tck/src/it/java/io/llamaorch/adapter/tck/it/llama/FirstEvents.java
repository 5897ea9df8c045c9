package io.llamaorch.adapter.tck.it.llama;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.Patience;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;

/** Asks for the first events of a stream, and then for nothing more. */
final class FirstEvents implements NonBlockingSubscriber {
    private final CountDownLatch wanted;

    FirstEvents(int count) {
        wanted = new CountDownLatch(count);
    }

    /** Blocks until they have come. */
    void await() throws InterruptedException {
        Patience.await(wanted);
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(wanted.getCount());
    }

    @Override
    public void onNext(TokenEvent event) {
        wanted.countDown();
    }

    @Override
    public void onError(Throwable thrown) {
        throw new AssertionError(thrown);
    }

    @Override
    public void onComplete() {}
}
