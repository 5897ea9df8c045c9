package com.example.myengine;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/**
 * The engine as the adapter sees it: how to reach it, what it told of itself, and questions to it.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Engine implements AutoCloseable {

    /** How long a task waits to learn the model's name (EVT-07). */
    private static final Duration BESIDE_A_TASK = Duration.ofMillis(250);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final AdapterConfig config;
    private final Endpoint endpoint;
    private final Duration connectLimit;
    private final Duration healthLimit;
    private final Duration idleLimit;
    private final Map<CompletableFuture<?>, HttpExchange> questions = new ConcurrentHashMap<>();
    private volatile List<String> models = List.of();
    private volatile String version = "";
    private volatile Optional<Long> heardAt = Optional.empty();
    private volatile boolean closed;

    Engine(AdapterConfig config, OptionValues options) {
        this.config = config;
        endpoint = Endpoint.of(config);
        connectLimit = options.duration("connect-timeout");
        healthLimit = options.duration("health-timeout");
        idleLimit = options.duration("idle-timeout");
    }

    /** A thread that ends with its task, and keeps no JVM alive. */
    static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * An exchange that is not connected yet.
     *
     * @throws WorkerException if the token cannot be had; what its source says of it is not repeated
     */
    HttpExchange exchange() {
        try {
            return new HttpExchange(endpoint, config.token().map(Secret::reveal));
        } catch (RuntimeException e) {
            throw new WorkerException(WorkerError.of(
                    ErrorCode.UNAUTHORIZED, "the token cannot be read: see the file or program that gives it"));
        }
    }

    TimeSource clock() {
        return config.timeSource();
    }

    Duration connectLimit() {
        return connectLimit;
    }

    /** What a stream brought: a sign of life, for probes that the engine is too busy to answer (HLT-03). */
    void heard() {
        heardAt = Optional.of(clock().nanoTime());
    }

    /** The engine's build, once an answer has told it. */
    Optional<String> version() {
        return Optional.of(version).filter(known -> !known.isEmpty());
    }

    void version(String told) {
        version = told.isEmpty() ? version : told;
    }

    /** It may be another engine that answers next. */
    void forget() {
        models = List.of();
        version = "";
    }

    /** The names of the models that it serves; asked for unless they are known; empty if it does not tell in time. */
    List<String> models() {
        try {
            return models.isEmpty() ? ask(BESIDE_A_TASK).join() : models;
        } catch (CompletionException e) {
            return List.of();
        }
    }

    CompletionStage<WorkerHealth> health() {
        return stage(
                (names, thrown) -> thrown.map(this::ill).orElseGet(() -> WorkerHealth.healthy("it serves " + names)));
    }

    CompletionStage<WorkerProperties> properties() {
        return stage((names, thrown) -> {
            if (thrown.isPresent()) {
                throw new WorkerException(thrown.get());
            }
            WorkerProperties.Builder properties = WorkerProperties.builder();
            if (!names.isEmpty()) {
                properties.modelNames(names);
            }
            version().ifPresent(properties::engineVersion);
            return properties.build();
        });
    }

    private WorkerHealth ill(WorkerError error) {
        boolean streams = heardAt.filter(at -> clock().nanoTime() - at < idleLimit.toNanos())
                .isPresent();
        return switch (error.code()) {
            case POOL_UNREADY ->
                WorkerHealth.degraded(error.message(), error.retryAfter().orElse(LOOK_AGAIN));
            case ADMISSION_REJECT -> WorkerHealth.busy(error.message());
            case DECODE_TIMEOUT ->
                streams
                        ? WorkerHealth.busy("it does not answer, but streams")
                        : WorkerHealth.unhealthy(error.code(), error.message());
            default -> WorkerHealth.unhealthy(error.code(), error.message());
        };
    }

    private <T> CompletionStage<T> stage(BiFunction<List<String>, Optional<WorkerError>, T> told) {
        return ask(healthLimit)
                .handleAsync(
                        (names, thrown) -> {
                            if (thrown == null) {
                                return told.apply(names, Optional.empty());
                            }
                            if (thrown instanceof WorkerException known) {
                                return told.apply(List.of(), Optional.of(known.error()));
                            }
                            throw new CompletionException(thrown);
                        },
                        config.deliveryExecutor())
                .minimalCompletionStage();
    }

    /** Asks for the models: that costs no token, takes no slot, wakes nobody, and needs the token. */
    private CompletableFuture<List<String>> ask(Duration limit) {
        CompletableFuture<List<String>> answer = new CompletableFuture<>();
        HttpExchange exchange;
        try {
            exchange = exchange();
        } catch (WorkerException e) {
            return CompletableFuture.failedFuture(e);
        }
        questions.put(answer, exchange);
        TimeSource.Scheduled alarm =
                clock().schedule(limit, () -> answer.completeExceptionally(silence(exchange, limit)));
        if (closed) {
            answer.completeExceptionally(closed());
        }
        start("myengine-models", () -> read(exchange, answer));
        answer.whenComplete((names, thrown) -> {
            alarm.cancel();
            exchange.cut();
            questions.remove(answer);
        });
        return answer;
    }

    private void read(HttpExchange exchange, CompletableFuture<List<String>> told) {
        try (exchange) {
            exchange.connect();
            HttpAnswer answer = exchange.get("/v1/models");
            if (answer.status() != 200) {
                throw new WorkerException(Failures.of(answer, answer.text(), exchange));
            }
            List<String> names = new ArrayList<>();
            for (Object model : Json.list(Json.object(answer.text()), "data")) {
                names.add(Json.text(model instanceof Map<?, ?> known ? known : Map.of(), "id"));
            }
            models = List.copyOf(names);
            told.complete(models);
        } catch (IOException e) {
            told.completeExceptionally(new WorkerException(Failures.of(e, exchange)));
        } catch (RuntimeException e) {
            told.completeExceptionally(e);
        }
    }

    private static WorkerException silence(HttpExchange exchange, Duration limit) {
        return new WorkerException(
                exchange.connected()
                        ? WorkerError.of(
                                ErrorCode.DECODE_TIMEOUT,
                                "no answer within " + limit + ": see whether the engine has too much to do")
                        : Failures.unreachable(limit));
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the adapter is closed: create a new one");
    }

    @Override
    public void close() {
        closed = true;
        questions.keySet().forEach(question -> question.completeExceptionally(closed()));
    }
}
