package io.llamaorch.adapter.tck.internal.mock;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What the adapter tells about the engine: an engine that is silent is waited for, by the adapter's clock, and nothing is
 * taken or woken by asking.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class MockHealth {

    private static final Duration BUSY_RETRY = Duration.ofSeconds(1);

    private final MockEngine engine;
    private final AdapterConfig config;
    private final MockOptions options;
    private final RunningStreams streams;
    private final MockQuestions questions;
    private volatile long lastHeard;
    private volatile boolean heard;

    MockHealth(MockEngine engine, AdapterConfig config, MockOptions options, RunningStreams streams) {
        this.engine = engine;
        this.config = config;
        this.options = options;
        this.streams = streams;
        questions = new MockQuestions(config.timeSource(), config.deliveryExecutor(), options.healthTimeout());
    }

    /** A stream got something from the engine. */
    void heard() {
        lastHeard = config.timeSource().nanoTime();
        heard = true;
    }

    CompletionStage<WorkerHealth> health() {
        return ask(
                () -> WorkerHealth.healthy(
                        engine.sleeps() ? "the mock sleeps: a task wakes it" : "the mock is always there"),
                MockHealth::verdict,
                () -> streamsAreAlive()
                        ? WorkerHealth.degraded("busy: it did not answer in time, but streams to us", BUSY_RETRY)
                        : WorkerHealth.unhealthy(
                                ErrorCode.DECODE_TIMEOUT, silence().message()));
    }

    CompletionStage<WorkerProperties> properties() {
        return ask(() -> WorkerProperties.builder()
                .engineVersion(MockAdapterFactory.version())
                .modelNames(List.of(MockEngine.MODEL))
                .slots(engine.slots())
                .freeSlots(Math.max(0, engine.slots() - streams.count()))
                .build());
    }

    /** Asks for something that is there, or the stage fails. */
    <T> CompletionStage<T> ask(Supplier<T> well) {
        return ask(
                well,
                error -> {
                    throw failure(error);
                },
                () -> {
                    throw failure(silence());
                });
    }

    /** With what a stage fails. */
    WorkerException failure(WorkerError error) {
        return new WorkerException(named(error));
    }

    /** Fails every question that waits, and every later one. */
    void close() {
        questions.close();
    }

    private interface Failed<T> {
        T with(WorkerError error);
    }

    private <T> CompletionStage<T> ask(Supplier<T> well, Failed<T> failed, Supplier<T> silent) {
        Optional<MockMishap> obstacle = engine.obstacle(config.token());
        if (obstacle.isEmpty()) {
            return questions.answer(well);
        }
        return obstacle.get()
                .error()
                .map(error -> questions.answer(() -> failed.with(error)))
                .orElseGet(() -> questions.answerAtLast(silent));
    }

    private static WorkerHealth verdict(WorkerError error) {
        return switch (error.code()) {
            case POOL_UNREADY ->
                WorkerHealth.degraded(error.message(), error.retryAfter().orElse(BUSY_RETRY));
            case WORKER_RESET -> WorkerHealth.unhealthy(ErrorCode.POOL_UNAVAILABLE, error.message());
            default -> WorkerHealth.unhealthy(error.code(), error.message());
        };
    }

    private WorkerError silence() {
        return WorkerError.of(
                ErrorCode.DECODE_TIMEOUT,
                "the mock did not answer within " + options.healthTimeout().toMillis()
                        + " ms, as it was told: take that fault away from it");
    }

    private WorkerError named(WorkerError error) {
        return new MockRedaction(config.token())
                .of(error).toBuilder()
                        .engine(MockAdapterFactory.ENGINE)
                        .replica(config.replica())
                        .build();
    }

    private boolean streamsAreAlive() {
        TimeSource time = config.timeSource();
        return heard
                && streams.count() > 0
                && time.nanoTime() - lastHeard <= options.limits().idle().toNanos();
    }
}
