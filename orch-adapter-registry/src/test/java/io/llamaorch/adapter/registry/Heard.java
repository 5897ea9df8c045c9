package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;

/** What a stream has said so far, and no more than was asked for. */
final class Heard implements NonBlockingSubscriber {

    final TokenStream stream;
    final List<TokenEvent> events = new CopyOnWriteArrayList<>();
    private Flow.Subscription subscription;

    private Heard(TokenStream stream) {
        this.stream = stream;
    }

    /** Hears all of it. */
    static Heard of(TokenStream stream) {
        Heard heard = quiet(stream);
        heard.ask(Long.MAX_VALUE);
        return heard;
    }

    /** Hears nothing until it asks. */
    static Heard quiet(TokenStream stream) {
        Heard heard = new Heard(stream);
        stream.subscribe(heard);
        return heard;
    }

    void ask(long events) {
        subscription.request(events);
    }

    /** Cancels its subscription. */
    void leave() {
        subscription.cancel();
    }

    /** The events of a kind. */
    <T extends TokenEvent> List<T> all(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The kinds of events so far, in order. */
    String kinds() {
        return events.stream().map(event -> event.getClass().getSimpleName()).collect(Collectors.joining(" "));
    }

    /** How it started, which it did once. */
    TokenEvent.Started started() {
        List<TokenEvent.Started> all = all(TokenEvent.Started.class);
        assertEquals(1, all.size(), kinds());
        return all.get(0);
    }

    /** Where it stands in the queue. */
    int position() {
        List<TokenEvent.Queued> all = all(TokenEvent.Queued.class);
        assertTrue(!all.isEmpty(), kinds());
        return all.get(all.size() - 1).position();
    }

    boolean isRunning() {
        return HostFixture.isRunning(stream);
    }

    TokenEvent.Terminal end() {
        assertTrue(!events.isEmpty(), "nothing was heard");
        return assertInstanceOf(TokenEvent.Terminal.class, events.get(events.size() - 1), kinds());
    }

    WorkerError error() {
        return assertInstanceOf(TokenEvent.Error.class, end()).error();
    }

    WorkerError assertFailed(ErrorCode code) {
        WorkerError error = error();
        assertEquals(code, error.code(), error.toString());
        return error;
    }

    void assertEnded() {
        assertInstanceOf(TokenEvent.End.class, end(), () -> end().toString());
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = Objects.requireNonNull(given);
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
    public void onComplete() {}
}
