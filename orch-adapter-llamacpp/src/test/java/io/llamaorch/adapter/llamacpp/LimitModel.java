package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.spi.StreamLimits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the rules say of a stream's time limits (TIM-01, TIM-02, FLW-02, FLW-04), in the plainest way: no clock and no
 * timer, only how long each thing has lasted so far. It shares nothing with the code that it judges.
 */
final class LimitModel {

    /** What can end a stream by time. */
    enum Limit {
        FIRST_TOKEN,
        IDLE,
        WHOLE_CALL,
        DEADLINE,
        UNCLAIMED,
        STALLED
    }

    private static final int READ_AHEAD = 32;
    private static final int GO_ON = 8;

    private final StreamLimits limits;
    private final Optional<Duration> deadline;

    private Duration sinceSubmit = Duration.ZERO;

    /** Since the last token, or since submit; rests do not count. */
    private Duration silence = Duration.ZERO;

    /** Since an event was taken, or since the rest began. */
    private Duration sinceTaken = Duration.ZERO;

    private boolean generating;
    private boolean claimed;
    private boolean resting;
    private int waiting;
    private long demand;

    LimitModel(StreamLimits limits, Optional<Duration> deadline) {
        this.limits = limits;
        this.deadline = deadline;
    }

    /** What is left of each limit that runs now. */
    Map<Limit, Duration> left() {
        Map<Limit, Duration> left = new EnumMap<>(Limit.class);
        left.put(Limit.WHOLE_CALL, limits.wholeCall().minus(sinceSubmit));
        deadline.ifPresent(budget -> left.put(Limit.DEADLINE, budget.minus(sinceSubmit)));
        if (!claimed) {
            left.put(Limit.UNCLAIMED, limits.consumer().unclaimed().minus(sinceSubmit));
        }
        if (resting) {
            left.put(Limit.STALLED, limits.consumer().stalled().minus(sinceTaken));
        } else if (generating) {
            left.put(Limit.IDLE, limits.idle().minus(silence));
        } else {
            left.put(Limit.FIRST_TOKEN, limits.firstToken().minus(silence));
        }
        return left;
    }

    void timePasses(Duration by) {
        sinceSubmit = sinceSubmit.plus(by);
        if (resting) {
            sinceTaken = sinceTaken.plus(by);
        } else {
            silence = silence.plus(by);
        }
    }

    /** The engine's count rose. */
    void tokenGenerated() {
        generating = true;
        silence = Duration.ZERO;
    }

    void eventEmitted() {
        waiting++;
        deliver();
        if (!resting && waiting >= READ_AHEAD) {
            resting = true;
            sinceTaken = Duration.ZERO;
        }
    }

    void claimed() {
        claimed = true;
    }

    void requested(long events) {
        demand += events;
        deliver();
    }

    boolean resting() {
        return resting;
    }

    private void deliver() {
        while (demand > 0 && waiting > 0) {
            demand--;
            waiting--;
            sinceTaken = Duration.ZERO;
            resting = resting && waiting > GO_ON;
        }
    }
}
