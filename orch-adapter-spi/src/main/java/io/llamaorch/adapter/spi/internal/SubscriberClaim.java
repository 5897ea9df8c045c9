package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Delivers to a subscriber, serially and no more than it asked for.
 *
 * <p>Whoever has something to do, the producer, a caller of {@code request}, a cancel, tries to become the owner of the
 * delivery by one compare-and-set; if there is an owner, it leaves a note and goes, and the owner looks again before it
 * lets go. A subscriber that may block is owned by a task on the executor, any other by the thread at hand.
 */
final class SubscriberClaim implements Claim, Flow.Subscription, Runnable {

    private static final int FREE = 0;
    private static final int OWNED = 1;
    private static final int NOTED = 2;
    private static final VarHandle STATE;
    private static final VarHandle REQUESTED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(SubscriberClaim.class, "state", int.class);
            REQUESTED = lookup.findVarHandle(SubscriberClaim.class, "requested", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EmitterCore core;
    private final Backlog backlog;
    private final boolean inline;
    private final InlineCode code;
    private final Queue<Runnable> quiets = new ConcurrentLinkedQueue<>();

    /** Null once nothing more will be delivered. Owner only. */
    private Flow.@Nullable Subscriber<? super TokenEvent> subscriber;

    /** Owned from the start, so that nothing is delivered before {@code onSubscribe}. */
    private volatile int state = OWNED;

    private volatile long requested;
    private volatile boolean unsubscribed;
    private volatile @Nullable IllegalArgumentException badRequest;

    /** Owner only. */
    private long delivered;

    /** What the subscriber threw that must be thrown on once the delivery is free again. Owner only. */
    private @Nullable VirtualMachineError fatal;

    /** The thread inside the owner's loop. Others compare it with themselves only. */
    private @Nullable Thread owner;

    SubscriberClaim(EmitterCore core, Flow.Subscriber<? super TokenEvent> subscriber) {
        this.core = core;
        this.backlog = core.backlog();
        this.subscriber = subscriber;
        this.inline = subscriber instanceof NonBlockingSubscriber;
        this.code = new InlineCode(subscriber);
    }

    /** The code of the subscriber, if it is called on the thread at hand; also after the last event. */
    Optional<Class<?>> inlineSubscriber() {
        return code.named();
    }

    /** Calls {@code onSubscribe} on this thread, then delivers. */
    void begin() {
        owner = Thread.currentThread();
        Flow.Subscriber<? super TokenEvent> target = subscriber;
        if (target != null) {
            try {
                target.onSubscribe(this);
            } catch (Throwable thrown) {
                subscriberThrew(target, thrown);
            }
        }
        owner = null;
        handOver();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            badRequest = new IllegalArgumentException(
                    "a subscriber requested " + n + " events: it must be 1 or more (rule 3.9 of Reactive Streams)");
        } else {
            long before;
            long after;
            do {
                before = requested;
                after = before + n < 0 ? Long.MAX_VALUE : before + n;
            } while (!REQUESTED.compareAndSet(this, before, after));
        }
        core.steps().at(Step.DEMAND_ADDED);
        signal();
    }

    @Override
    public void cancel() {
        unsubscribed = true;
        core.cancel(CancelCause.SUBSCRIBER);
        signal();
    }

    @Override
    public void signal() {
        if (own()) {
            handOver();
        }
    }

    @Override
    public boolean deliverNow(TokenEvent event) {
        if (!inline || !STATE.compareAndSet(this, FREE, OWNED)) {
            return false;
        }
        core.steps().at(Step.DELIVERY_OWNED);
        owner = Thread.currentThread();
        if (delivered < requested && !backlog.dropped() && !unsubscribed && badRequest == null && backlog.isEmpty()) {
            backlog.countTaken();
            deliver(event);
            owner = null;
            if (!core.ended() && STATE.compareAndSet(this, OWNED, FREE)) {
                return true; // nobody left a note, and whoever ends the stream from now on will
            }
        } else {
            backlog.enqueue(event);
        }
        run();
        return true;
    }

