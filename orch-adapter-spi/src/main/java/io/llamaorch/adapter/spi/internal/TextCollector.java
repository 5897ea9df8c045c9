package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/** Joins the texts of a stream. */
final class TextCollector implements NonBlockingSubscriber {

    private final Executor executor;
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<String> result = new CompletableFuture<>();

    TextCollector(Executor executor) {
        this.executor = executor;
    }

    CompletionStage<String> text() {
        return result.minimalCompletionStage();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(TokenEvent event) {
        if (event instanceof TokenEvent.Token token) {
            if (token.channel() == Channel.TEXT) {
                text.append(token.text());
            }
        } else if (event instanceof TokenEvent.Error error) {
            executor.execute(() -> result.completeExceptionally(new WorkerException(error.error())));
        } else if (event instanceof TokenEvent.End end) {
            if (end.reason() == StopReason.CANCELLED) {
                executor.execute(() -> result.completeExceptionally(
                        new CancellationException("the job was cancelled: " + end.details())));
            } else {
                executor.execute(() -> result.complete(text.toString()));
            }
        }
    }

    @Override
    public void onError(Throwable failure) {
        executor.execute(() -> result.completeExceptionally(failure));
    }

    @Override
    public void onComplete() {}
}
