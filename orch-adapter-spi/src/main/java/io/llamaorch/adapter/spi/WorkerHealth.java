package io.llamaorch.adapter.spi;

import io.llamaorch.adapter.spi.internal.OneLine;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a health check found (HLT-01).
 *
 * <p>Thread safety: immutable.
 */
public final class WorkerHealth {

    private final Status status;
    private final boolean live;
    private final boolean ready;
    private final boolean absent;
    private final String reason;
    private final @Nullable ErrorCode code;
    private final @Nullable Duration retryAfter;

    private WorkerHealth(
            Status status,
            boolean live,
            boolean ready,
            boolean absent,
            String reason,
            @Nullable ErrorCode code,
            @Nullable Duration retryAfter) {
        this.status = status;
        this.live = live;
        this.ready = ready;
        this.absent = absent;
        this.reason = OneLine.of(reason);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /**
     * The engine answers and takes work.
     *
     * @param reason what was seen
     * @return live and ready
     */
    public static WorkerHealth healthy(String reason) {
        return new WorkerHealth(Status.HEALTHY, true, true, false, reason, null, null);
    }

    /**
     * The engine lives and will take work, but not now, as while it loads its model.
     *
     * @param reason what was seen
     * @param retryAfter when to look again
     * @return live and not ready
     */
    public static WorkerHealth degraded(String reason, Duration retryAfter) {
        return new WorkerHealth(
                Status.DEGRADED,
                true,
                false,
                false,
                reason,
                ErrorCode.POOL_UNREADY,
                Objects.requireNonNull(retryAfter));
    }

    /**
     * The engine did not answer in time, but streams to us: it has much to do, which is no illness (HLT-03).
     *
     * @param reason what was seen
     * @return degraded, live, and ready
     */
    public static WorkerHealth busy(String reason) {
        return new WorkerHealth(Status.DEGRADED, true, true, false, reason, null, null);
    }

    /**
     * The engine does not take work.
     *
     * @param code why: {@link ErrorCode#POOL_UNAVAILABLE} if it cannot be reached, {@link ErrorCode#UNAUTHORIZED} if
     *     it refused the credential
     * @param reason what was seen
     * @return not ready, and live only if it answered at all
     */
    public static WorkerHealth unhealthy(ErrorCode code, String reason) {
        boolean answered = code != ErrorCode.POOL_UNAVAILABLE && code != ErrorCode.DECODE_TIMEOUT;
        return new WorkerHealth(Status.UNHEALTHY, answered, false, false, reason, Objects.requireNonNull(code), null);
    }

    /**
     * No process listens where the engine should be: its connections are refused, so whatever it worked on is gone. Where
     * something else stands in between, or that is not certain, {@link #unhealthy} with
     * {@link ErrorCode#POOL_UNAVAILABLE} is right: a host takes this for the end of the engine's tasks and caches.
     *
     * @param reason what was seen
     * @return neither live nor ready, with {@link ErrorCode#POOL_UNAVAILABLE}
     */
    public static WorkerHealth absent(String reason) {
        return new WorkerHealth(Status.UNHEALTHY, false, false, true, reason, ErrorCode.POOL_UNAVAILABLE, null);
    }

    /** {@return the verdict} */
    public Status status() {
        return status;
    }

    /** {@return whether the engine answers at all} */
    public boolean live() {
        return live;
    }

    /** {@return whether it takes work now} */
    public boolean ready() {
        return ready;
    }

    /** {@return whether no process listens where the engine should be} */
    public boolean absent() {
        return absent;
    }

    /** {@return what was seen, in one line} */
    public String reason() {
        return reason;
    }

    /** {@return the code that a task would fail with now} */
    public Optional<ErrorCode> code() {
        return Optional.ofNullable(code);
    }

    /** {@return when to look again} */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    @Override
    public String toString() {
        return status + " (" + reason + ")";
    }

    /** The verdict. */
    public enum Status {
        /** Takes work. */
        HEALTHY,
        /** Lives, and takes work more slowly than it should, or not yet. */
        DEGRADED,
        /** Takes no work until something changes. */
        UNHEALTHY
    }
}