    @Override
    public void whenQuiet(Runnable quiet) {
        if (owner == Thread.currentThread()) {
            quiet.run();
            return;
        }
        quiets.add(quiet);
        if (own()) {
            handOver();
        }
    }

    /** The owner's loop. */
    @Override
    public void run() {
        VirtualMachineError thrown = null;
        do {
            owner = Thread.currentThread();
            STATE.setVolatile(this, OWNED);
            core.steps().at(Step.DELIVERY_OWNED);
            drain();
            core.steps().at(Step.DELIVERY_RELEASES);
            thrown = fatal != null ? fatal : thrown;
            fatal = null;
            owner = null;
        } while (!STATE.compareAndSet(this, OWNED, FREE));
        if (thrown != null) {
            throw thrown;
        }
    }

    /** Becomes the owner, or leaves a note for the one that there is. */
    private boolean own() {
        while (true) {
            int seen = state;
            if (seen == FREE) {
                if (STATE.compareAndSet(this, FREE, OWNED)) {
                    return true;
                }
            } else if (seen == NOTED || STATE.compareAndSet(this, OWNED, NOTED)) {
                return false;
            }
        }
    }

    private void handOver() {
        if (inline) {
            run();
        } else {
            try {
                core.executor().execute(this);
            } catch (RuntimeException | Error e) {
                state = FREE; // or no later signal would find anybody to hand over to
                throw e;
            }
        }
    }

    private void drain() {
        while (true) {
            if (unsubscribed) {
                letGo();
            }
            IllegalArgumentException bad = badRequest;
            if (bad != null) {
                misused(bad);
            }
            if (backlog.dropped() || subscriber == null) {
                backlog.discard();
                tellQuiet();
            }
            if (subscriber == null) {
                return;
            }
            if (delivered >= requested) {
                return;
            }
            TokenEvent event = backlog.dropped() ? null : backlog.take();
            if (event == null) {
                event = core.terminalIfNext();
            }
            if (event == null) {
                return;
            }
            deliver(event);
        }
    }

    private void deliver(TokenEvent event) {
        Flow.Subscriber<? super TokenEvent> target = subscriber;
        if (target == null) {
            return;
        }
        delivered++;
        boolean last = event instanceof TokenEvent.Terminal;
        if (last) {
            letGo();
        }
        core.steps().at(Step.EVENT_LEAVES);
        try {
            target.onNext(event);
            if (last && !unsubscribed) {
                target.onComplete();
            }
        } catch (Throwable thrown) {
            subscriberThrew(target, thrown);
        }
        core.steps().at(Step.EVENT_DELIVERED);
    }

    private void misused(IllegalArgumentException bad) {
        Flow.Subscriber<? super TokenEvent> target = subscriber;
        letGo();
        core.cancel(CancelCause.SUBSCRIBER);
        if (target != null) {
            try {
                target.onError(bad);
            } catch (Throwable thrown) {
                subscriberThrew(target, thrown);
            }
        }
    }

    /** Costs the subscriber its own stream, and nobody else anything (FLW-05). */
    private void subscriberThrew(Flow.Subscriber<? super TokenEvent> target, Throwable thrown) {
        letGo();
        if (thrown instanceof VirtualMachineError error) {
            fatal = error;
        }
        core.fail(
                CancelCause.FAULT,
                WorkerError.builder(
                                ErrorCode.INTERNAL,
                                "the subscriber " + target.getClass().getName() + " threw " + thrown
                                        + ": its stream was cancelled")
                        .cause(thrown)
                        .build());
    }

    private void letGo() {
        code.letGo();
        subscriber = null;
    }

    private void tellQuiet() {
        Runnable quiet = quiets.poll();
        while (quiet != null) {
            quiet.run();
            quiet = quiets.poll();
        }
    }
}
