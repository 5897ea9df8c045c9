package io.llamaorch.adapter.registry.internal.dispatch;

import dev.failsafe.CircuitBreaker;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

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

    /** What {@link #begin} says of a task that is no trial. */
    private static final int NO_TRIAL = 0;

    private final BreakerPolicy policy;
    private CircuitBreaker<Object> counter;

    /** The jobs that the engine failed with since it did anything else; no more of them than matter. */
    private final Set<String> internal = new HashSet<>();

    private int trials;

    /** The number of the trial that runs. */
    private int trial = NO_TRIAL;

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
        this.policy = policy;
        this.counter = counter(policy);
    }

    private static CircuitBreaker<Object> counter(BreakerPolicy policy) {
        return CircuitBreaker.builder()
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
        return counter.isClosed() || (counter.isHalfOpen() && trial == NO_TRIAL);
    }

    /**
     * A task begins.
     *
     * @return the number of the trial that it is, or 0; {@link #over} is to be told
     */
    public int begin() {
        if (counter.isHalfOpen()) {
            trial = ++trials;
            return trial;
        }
        return NO_TRIAL;
    }

    /**
     * A task is over.
     *
     * @param begun what {@link #begin} said
     * @param verdict what it says of the replica
     */
    public void over(int begun, Verdict verdict) {
        boolean isTrial = begun != NO_TRIAL && begun == trial;
        if (isTrial) {
            trial = NO_TRIAL;
        }
        // What began before it opened says nothing about how the replica is now.
        if (counter.isClosed() || (isTrial && counter.isHalfOpen())) {
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
     * @param job the job's id
     * @param terminal its last event
     * @return what it says of the replica
     */
    public Verdict judge(String job, TokenEvent.Terminal terminal) {
        if (terminal instanceof TokenEvent.End end) {
            if (end.reason() == StopReason.CANCELLED) {
                return Verdict.NONE;
            }
            internal.clear();
            return Verdict.GOOD;
        }
        ErrorCode code = ((TokenEvent.Error) terminal).error().code();
        if (code != ErrorCode.INTERNAL) {
            internal.clear();
        } else if (internal.size() < INTERNAL_COUNTS_FROM) {
            internal.add(job);
        }
        return switch (code) {
            case POOL_UNAVAILABLE, WORKER_RESET, DECODE_TIMEOUT, PROTOCOL, UNAUTHORIZED -> Verdict.BAD;
            case INTERNAL -> internal.size() >= INTERNAL_COUNTS_FROM ? Verdict.BAD : Verdict.NONE;
            default -> Verdict.NONE;
        };
    }

    /** It was open for long enough: a trial may begin. */
    public void halfOpen() {
        if (counter.isOpen()) {
            trial = NO_TRIAL;
            counter.halfOpen();
        }
    }

    /** The replica's engine is another since: what the old one did counts no more. */
    public void reset() {
        internal.clear();
        trial = NO_TRIAL;
        counter = counter(policy); // to close one that is closed would leave what it has counted
    }
}
