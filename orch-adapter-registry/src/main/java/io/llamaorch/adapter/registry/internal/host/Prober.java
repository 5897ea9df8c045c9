package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.internal.dispatch.Backoff;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerHealth;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the health of one replica, again and again (HLT-04): at intervals while it is ready, less and less often
 * while it is not, soon after a task has failed on it, and never twice at a time. Now and then it reads what the engine
 * tells about itself.
 *
 * <p>Thread safety: safe for concurrent use; never blocks.
 */
final class Prober {

    /** How old what is known of an engine may become. */
    static final Duration PROPERTIES_AGE = Duration.ofMinutes(1);

    private final Replica replica;
    private final HostSettings settings;
    private final HealthPolicy policy;
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private boolean stopped;
    private boolean looking;

    /** Whether something failed while it looked. */
    private boolean hurried;

    private int failed;
    private long due;
    private long lookedAt;
    private TimeSource.@Nullable Scheduled timer;
    private boolean counted;
    private long countedAt;
    private boolean known;
    private long readAt;

    Prober(Replica replica, HostSettings settings) {
        this.replica = replica;
        this.settings = settings;
        this.policy = settings.policies().health();
    }

    /** Looks now, and from now on. */
    void start() {
        look();
    }

    /** Something failed: looks at once, unless it has just looked, then soon. */
    void hurry() {
        lock.lock();
        try {
            long soon = lookedAt + policy.firstBackoff().toNanos();
            hurried |= looking;
            if (looking || timer == null || due - soon <= 0) {
                return;
            }
            long now = settings.time().nanoTime();
            if (soon - now > 0) {
                arm(Duration.ofNanos(soon - now));
                return;
            }
            lookedAt = now; // for all that fail together
        } finally {
            lock.unlock();
        }
        settings.handOver(this::look);
    }

    /** Whether a failed look counts: however often others look, there are no more failures than there would be without. */
    boolean counts() {
        lock.lock();
        try {
            long now = settings.time().nanoTime();
            boolean counts =
                    !counted || now - countedAt >= policy.firstBackoff().toNanos();
            counted = true;
            countedAt = counts ? now : countedAt;
            return counts;
        } finally {
            lock.unlock();
        }
    }

    /** What is known of the engine is old at once: it is another. */
    void forget() {
        lock.lock();
        try {
            known = false;
        } finally {
            lock.unlock();
        }
    }

    /** Looks no more. */
    void stop() {
        TimeSource.Scheduled armed;
        lock.lock();
        try {
            stopped = true;
            armed = timer;
            timer = null;
        } finally {
            lock.unlock();
        }
        if (armed != null) {
            armed.cancel();
        }
    }

    private void look() {
        TimeSource.Scheduled waiting;
        lock.lock();
        try {
            if (stopped || looking) {
                return;
            }
            looking = true;
            lookedAt = settings.time().nanoTime();
            waiting = timer;
            timer = null;
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.cancel();
        }
        var unused = replica.health().whenComplete((health, failure) -> looked(health));
    }

    private void looked(@Nullable WorkerHealth health) {
        boolean ready = health != null && health.ready();
        boolean mustRead;
        lock.lock();
        try {
            looking = false;
            failed = ready ? 0 : failed + 1;
            Duration wait = !ready
                    ? pause(failed, Optional.ofNullable(health).flatMap(WorkerHealth::retryAfter))
                    : hurried || !replica.isReady() ? policy.firstBackoff() : interval();
            hurried = false;
            mustRead = ready && (!known || settings.time().nanoTime() - readAt >= PROPERTIES_AGE.toNanos());
            arm(wait);
        } finally {
            lock.unlock();
        }
        if (mustRead) {
            readProperties();
        }
    }

    private void readProperties() {
        var unused = replica.properties().thenAccept(result -> {
            if (result instanceof ReplicaResult.Known) {
                lock.lock();
                try {
                    known = true;
                    readAt = settings.time().nanoTime();
                } finally {
                    lock.unlock();
                }
            }
        });
    }

    private Duration interval() {
        double factor = 1 + policy.jitter() * (2 * settings.chance().getAsDouble() - 1);
        return Duration.ofNanos((long) (policy.interval().toNanos() * factor));
    }

    /** Longer each time, or as the engine says within reason; shortened by chance, so that not all come at once. */
    private Duration pause(int count, Optional<Duration> asked) {
        Duration first = policy.firstBackoff();
        Duration longest = policy.longestBackoff();
        long bound = asked.map(wait -> wait.compareTo(first) < 0 ? first : wait)
                .map(wait -> wait.compareTo(longest) > 0 ? longest : wait)
                .map(Duration::toNanos)
                .orElseGet(() -> Backoff.bound(first.toNanos(), longest.toNanos(), count));
        return Duration.ofNanos(
                (long) (bound * (1 - policy.jitter() * settings.chance().getAsDouble())));
    }

    /** Sets when the next look is, in place of what was set. Needs the lock: nobody may find none set that was looked at. */
    private void arm(Duration wait) {
        TimeSource.Scheduled old = timer;
        if (old != null) {
            old.cancel();
        }
        timer = stopped ? null : settings.later(wait, "next look at " + replica.spec(), this::look);
        due = settings.time().nanoTime() + wait.toNanos();
    }
}
