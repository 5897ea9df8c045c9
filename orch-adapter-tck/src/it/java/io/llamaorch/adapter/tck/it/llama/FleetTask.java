package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.Usage;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/** A task that was given to a host, and all that its consumer hears of it. Thread safety: safe for concurrent use. */
final class FleetTask implements NonBlockingSubscriber {
    private final TaskRequest request;
    private final ConcurrentLinkedQueue<TokenEvent> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger tokens = new AtomicInteger();
    private final CompletableFuture<FleetTask> over = new CompletableFuture<>();
    private final TokenStream stream;
    private final long notBefore;
    private final long notAfter;

    private FleetTask(AdapterHost host, TaskRequest request) {
        this.request = request;
        notBefore = System.nanoTime();
        stream = host.submit(Fleet.POOL, request);
        notAfter = System.nanoTime();
    }

    static FleetTask submit(AdapterHost host, TaskRequest request) {
        FleetTask task = new FleetTask(host, request);
        task.stream.subscribe(task);
        return task;
    }

    TaskRequest request() {
        return request;
    }

    TokenStream stream() {
        return stream;
    }

    /** The earliest time at which the host may have taken it in, by {@link System#nanoTime}. */
    long notBefore() {
        return notBefore;
    }

    /** The latest. */
    long notAfter() {
        return notAfter;
    }

    /** Completes with this when nothing more can come. */
    CompletableFuture<FleetTask> over() {
        return over;
    }

    boolean isOver() {
        return over.isDone();
    }

    /** How many pieces of text have come. */
    int tokens() {
        return tokens.get();
    }

    String text() {
        return Runs.text(List.copyOf(heard));
    }

    /** How it started; empty if nobody said so. */
    Optional<TokenEvent.Started> started() {
        return heard.stream()
                .filter(TokenEvent.Started.class::isInstance)
                .map(TokenEvent.Started.class::cast)
                .findFirst();
    }

    /** Where the text comes from; empty if none came. */
    String replica() {
        return started().map(started -> started.details().replica()).orElse("");
    }

    /** The one terminal event, after which nothing came, as before it nothing came twice that may come once. */
    TokenEvent.Terminal terminal() {
        List<TokenEvent> events = List.copyOf(heard);
        assertEquals(1, count(events, TokenEvent.Terminal.class), this::toString);
        long starts = count(events, TokenEvent.Started.class);
        assertTrue(starts == 1 || (starts == 0 && tokens() == 0), this::toString);
        TokenEvent last = events.get(events.size() - 1);
        assertEquals(Runs.await(stream.outcome()), last, this::toString);
        return (TokenEvent.Terminal) last;
    }

    /** Why it failed; empty if it did not. */
    Optional<WorkerError> error() {
        return terminal() instanceof TokenEvent.Error failure ? Optional.of(failure.error()) : Optional.empty();
    }

    /** What the engine counted, of a task that did not fail. */
    Usage usage() {
        return ((TokenEvent.End) terminal()).usage();
    }

    private static long count(List<TokenEvent> events, Class<? extends TokenEvent> kind) {
        return events.stream().filter(kind::isInstance).count();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(TokenEvent event) {
        heard.add(event);
        if (event instanceof TokenEvent.Token) {
            tokens.incrementAndGet();
        }
    }

    @Override
    public void onError(Throwable failure) {
        over.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        over.complete(this);
    }

    @Override
    public String toString() {
        return request.jobId() + " on '" + replica() + "', " + tokens() + " tokens, last "
                + heard.stream().reduce((first, second) -> second).orElse(null);
    }
}
