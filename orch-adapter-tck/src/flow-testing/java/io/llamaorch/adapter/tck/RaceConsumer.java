package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who consumes the stream of one race, in one of three forms, and holds it to its rules while it does. The tokens of the
 * stream are {@code t0}, {@code t1} and so on.
 *
 * <p>Thread safety: safe for concurrent use; that the stream's own calls are serial is one of the rules.
 */
public final class RaceConsumer implements Flow.Subscriber<TokenEvent> {

    /** How a stream is consumed. */
    public enum Form {
        /** By a subscriber that may block. */
        ORDINARY,
        /** By one that promises not to. */
        NON_BLOCKING,
        /** By a loop over its events. */
        LOOP
    }

    private final Form form;
    private final int throwsAt;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicInteger inside = new AtomicInteger();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private final CompletableFuture<Thread> looping = new CompletableFuture<>();
    private final CompletableFuture<Void> completed = new CompletableFuture<>();
    private final Queue<CompletionStage<Cancellation.Answer>> answers = new ConcurrentLinkedQueue<>();

    /** Set once a cancel was accepted: no token's delivery may begin after that. */
    private volatile boolean silent;

    private volatile boolean left;
    private volatile boolean threw;
    private volatile int heard;
    private volatile int pieces;
    private volatile @Nullable String broken;
    private volatile @Nullable TokenEvent terminal;
    private boolean started;

    /**
     * Makes a consumer.
     *
     * @param form how it consumes
     * @param throwsAt the token at which it throws, from 1 on; none if it is below 1; a loop never throws
     */
    public RaceConsumer(Form form, int throwsAt) {
        this.form = form;
        this.throwsAt = throwsAt;
    }

    /** {@return how it consumes} */
    public Form form() {
        return form;
    }

    /**
     * Listens; in the form of a loop, to the end.
     *
     * @param stream what to listen to
     */
    public void listen(TokenStream stream) {
        switch (form) {
            case ORDINARY -> stream.subscribe(this);
            case NON_BLOCKING -> stream.subscribe(new NonBlocking(this));
            case LOOP -> {
                looping.complete(Thread.currentThread());
                Iterator<TokenEvent> events = stream.iterator();
                boolean wasSilent = silent;
                while (events.hasNext()) {
                    hear(events.next(), wasSilent);
                    wasSilent = silent;
                }
                completed.complete(null);
                Thread.interrupted();
            }
        }
    }

    /**
     * Asks for more events, once it is subscribed; a loop asks by itself.
     *
     * @param more how many
     */
    public void ask(long more) {
        if (form != Form.LOOP) {
            asked.accumulateAndGet(more, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            subscribed.join().request(more);
        }
    }

    /** Cancels the subscription, or interrupts the loop, once there is one. */
    public void leave() {
        if (form == Form.LOOP) {
            looping.join().interrupt();
        } else {
            Flow.Subscription subscription = subscribed.join();
            left = true;
            subscription.cancel();
        }
    }

    /**
     * Is told of a cancel of its stream. From when that is accepted on it must hear no token.
     *
     * @param cancellation the cancel
     */
    public void note(Cancellation cancellation) {
        answers.add(cancellation.accepted());
        cancellation.accepted().thenAccept(answer -> {
            if (answer == Cancellation.Answer.ACCEPTED) {
                silent = true;
            }
        });
    }

    /**
     * Waits until all cancels are answered.
     *
     * @return how many were accepted
     * @throws Exception if one is not answered, or the thread is interrupted
     */
    public int accepted() throws Exception {
        int accepted = 0;
        for (CompletionStage<Cancellation.Answer> answer : answers) {
            accepted += Patience.get(answer) == Cancellation.Answer.ACCEPTED ? 1 : 0;
        }
        return accepted;
    }

    /**
     * Hears what may be left, up to the terminal event, unless it could not hear that any more.
     *
     * @param outcome how the stream has ended
     * @throws Exception if the terminal event does not come, or the thread is interrupted
     */
    public void finish(TokenEvent.Terminal outcome) throws Exception {
        ask(Long.MAX_VALUE);
        if (!left) {
            Patience.get(completed);
        }
        if (terminal != null || (!left && !threw)) {
            assertSame(outcome, terminal, "what was heard last");
        }
    }

    /**
     * Checks that no rule was broken so far, and that no token is missing before an end that was not its own.
     *
     * @param outcome how the stream has ended
     * @param tokens how many tokens it has if it ends well
     * @return how it has ended, in a word or a few
     */
    public String verdict(TokenEvent.Terminal outcome, int tokens) {
        assertNull(broken, "a rule was broken");
        boolean whole = !left && !threw;
        if (outcome instanceof TokenEvent.Error failed) {
            if (whole) {
                assertEquals(failed.error().tokensDelivered(), pieces, "every piece before an Error is delivered");
            }
            return "Error(" + failed.error().code() + ")";
        }
        TokenEvent.End end = (TokenEvent.End) outcome;
        if (end.reason() == StopReason.CANCELLED) {
            return "CANCELLED by " + end.details().cancelCause().orElseThrow();
        }
        if (whole) {
            assertEquals(tokens, pieces, "every piece before End is delivered");
        }
        return end.reason().toString();
    }

    /** {@return how many events it has heard so far} */
    public int heard() {
        return heard;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscribed.complete(subscription);
    }

    @Override
    public void onNext(TokenEvent event) {
        hear(event, silent);
        if (pieces == throwsAt && event instanceof TokenEvent.Token) {
            threw = true;
            completed.complete(null);
            throw new IllegalStateException("a subscriber's own fault");
        }
    }

    @Override
    public void onError(Throwable failure) {
        broken = "onError: " + failure;
    }

    @Override
    public void onComplete() {
        if (terminal == null) {
            broken = "onComplete before the terminal";
        }
        if (!completed.complete(null)) {
            broken = "onComplete twice";
        }
    }

    private void hear(TokenEvent event, boolean wasSilent) {
        if (inside.incrementAndGet() != 1) {
            broken = "two calls at once";
        }
        heard++;
        if (form != Form.LOOP && heard > asked.get()) {
            broken = heard + " events for " + asked.get() + " requested";
        }
        if (terminal != null) {
            broken = event + " after " + terminal;
        }
        if (threw) {
            broken = event + " after the subscriber threw";
        }
        if (event instanceof TokenEvent.Token token) {
            if (wasSilent) {
                broken = token + " after a cancel was accepted";
            }
            if (!started || token.index() != pieces || !token.text().equals("t" + pieces)) {
                broken = token + " after " + pieces + " pieces";
            }
            pieces++;
        } else if (event instanceof TokenEvent.Started) {
            if (started) {
                broken = "Started twice";
            }
            started = true;
        } else if (event instanceof TokenEvent.Terminal) {
            terminal = event;
        }
        inside.decrementAndGet();
    }

    @Override
    public String toString() {
        return form + ", heard " + heard + " events of " + asked + ", " + pieces + " pieces, terminal " + terminal
                + (broken == null ? "" : ", broken: " + broken);
    }
}
