package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.TokenEvent;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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

    private final EventQueue queue = new EventQueue();
    private final Watchdog watchdog;
    private final AtomicReference<@Nullable Claim> claim = new AtomicReference<>();
    private final AtomicBoolean resting = new AtomicBoolean();
    private volatile boolean dropped;
    private volatile boolean ended;

    /** How many events the consumer took; written by the consumer only. */
    private volatile long taken;

    private volatile long put;
    private volatile Runnable onDemand = () -> {};
    private volatile @Nullable Thread waiting;

    Backlog(Watchdog watchdog) {
        this.watchdog = watchdog;
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

    /** Counts an event as taken, and lets a resting producer go on if few enough wait. Consumer only. */
    void countTaken() {
        long now = taken + 1;
        taken = now;
        if (resting.get()) {
            watchdog.take();
            goOnIfFew();
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
        if (putSoFar - taken < READ_AHEAD) {
            return !resting.get();
        }
        if (!resting.get()) {
            watchdog.rest();
            resting.set(true);
            if (putSoFar - taken <= GO_ON && resting.compareAndSet(true, false)) {
                watchdog.resume();
                return true;
            }
        }
        return false;
    }

    boolean resting() {
        return resting.get();
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
        LockSupport.unpark(waiting);
        Claim consumer = claim.get();
        if (consumer != null) {
            consumer.signal();
        }
    }

    void onDemand(Runnable callback) {
        onDemand = callback;
    }

    /** Blocks the producer while it should rest; false if the stream ended. */
    boolean await(Object blocker) throws InterruptedException {
        waiting = Thread.currentThread();
        try {
            while (resting.get() && !ended) {
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

    private void goOnIfFew() {
        if (put - taken <= GO_ON && resting.compareAndSet(true, false)) {
            watchdog.resume();
            LockSupport.unpark(waiting);
            if (!ended) {
                onDemand.run();
            }
        }
    }
}
