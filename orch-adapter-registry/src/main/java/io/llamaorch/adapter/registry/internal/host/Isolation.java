package io.llamaorch.adapter.registry.internal.host;

import io.llamaorch.adapter.registry.BreakerMove;
import io.llamaorch.adapter.registry.BreakerState;
import io.llamaorch.adapter.registry.internal.dispatch.Breaker;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;

/**
 * Keeps replicas out of the choice for a while: those on which too many tasks fail (DSP-06), and those whose engine asked
 * to be left alone (DSP-05).
 *
 * <p>Thread safety: guarded by the lock of the pool's {@link Dispatch}.
 */
final class Isolation {

    private final Dispatch dispatch;
    private final HostSettings settings;

    Isolation(Dispatch dispatch, HostSettings settings) {
        this.dispatch = dispatch;
        this.settings = settings;
    }

    /** A stream is over: what that says about its replica. */
    Breaker.Verdict over(Attempt attempt, TokenEvent.Terminal terminal, Effects effects) {
        Seat seat = attempt.seat();
        Breaker.Verdict verdict = seat.breaker().judge(attempt.run().request().jobId(), terminal);
        count(seat, attempt.terms().trial(), verdict, effects);
        if (terminal instanceof TokenEvent.Error failure && failure.error().code() == ErrorCode.ADMISSION_REJECT) {
            failure.error().retryAfter().ifPresent(asked -> rest(seat, asked, effects));
        }
        return verdict;
    }

    /** A trial began to answer: that is enough, for its end may be minutes away. */
    void answered(Attempt attempt, Effects effects) {
        count(attempt.seat(), attempt.terms().trial(), Breaker.Verdict.GOOD, effects);
    }

    private void count(Seat seat, int trial, Breaker.Verdict verdict, Effects effects) {
        BreakerState before = seat.breaker().state();
        seat.breaker().over(trial, verdict);
        moved(
                seat,
                before,
                verdict == Breaker.Verdict.GOOD
                        ? "a trial went well"
                        : before == BreakerState.HALF_OPEN ? "a trial failed" : "too many tasks failed on it",
                effects);
    }

    /** A replica's engine is another since. */
    void renewed(Seat seat, long epoch, Effects effects) {
        BreakerState before = seat.breaker().state();
        seat.renew(epoch);
        moved(seat, before, "its engine came back", effects);
    }

    private void moved(Seat seat, BreakerState before, String cause, Effects effects) {
        BreakerState now = seat.breaker().state();
        if (now == before) {
            return;
        }
        settings.announcements().add(new BreakerMove(seat.replica().spec(), before, now, cause));
        effects.add(settings.announcements()::tell);
        if (now == BreakerState.OPEN) {
            int opening = seat.opened();
            effects.add(() -> seat.timers()
                    .later(
                            settings.policies().breaker().openFor(),
                            "open breaker of " + seat.replica().spec(),
                            () -> halfOpen(seat, opening)));
        }
    }

    private void halfOpen(Seat seat, int opening) {
        dispatch.change(seat, effects -> {
            if (seat.openings() != opening) {
                return; // it was closed meanwhile, and opened again not long ago
            }
            BreakerState before = seat.breaker().state();
            seat.breaker().halfOpen();
            moved(seat, before, "it was open for long enough", effects);
        });
    }

    private void rest(Seat seat, Duration asked, Effects effects) {
        Duration ceiling = settings.policies().retry().retryAfterCeiling();
        Duration rest = asked.compareTo(ceiling) > 0 ? ceiling : asked;
        seat.restUntil(settings.time().nanoTime() + rest.toNanos());
        effects.add(() -> seat.timers()
                .later(
                        rest,
                        "rest of " + seat.replica().spec(),
                        () -> dispatch.change(
                                seat, ended -> seat.rested(settings.time().nanoTime()))));
    }
}
