package io.llamaorch.adapter.registry.internal.dispatch;

import dev.failsafe.CircuitBreaker;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;

/**
 * The circuit breaker of one replica (DSP-06). Failsafe counts; when it half opens is told from outside, since Failsafe
 * would look at the system's clock. A half-open breaker lets one trial through at a time.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Breaker {

    /** From this many different jobs in a row an engine's own failure is no caller's fault any more (ERR-03). */
    static final int INTERNAL_COUNTS_FROM = 3;

    /** Failsafe's own delay, which must never end by itself. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    private final CircuitBreaker<Object> counter;
    private boolean trial;
    private int internal;

    /** What a stream that is over says about its replica. */
    public enum Verdict {
        /** It served. */
        GOOD,
        /** It failed. */
        BAD,
        /** Nothing. */
        NONE
    }

    /**
     * Makes a closed one.
     *
     * @param policy when it opens
     */
    public Breaker(BreakerPolicy policy) {
        counter = CircuitBreaker.builder()
                .withFailureThreshold(policy.failures(), policy.window())
                .withSuccessThreshold(1)
                .withDelay(NEVER)
                .build();
    }

    /** {@return its state} */
    public BreakerState state() {
        return switch (counter.getState()) {
            case CLOSED -> BreakerState.CLOSED;
            case OPEN -> BreakerState.OPEN;
            case HALF_OPEN -> BreakerState.HALF_OPEN;
        };
    }

    /** {@return whether a task may begin now} */
    public boolean permits() {
        return counter.isClosed() || (counter.isHalfOpen() && !trial);
    }

    /**
     * A task begins.
     *
     * @return whether it is a trial, which {@link #over} is to be told
     */
    public boolean begin() {
        boolean isTrial = counter.isHalfOpen();
        trial |= isTrial;
        return isTrial;
    }

    /**
     * A task is over.
     *
     * @param wasTrial what {@link #begin} said
     * @param verdict what it says of the replica
     */
    public void over(boolean wasTrial, Verdict verdict) {
        if (wasTrial) {
            trial = false;
        }
        // What began before it opened says nothing about how the replica is now.
        if (counter.isClosed() || (wasTrial && counter.isHalfOpen())) {
            switch (verdict) {
                case GOOD -> counter.recordSuccess();
                case BAD -> counter.recordFailure();
                case NONE -> {}
            }
        }
    }

    /**
     * Judges how a stream ended: only what is the replica's fault counts.
     *
     * @param terminal its last event
     * @return what it says of the replica
     */
    public Verdict judge(TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.End end) {
            boolean cancelled = end.reason() == StopReason.CANCELLED;
            internal = cancelled ? internal : 0;
            return cancelled ? Verdict.NONE : Verdict.GOOD;
        }
        ErrorCode code = ((TokenEvent.Error) terminal).error().code();
        internal = code == ErrorCode.INTERNAL ? internal + 1 : 0;
        return switch (code) {
            case POOL_UNAVAILABLE, WORKER_RESET, DECODE_TIMEOUT, PROTOCOL, UNAUTHORIZED -> Verdict.BAD;
            case INTERNAL -> internal >= INTERNAL_COUNTS_FROM ? Verdict.BAD : Verdict.NONE;
            default -> Verdict.NONE;
        };
    }

    /** It was open for long enough: a trial may begin. */
    public void halfOpen() {
        if (counter.isOpen()) {
            trial = false;
            counter.halfOpen();
        }
    }

    /** The replica's engine is another since: what the old one did counts no more. */
    public void reset() {
        internal = 0;
        trial = false;
        counter.close();
    }
}
