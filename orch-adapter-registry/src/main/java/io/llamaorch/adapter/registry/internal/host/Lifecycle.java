package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What is known of whether a replica takes work. A state and its reason change together, and CLOSED is for ever.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Readiness {

    /** How often, while tasks come, a replica that is not ready is looked at. */
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    private final TimeSource time;
    private final AtomicReference<Now> now = new AtomicReference<>(new Now(ReplicaState.READY, "", 0));
    private final AtomicLong lookedAt;
    private volatile long failedAt;

    /**
     * A state.
     *
     * @param state the state
     * @param reason what put it there
     * @param failures how often it was found not ready: a success that began before the latest one proves nothing
     */
    record Now(ReplicaState state, String reason, int failures) {}

    Readiness(TimeSource time) {
        this.time = time;
        this.failedAt = time.nanoTime();
        this.lookedAt = new AtomicLong(failedAt);
    }

    Now now() {
        return Objects.requireNonNull(now.get());
    }

    boolean is(ReplicaState state) {
        return now().state == state;
    }

    /** When a task last found it not ready, on the scale of the clock. */
    long failedAt() {
        return failedAt;
    }

    /** Whether somebody should look at it again; true for one caller each time. */
    boolean claimLook() {
        long last = lookedAt.get();
        long nanos = time.nanoTime();
        return is(ReplicaState.UNREADY)
                && nanos - last >= LOOK_INTERVAL.toNanos()
                && lookedAt.compareAndSet(last, nanos);
    }

    /** A health check found it ready; says whether that is news. */
    boolean foundReady() {
        Now before = Objects.requireNonNull(now.getAndUpdate(
                was -> was.state == ReplicaState.UNREADY ? new Now(ReplicaState.READY, "", was.failures) : was));
        return before.state == ReplicaState.UNREADY;
    }

    /** A task ended well that began when there had been so many failures; says whether that makes it ready again. */
    boolean served(int failuresBefore) {
        Now was = now();
        return was.state == ReplicaState.UNREADY
                && was.failures == failuresBefore
                && now.compareAndSet(was, new Now(ReplicaState.READY, "", was.failures));
    }

    /** A health check found it not ready; says whether that is news. */
    boolean foundUnready(String why) {
        Now before = Objects.requireNonNull(now.getAndUpdate(
                was -> was.state == ReplicaState.CLOSED ? was : new Now(ReplicaState.UNREADY, why, was.failures + 1)));
        boolean news = before.state == ReplicaState.READY;
        if (news) {
            failedAt = time.nanoTime();
            lookedAt.set(failedAt);
        }
        return news;
    }

    /** A task was refused or found nobody; says whether that is news. */
    boolean refused(String why) {
        boolean news = foundUnready(why);
        failedAt = time.nanoTime();
        return news;
    }

    void closed() {
        now.updateAndGet(was -> new Now(ReplicaState.CLOSED, "it was unbound", was.failures));
    }
}
