package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the time limits of one stream with one timer. Tokens only write down when they came; the timer, when it fires,
 * looks which limit is next and waits for that one, so that nothing is scheduled a token.
 */
final class Watchdog {

    /** A limit that can pass. */
    enum Limit {
        FIRST_TOKEN,
        IDLE,
        WHOLE_CALL,
        DEADLINE,
        UNCLAIMED,
        STALLED
    }

    /** As long as differences of times cannot overflow. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final String job;
    private final TimeSource time;
    private final StreamLimits limits;
    private final Consumer<Limit> expired;
    private final long begun;
    private final ReentrantLock lock = new ReentrantLock();

    private volatile long fed;
    private volatile boolean generating;
    private volatile boolean claimed;
    private volatile boolean resting;
    private volatile long restBegan;
    private volatile long taken;

    // Guarded by lock.
    private long hardEnd;
    private Limit hardLimit = Limit.WHOLE_CALL;
    private boolean running;
    private boolean stopped;
    private long armedFor;
    private TimeSource.@Nullable Scheduled timer;

    /**
     * Makes one that does not watch yet.
     *
     * @param job whose limits these are, for whoever asks what a timer is for
     * @param time the clock
     * @param limits the limits
     * @param expired is told which limit passed
     */
    Watchdog(String job, TimeSource time, StreamLimits limits, Consumer<Limit> expired) {
        this.job = job;
        this.time = time;
        this.limits = limits;
        this.expired = expired;
        this.begun = time.nanoTime();
        this.fed = begun;
        this.hardEnd = begun + nanos(limits.wholeCall());
    }

    /** Begins to watch, unless it was stopped; the deadline counts from when this watchdog was made. */
    void start(@Nullable Duration deadline) {
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            if (deadline != null && deadline.compareTo(limits.wholeCall()) <= 0) {
                hardEnd = begun + nanos(deadline);
                hardLimit = Limit.DEADLINE;
            }
            running = true;
            arm();
        } finally {
            lock.unlock();
        }
    }

    /** A token was generated. */
    void feed() {
        fed = time.nanoTime();
        if (!generating) {
            generating = true;
            armAgain();
        }
    }

    /** Somebody subscribed. */
    void claim() {
        claimed = true;
    }

    /** The engine is left unread from now: its limits stand still. */
    void rest() {
        restBegan = time.nanoTime();
        taken = restBegan;
        resting = true;
        armAgain();
    }

    /** The consumer took an event. */
    void take() {
        if (resting) {
            taken = time.nanoTime();
        }
    }

    /** The engine is read again: its limits go on where they stood, or begin anew if it was heard meanwhile. */
    void resume() {
        long now = time.nanoTime();
        long goesOn = fed + (now - restBegan);
        fed = goesOn - now > 0 ? now : goesOn;
        resting = false; // last, or the timer could take the rest for silence
        armAgain();
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            running = false;
            disarm();
        } finally {
            lock.unlock();
        }
    }

    private void armAgain() {
        lock.lock();
        try {
            if (running && nextEnd() - armedFor < 0) {
                arm();
            }
        } finally {
            lock.unlock();
        }
    }

    private void arm() {
        disarm();
        armedFor = nextEnd();
        timer = time.schedule(Duration.ofNanos(armedFor - time.nanoTime()), new Look());
    }

    private void disarm() {
        TimeSource.Scheduled armed = timer;
        timer = null;
        if (armed != null) {
            armed.cancel();
        }
    }

    private void look() {
        Limit passed;
        lock.lock();
        try {
            if (!running) {
                return;
            }
            passed = nextLimit(); // once: a token that comes now must not turn one limit into another
            if (endOf(passed) - time.nanoTime() > 0) {
                arm();
                return;
            }
            running = false;
        } finally {
            lock.unlock();
        }
        expired.accept(passed);
    }

    private long nextEnd() {
        return endOf(nextLimit());
    }

    private Limit nextLimit() {
        Limit next = hardLimit;
        Limit engine = resting ? Limit.STALLED : generating ? Limit.IDLE : Limit.FIRST_TOKEN;
        if (endOf(engine) - endOf(next) < 0) {
            next = engine;
        }
        if (!claimed && endOf(Limit.UNCLAIMED) - endOf(next) < 0) {
            next = Limit.UNCLAIMED;
        }
        return next;
    }

    private long endOf(Limit limit) {
        return switch (limit) {
            case FIRST_TOKEN -> fed + nanos(limits.firstToken());
            case IDLE -> fed + nanos(limits.idle());
            case STALLED -> taken + nanos(limits.consumer().stalled());
            case UNCLAIMED -> begun + nanos(limits.consumer().unclaimed());
            case WHOLE_CALL, DEADLINE -> hardEnd;
        };
    }

    private final class Look implements Runnable {
        @Override
        public void run() {
            look();
        }

        @Override
        public String toString() {
            return "limits of " + job;
        }
    }

    private static long nanos(Duration limit) {
        return limit.compareTo(FOREVER) < 0 ? limit.toNanos() : FOREVER.toNanos();
    }
}
