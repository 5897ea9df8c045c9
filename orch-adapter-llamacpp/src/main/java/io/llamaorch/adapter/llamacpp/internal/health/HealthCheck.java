package io.llamaorch.adapter.llamacpp.internal.health;

import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.codec.HealthAnswer;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One health check: {@code /health}, which needs no credential and says only that the process serves, then
 * {@code /props}, which tells whether the credential is accepted.
 *
 * <p>Thread safety: used by one check; its callbacks are serial.
 */
public final class HealthCheck {

    /** When to look again while a model loads: seconds for a small one, minutes for a large one. */
    private static final Duration LOADING_RETRY = Duration.ofSeconds(1);

    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final EngineQueries queries;
    private final KnownFacts facts;
    private final Failures failures;
    private final TimeSource time;
    private final Duration limit;
    private final BooleanSupplier streaming;

    /**
     * Makes a check.
     *
     * @param queries asks the engine
     * @param facts learns what the engine tells on the way
     * @param failures how failures are told
     * @param time the clock
     * @param limit how long the whole check may take
     * @param streaming whether any stream of ours received bytes lately, which tells busy from dead (HLT-03)
     */
    public HealthCheck(
            EngineQueries queries,
            KnownFacts facts,
            Failures failures,
            TimeSource time,
            Duration limit,
            BooleanSupplier streaming) {
        this.queries = queries;
        this.facts = facts;
        this.failures = failures;
        this.time = time;
        this.limit = limit;
        this.streaming = streaming;
    }

    /**
     * Begins the check.
     *
     * @param verdict is given what was found, once, on the I/O thread or, if that is gone, on this one
     */
    public void begin(Consumer<WorkerHealth> verdict) {
        long begun = time.nanoTime();
        ExchangeListener listener = new ExchangeListener() {
            @Override
            public void onAnswer(ResponseHead head, byte[] body) {
                if (head.status() == OK && HealthAnswer.isWell(body)) {
                    checkCredential(limit.minusNanos(time.nanoTime() - begun), verdict);
                } else {
                    verdict.accept(notWell(head, body));
                }
            }

            @Override
            public void onFailure(WireFailure failure) {
                verdict.accept(unreached(failure));
            }
        };
        try {
            queries.health(listener);
        } catch (WorkerException e) {
            verdict.accept(WorkerHealth.unhealthy(e.error().code(), e.error().message()));
        }
    }

    private void checkCredential(Duration left, Consumer<WorkerHealth> verdict) {
        if (left.isNegative() || left.isZero()) {
            verdict.accept(WorkerHealth.healthy("ok; no time was left to read its properties"));
            return;
        }
        queries.facts(left, new EngineQueries.Reply<>() {
            @Override
            public void answer(EngineFacts value) {
                facts.learn(value);
                verdict.accept(WorkerHealth.healthy("ok"));
            }

            @Override
            public void failure(WorkerError error) {
                verdict.accept(
                        switch (error.code()) {
                            case UNAUTHORIZED -> WorkerHealth.unhealthy(error.code(), error.message());
                            case POOL_UNREADY -> loading(error);
                            default -> WorkerHealth.healthy("ok; its properties were not read: " + error.message());
                        });
            }
        });
    }

    private WorkerHealth notWell(ResponseHead head, byte[] body) {
        if (head.status() == OK) {
            WorkerError error = failures.protocol("something other than its health to GET /health", "");
            return WorkerHealth.unhealthy(error.code(), error.message());
        }
        WorkerError error = failures.answer(head, body);
        if (head.status() == UNAVAILABLE
                && EngineError.in(body).filter(EngineError::isEnvelope).isPresent()) {
            return loading(error);
        }
        return WorkerHealth.unhealthy(error.code(), error.message());
    }

    private WorkerHealth unreached(WireFailure failure) {
        WorkerError error = failures.wire(failure);
        if (failure.kind() == WireFailure.Kind.REFUSED || failure.kind() == WireFailure.Kind.RESET) {
            facts.forget();
        }
        if (failure.kind() == WireFailure.Kind.REFUSED) {
            return WorkerHealth.absent(error.message());
        }
        boolean silent =
                failure.kind() == WireFailure.Kind.TIMEOUT || failure.kind() == WireFailure.Kind.CONNECT_TIMEOUT;
        if (silent && streaming.getAsBoolean()) {
            return WorkerHealth.busy("busy: it did not answer in time, but streams to us");
        }
        ErrorCode code = error.code() == ErrorCode.WORKER_RESET ? ErrorCode.POOL_UNAVAILABLE : error.code();
        return WorkerHealth.unhealthy(code, error.message());
    }

    private static WorkerHealth loading(WorkerError error) {
        return WorkerHealth.degraded(error.message(), error.retryAfter().orElse(LOADING_RETRY));
    }
}
