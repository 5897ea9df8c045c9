package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NonBlocking;
import io.llamaorch.adapter.tck.Patience;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Who consumes the stream of one race, in one of three forms, and holds it to its rules while it does. */
final class RaceEars implements Flow.Subscriber<TokenEvent> {

    /** How a stream is consumed. */
    enum Form {
        ORDINARY,
        NON_BLOCKING,
        LOOP
    }

    final Form form;
    final AtomicLong asked = new AtomicLong();
    final CompletableFuture<Void> completed = new CompletableFuture<>();

    /** Set once a cancel was accepted: no token's delivery may begin after that. */
    volatile boolean silent;

    /** Set before the subscriber leaves by its own wish. */
    volatile boolean left;

    volatile boolean threw;
    volatile int pieces;
    volatile int heard;
    volatile @Nullable String broken;
    volatile @Nullable TokenEvent terminal;

    private final int throwsAt;
    private final AtomicInteger inside = new AtomicInteger();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private final CompletableFuture<Thread> looping = new CompletableFuture<>();
    private boolean started;

    /** One that throws at this piece, or at none. */
    RaceEars(Form form, int throwsAt) {
        this.form = form;
        this.throwsAt = throwsAt;
    }

    /** Listens; in the form of a loop, to the end. */
    void listen(TokenStream stream) {
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

    void ask(long more) {
        if (form != Form.LOOP) {
            asked.accumulateAndGet(more, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
            subscribed.join().request(more);
        }
    }

    /** Cancels the subscription, or interrupts the loop. */
    void leave() {
        if (form == Form.LOOP) {
            looping.join().interrupt();
        } else {
            left = true;
            subscribed.join().cancel();
        }
    }

    /** Hears what may be left, up to the terminal. */
    void finish(TokenEvent.Terminal outcome) throws Exception {
        ask(Long.MAX_VALUE);
        if (!left && !threw) {
            Patience.get(completed);
            if (terminal != outcome && !threw) {
                throw new AssertionError("heard " + terminal + " last, and the outcome is " + outcome);
            }
        }
        if (broken != null) {
            throw new AssertionError("a rule was broken: " + broken);
        }
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
}
