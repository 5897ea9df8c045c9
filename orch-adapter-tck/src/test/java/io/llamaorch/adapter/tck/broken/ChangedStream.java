package io.llamaorch.adapter.tck.broken;

import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A correct stream whose events become others: none, one or several for each. */
class ChangedStream implements TokenStream {

    final TokenStream correct;
    private final Function<TokenEvent, List<TokenEvent>> change;

    ChangedStream(TokenStream correct, Function<TokenEvent, List<TokenEvent>> change) {
        this.correct = correct;
        this.change = change;
    }

    @Override
    public String jobId() {
        return correct.jobId();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super TokenEvent> subscriber) {
        correct.subscribe(new Changing(subscriber));
    }

    private final class Changing implements Flow.Subscriber<TokenEvent> {
        private final Flow.Subscriber<? super TokenEvent> subscriber;
        private Flow.@Nullable Subscription subscription;

        Changing(Flow.Subscriber<? super TokenEvent> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            subscriber.onSubscribe(given);
        }

        @Override
        public void onNext(TokenEvent event) {
            List<TokenEvent> events = change.apply(event);
            events.forEach(subscriber::onNext);
            Flow.Subscription given = subscription;
            if (events.isEmpty() && given != null) {
                given.request(1);
            }
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

    @Override
    public Iterator<TokenEvent> iterator() {
        Iterator<TokenEvent> events = correct.iterator();
        return new Iterator<>() {
            private final ArrayDeque<TokenEvent> changed = new ArrayDeque<>();

            @Override
            public boolean hasNext() {
                while (changed.isEmpty() && events.hasNext()) {
                    changed.addAll(change.apply(events.next()));
                }
                return !changed.isEmpty();
            }

            @Override
            public TokenEvent next() {
                hasNext();
                return changed.remove();
            }
        };
    }

    @Override
    public CompletionStage<TokenEvent.Terminal> outcome() {
        return correct.outcome()
                .thenApply(terminal -> change.apply(terminal).stream()
                        .filter(TokenEvent.Terminal.class::isInstance)
                        .map(TokenEvent.Terminal.class::cast)
                        .findFirst()
                        .orElse(terminal));
    }

    @Override
    public CompletionStage<CancelReceipt> released() {
        return correct.released();
    }

    @Override
    public CompletionStage<String> collect() {
        return correct.collect();
    }

    @Override
    public Cancellation cancel() {
        return correct.cancel();
    }

    @Override
    public void close() {
        correct.close();
    }
}
