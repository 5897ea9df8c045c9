package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TokenEvent;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the producer and the consumer: the waiting events, who the consumer is, and whether the producer
 * should rest (FLW-02).
 */
final class Backlog {

    /** So many waiting events make the producer rest. */
    static final int READ_AHEAD = 32;

    /** So few make it go on. */
    static final int GO_ON = 8;

    /** One read of 16 KiB cannot hold as many events. */
    static final int OVERRUN = READ_AHEAD + 16_384;

    /** Whether the producer rests. */
    private enum Rest {
        NONE,
        RESTING,
        /** The rest is over for the limits too in a moment; until then the producer still rests. */
        ENDING
    }

    private final EventQueue queue = new EventQueue();
    private final Watchdog watchdog;
    private final Step.Listener steps;
    private final Consumer<Throwable> fault;
    private final AtomicReference<@Nullable Claim> claim = new AtomicReference<>();
    private final AtomicReference<Rest> rest = new AtomicReference<>(Rest.NONE);
    private volatile boolean dropped;
    private volatile boolean ended;

    /** How many events the consumer took; written by the consumer only. */
    private volatile long taken;

    private volatile long put;
    private volatile Runnable onDemand = Backlog::nothing;
    private volatile @Nullable Thread waiting;

    /** Makes an empty one; the fault is told what {@code onDemand} throws. */
    Backlog(Watchdog watchdog, Step.Listener steps, Consumer<Throwable> fault) {
        this.watchdog = watchdog;
        this.steps = steps;
        this.fault = fault;
    }

    boolean claimFor(Claim consumer) {
        return claim.compareAndSet(null, consumer);
    }

    @Nullable
    Claim claim() {
        return claim.get();
    }

    void put(TokenEvent event) {
        Claim consumer = claim.get();
        if (consumer == null || !consumer.deliverNow(event)) {
            enqueue(event);
            consumer = claim.get();
            if (consumer != null) {
                consumer.signal();
            }
        }
    }

    /** Adds an event behind those that wait, without telling the consumer. */
    void enqueue(TokenEvent event) {
        queue.offer(event);
    }

    /** Takes the oldest event; null if none waits. Consumer only. */
    @Nullable
    TokenEvent take() {
        TokenEvent event = queue.poll();
        if (event != null) {
            countTaken();
        }
        return event;
    }

    /** Forgets what waits. Consumer only. */
    void discard() {
        while (queue.poll() != null) {
            // let it go
        }
    }

    /** Counts an event as taken, and lets a resting producer go on if few enough wait. Consumer only. */
    void countTaken() {
        long now = taken + 1;
        taken = now;
        if (rest.get() == Rest.RESTING) {
            watchdog.take();
            if (put - now <= GO_ON && endRest() && !ended) {
                goOn();
            }
        }
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    long taken() {
        return taken;
    }

    /** Whether the producer, having put so many events, may put more at once. */
    boolean mayGoOn(long putSoFar) {
        put = putSoFar;
        if (rest.get() != Rest.NONE) {
            return false;
        }
        if (putSoFar - taken < READ_AHEAD) {
            return true;
        }
        watchdog.rest();
        rest.set(Rest.RESTING);
        return putSoFar - taken <= GO_ON && endRest();
    }

    boolean resting() {
        return rest.get() != Rest.NONE;
    }

    /** What waits, and what is being put, will not be delivered. */
    void drop() {
        dropped = true;
    }

    boolean dropped() {
        return dropped;
    }

    /** The stream has its terminal event. */
    void ended() {
        ended = true;
        onDemand = Backlog::nothing;
        LockSupport.unpark(waiting);
        Claim consumer = claim.get();
        if (consumer != null) {
            consumer.signal();
        }
    }

    void onDemand(Runnable callback) {
        onDemand = callback;
        if (ended) {
            onDemand = Backlog::nothing;
        }
    }

    /** Blocks the producer while it should rest; false if the stream ended. */
    boolean await(Object blocker) throws InterruptedException {
        waiting = Thread.currentThread();
        try {
            while (resting() && !ended) {
                LockSupport.park(blocker);
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for demand");
                }
            }
        } finally {
            waiting = null;
        }
        return !ended;
    }

    /** Whether the producer put so much more than anybody took that it cannot have rested at all. */
    boolean overrun() {
        return put - taken > OVERRUN;
    }

    /** Ends the rest, first for the limits, then for the producer, which may at once begin the next. */
    private boolean endRest() {
        if (!rest.compareAndSet(Rest.RESTING, Rest.ENDING)) {
            return false;
        }
        steps.at(Step.PRODUCER_GOES_ON);
        watchdog.resume();
        rest.set(Rest.NONE);
        return true;
    }

    private static void nothing() {}

    private void goOn() {
        LockSupport.unpark(waiting);
        try {
            onDemand.run();
        } catch (Throwable thrown) { // not thrown on, not even by a fault of the JVM: the event in hand would be lost
            fault.accept(thrown);
        }
    }
}
