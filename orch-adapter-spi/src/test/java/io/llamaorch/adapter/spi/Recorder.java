package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.Patience;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A subscriber that writes down what it hears. */
public class Recorder implements Flow.Subscriber<TokenEvent> {

    public final List<TokenEvent> events = new CopyOnWriteArrayList<>();
    public final List<Thread> threads = new CopyOnWriteArrayList<>();
    public final CountDownLatch finished = new CountDownLatch(1);
    public volatile Flow.Subscription subscription;
    public volatile Throwable failure;
    public volatile boolean completed;

    private final long first;
    private volatile Consumer<TokenEvent> onNext = event -> {};

    /** Asks for that many events at once; 0 for none. */
    public Recorder(long first) {
        this.first = first;
    }

    /** Asks for everything. */
    public static Recorder greedy() {
        return new Recorder(Long.MAX_VALUE);
    }

    /** The same ears, but called on the thread at hand. */
    public NonBlockingSubscriber nonBlocking() {
        return new NonBlocking(this);
    }

    /** Does something in {@code onNext}, after the event was written down. */
    public Recorder then(Consumer<TokenEvent> action) {
        onNext = action;
        return this;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (first > 0) {
            given.request(first);
        }
    }

    @Override
    public void onNext(TokenEvent event) {
        threads.add(Thread.currentThread());
        events.add(event);
        onNext.accept(event);
    }

    @Override
    public void onError(Throwable thrown) {
        failure = thrown;
        finished.countDown();
    }

    @Override
    public void onComplete() {
        completed = true;
        finished.countDown();
    }

    /** The kinds of events, such as {@code [Started, Token, End]}. */
    public List<String> kinds() {
        return events.stream().map(event -> event.getClass().getSimpleName()).toList();
    }

    /** The texts of all tokens, joined. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (TokenEvent event : events) {
            if (event instanceof TokenEvent.Token token) {
                text.append(token.text());
            }
        }
        return text.toString();
    }

    /** The last event, which must be an {@code End}. */
    public TokenEvent.End end() {
        return (TokenEvent.End) events.get(events.size() - 1);
    }

    /** The error of the last event, which must be an {@code Error}. */
    public WorkerError error() {
        return ((TokenEvent.Error) events.get(events.size() - 1)).error();
    }

    /** Waits until the subscriber was told that nothing more comes. */
    public void awaitFinished() throws InterruptedException {
        assertTrue(
                finished.await(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS), () -> "heard only " + kinds());
    }

    /** Fails unless these kinds, and only these, were heard. */
    public void assertKinds(String... kinds) {
        assertEquals(List.of(kinds), kinds());
    }

    private record NonBlocking(Recorder target) implements NonBlockingSubscriber {

        @Override
        public void onSubscribe(Flow.Subscription given) {
            target.onSubscribe(given);
        }

        @Override
        public void onNext(TokenEvent event) {
            target.onNext(event);
        }

        @Override
        public void onError(Throwable thrown) {
            target.onError(thrown);
        }

        @Override
        public void onComplete() {
            target.onComplete();
        }
    }
}
