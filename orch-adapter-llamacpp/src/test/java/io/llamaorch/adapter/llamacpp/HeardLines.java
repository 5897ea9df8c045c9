package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.Channel;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** All that a subscriber hears of one stream, each event as a line that tells what callers go by. */
final class HeardLines implements NonBlockingSubscriber {

    private final TokenStream stream;
    private final List<String> lines = new ArrayList<>();
    private final CountDownLatch completed = new CountDownLatch(1);
    private volatile @Nullable TokenEvent last;
    private volatile @Nullable WorkerError error;
    private volatile int count;
    private int completions;
    private volatile String fault = "";

    private HeardLines(TokenStream stream) {
        this.stream = stream;
    }

    /** Subscribes and asks for everything. */
    static HeardLines all(TokenStream stream) {
        HeardLines heard = new HeardLines(stream);
        stream.subscribe(heard);
        return heard;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    public void onNext(TokenEvent event) {
        lines.add(line(event));
        last = event;
        count++;
        if (event instanceof TokenEvent.Error failed) {
            error = failed.error();
        }
    }

    @Override
    public void onError(Throwable thrown) {
        fault = "onError was called: " + thrown;
        completed.countDown();
    }

    @Override
    public void onComplete() {
        if (++completions > 1) {
            fault = "onComplete was called twice";
        }
        completed.countDown();
    }

    boolean isComplete() {
        return completed.getCount() == 0;
    }

    /** How many events came so far. */
    int count() {
        return count;
    }

    HeardLines await() throws InterruptedException {
        Patience.await(completed);
        return this;
    }

    /** The events, once the stream is complete. */
    List<String> lines() {
        return lines;
    }

    /** The error that it ended with, if it did. */
    Optional<WorkerError> error() {
        return Optional.ofNullable(error);
    }

    /** What was wrong with the way in which it was told; empty if nothing (EVT-01, FLW-07). */
    String fault() {
        if (!isComplete()) {
            return "onComplete was not called";
        }
        TokenEvent.Terminal outcome = stream.outcome().toCompletableFuture().getNow(null);
        return fault.isEmpty() && outcome != last ? "outcome() is " + outcome + ", not what was delivered" : fault;
    }

    static String line(TokenEvent event) {
        if (event instanceof TokenEvent.Token token) {
            return "Token " + token.index() + (token.channel() == Channel.REASONING ? " (reasoning) " : " ")
                    + token.text();
        } else if (event instanceof TokenEvent.ToolCall call) {
            return "ToolCall " + call.index() + " " + call.id() + " " + call.name() + " " + call.argumentsJson();
        } else if (event instanceof TokenEvent.Started) {
            return "Started";
        } else if (event instanceof TokenEvent.Progress progress) {
            return "Progress " + progress.processed() + " of " + progress.total() + ", " + progress.cached()
                    + " cached";
        } else if (event instanceof TokenEvent.Metrics metrics) {
            return "Metrics " + metrics.usage();
        } else if (event instanceof TokenEvent.End end) {
            return "End " + end.reason()
                    + ", slot " + end.details().slot().orElse(-1)
                    + (end.details().truncated() ? ", truncated" : "")
                    + end.details().stopString().map(word -> ", at " + word).orElse("")
                    + ", " + end.usage();
        } else if (event instanceof TokenEvent.Error failed) {
            WorkerError error = failed.error();
            return "Error " + error.code() + " after " + error.tokensDelivered()
                    + (error.retriable() ? ", retriable" : "")
                    + error.retryAfter().map(after -> ", not before " + after).orElse("") + ", " + error.usage();
        }
        return event.toString();
    }
}
