package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.internal.Foreign;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Forwards a replica's stream to the task's own, event by event, on the thread that brings them: with no lock, and nothing
 * made for a token. What comes before the first output is held back while a try that fails until then may be repeated
 * (DSP-05).
 *
 * <p>Thread safety: events come serially; the rest is safe for concurrent use.
 */
final class Relay implements NonBlockingSubscriber {

    /** So many events are asked for at a time, and again when so few of them are still to come. */
    private static final int BATCH = 16;

    private static final int LOW = 8;

    /** An adapter that says so much before its first token has no attempt left that would be worth to wait for. */
    private static final int HELD_AT_MOST = 32;

    private final Attempt attempt;
    private final TokenEmitter emitter;
    private final AtomicInteger coming = new AtomicInteger();
    private volatile Flow.@Nullable Subscription subscription;
    private final boolean holds;

    /** What came before the first output and is held back: {@code Started}, the latest progress, and what else there is. */
    private final List<TokenEvent> early = new ArrayList<>(2);

    private boolean settled;
    private boolean spoke;

    /** Whether its last event came: what an adapter does after that is heard by nobody, for the task may be elsewhere. */
    private volatile boolean ended;

    /**
     * Makes one for an attempt.
     *
     * @param attempt the attempt
     * @param emitter what is fed
     * @param mayBeRepeated whether another attempt may follow
     */
    Relay(Attempt attempt, TokenEmitter emitter, boolean mayBeRepeated) {
        this.attempt = attempt;
        this.emitter = emitter;
        this.holds = mayBeRepeated;
    }

    @Override
    public Class<?> behind() {
        return emitter.inlineSubscriber().orElse(Relay.class);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        emitter.onDemand(this::ask);
        ask();
    }

    /** The stream is over: what is left of it comes at once, so that its end is known without demand (FLW-07). */
    void rush() {
        Flow.Subscription open = subscription;
        if (open != null) {
            open.request(Long.MAX_VALUE);
        }
    }

    boolean hasEnded() {
        return ended;
    }

    /** Its outcome is known, and its last event has not come although it was asked for. */
    void overdue() {
        broken(
                "has ended, but did not deliver its last event within " + Attempt.LAST_EVENT_LIMIT.toSeconds() + " s",
                new IllegalStateException("no terminal event"));
    }

    @Override
    public void onNext(TokenEvent event) {
        if (ended) {
            return;
        }
        try {
            boolean goOn = settled ? pass(event) : takeFirst(event);
            if (coming.decrementAndGet() <= LOW && goOn) {
                ask();
            }
        } catch (Throwable e) { // it costs only this task
            fail("threw " + e + " at what its adapter sent", e);
            Foreign.rethrowIfFatal(e);
        }
    }

    @Override
    public void onError(Throwable misuse) {
        broken("was refused by its adapter with " + misuse, misuse);
    }

    @Override
    public void onComplete() {
        broken("was ended by its adapter without a terminal event", new IllegalStateException("no terminal event"));
    }

    private void ask() {
        Flow.Subscription open = subscription;
        if (open != null) {
            coming.addAndGet(BATCH);
            open.request(BATCH);
        }
    }

    private boolean pass(TokenEvent event) {
        hear(event);
        if (event instanceof TokenEvent.Terminal terminal) {
            ended = true;
            attempt.over(terminal); // before the consumer hears of it: its next task may want the same place
        }
        return emitter.forward(event);
    }

    private void hear(TokenEvent event) {
        if (!spoke && event instanceof TokenEvent.Token) {
            spoke = true;
            attempt.spoke();
        }
    }

    private boolean takeFirst(TokenEvent event) {
        if (event instanceof TokenEvent.Queued) { // an adapter that stands before another host
            return emitter.forward(event);
        }
        if (event instanceof TokenEvent.Started begun) {
            TokenEvent.Started started = attempt.terms().cold() ? cold(begun) : begun;
            attempt.started(started);
            return holdBack(started);
        }
        if (event instanceof TokenEvent.Progress) {
            early.removeIf(TokenEvent.Progress.class::isInstance);
            return holdBack(event);
        }
        if ((event instanceof TokenEvent.Metrics || event instanceof TokenEvent.Extension)
                && early.size() < HELD_AT_MOST) {
            return holdBack(event);
        }
        if (event instanceof TokenEvent.Error failure) {
            ended = true;
            attempt.over(failure);
            attempt.run().failed(attempt, failure.error(), this::passHeld);
            return false;
        }
        settled = true;
        hear(event);
        if (!(event instanceof TokenEvent.End end && end.reason() == StopReason.CANCELLED)) {
            attempt.settled();
        }
        passHeld();
        return pass(event);
    }

    private boolean holdBack(TokenEvent event) {
        return holds ? early.add(event) : emitter.forward(event);
    }

    private void passHeld() {
        early.forEach(emitter::forward);
        early.clear();
    }

    /** The adapter does what it must not: it costs this task only, and only while it is here. */
    void broken(String how, Throwable thrown) {
        if (!ended) {
            fail(how, thrown);
        }
    }

    private void fail(String how, Throwable thrown) {
        ended = true;
        emitter.error(WorkerError.builder(
                        ErrorCode.INTERNAL,
                        "the stream of " + attempt.seat().replica().spec() + " " + how
                                + ": this is the adapter's fault")
                .engine(attempt.seat().replica().spec().engine())
                .replica(attempt.seat().replica().id())
                .cause(thrown)
                .build());
        var unused = attempt.cancel();
    }

    private static TokenEvent.Started cold(TokenEvent.Started begun) {
        return new TokenEvent.Started(
                begun.jobId(),
                begun.engine(),
                begun.model(),
                begun.details().toBuilder().cacheCold(true).build());
    }
}
