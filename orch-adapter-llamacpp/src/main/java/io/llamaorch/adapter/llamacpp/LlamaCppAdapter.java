package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.llamacpp.internal.capabilities.EngineCalls;
import io.llamaorch.adapter.llamacpp.internal.capabilities.ServerCapabilities;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.HealthCheck;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.health.PropertiesQuery;
import io.llamaorch.adapter.llamacpp.internal.slots.CancelProofs;
import io.llamaorch.adapter.llamacpp.internal.slots.SessionLimits;
import io.llamaorch.adapter.llamacpp.internal.slots.SlotLedger;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.Endpoint;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.llamacpp.internal.wire.SocketTransport;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.OptionSpec;
import io.llamaorch.adapter.spi.OptionValues;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One llama.cpp server. */
final class LlamaCppAdapter implements WorkerAdapter {

    private final RunningStreams streams;
    private final Engine engine;
    private final Executor executor;
    private final Duration healthLimit;
    private final Solitude solitude;
    private final String replica;
    private final ServerCapabilities capabilities;

    private LlamaCppAdapter(
            AdapterConfig config, OptionValues options, Endpoint endpoint, TlsOptions tls, SharedLoop loop) {
        StreamLimits limits = StreamLimits.from(options);
        TimeSource time = config.timeSource();
        executor = config.deliveryExecutor();
        healthLimit = options.duration(LlamaCppAdapterFactory.HEALTH_TIMEOUT);
        streams = RunningStreams.create(LlamaCppAdapterFactory.ENGINE, config, limits);
        Transport transport = new SocketTransport(endpoint, tls, loop, time);
        Failures failures = new Failures(endpoint.toString(), config.token());
        EngineQueries queries = new EngineQueries(
                transport,
                config.token(),
                failures,
                options.duration(LlamaCppAdapterFactory.CONNECT_TIMEOUT),
                healthLimit);
        KnownFacts facts = new KnownFacts(queries, time);
        LastBytes lastBytes = new LastBytes(time, limits.idle());
        CancelProofs proofs = new CancelProofs(queries, facts, time);
        boolean exclusive = options.flag(LlamaCppAdapterFactory.EXCLUSIVE);
        SlotLedger ledger = new SlotLedger(
                time,
                new SessionLimits(
                        options.duration(LlamaCppAdapterFactory.SESSION_IDLE),
                        options.integer(LlamaCppAdapterFactory.SESSION_TURNS)),
                exclusive,
                facts::slots);
        facts.whenForgotten(ledger::engineLost);
        engine = new Engine(transport, queries, facts, failures, lastBytes, proofs, ledger, time, exclusive);
        solitude = new Solitude(exclusive, streams, proofs);
        replica = config.replica();
        capabilities = new ServerCapabilities(
                new EngineCalls(
                        transport,
                        queries,
                        failures,
                        options.duration(LlamaCppAdapterFactory.REQUEST_TIMEOUT),
                        LlamaCppAdapterFactory.REQUEST_TIMEOUT),
                this::answered,
                facts,
                ledger);
    }

    static LlamaCppAdapter create(AdapterConfig config, List<OptionSpec> specs, SharedLoop loop) {
        List<String> faults = new ArrayList<>();
        OptionValues options = attempt(() -> OptionValues.read(specs, config.options()), faults);
        Endpoint endpoint = attempt(
                () -> Endpoint.parse(config.url()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "no URL: give the server's base URL, such as http://127.0.0.1:8080"))),
                faults);
        TlsOptions tls = attempt(
                () -> {
                    if (endpoint != null && !endpoint.isTls()) {
                        TlsOptions.refuse(config.options());
                    }
                    return TlsOptions.read(config.options());
                },
                faults);
        if (options == null || endpoint == null || tls == null) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return new LlamaCppAdapter(config, options, endpoint, tls, loop);
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return streams.open(
                task,
                emitter -> solitude.refusal(task, emitter)
                        .ifPresentOrElse(emitter::refused, () -> CompletionRun.begin(task, emitter, engine)));
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        return stage(result -> new HealthCheck(
                        engine.queries(),
                        engine.facts(),
                        engine.failures(),
                        engine.time(),
                        healthLimit,
                        engine.lastBytes()::isRecent)
                .begin(health -> deliver(() -> result.complete(health))));
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return stage(result -> new PropertiesQuery(engine.queries(), engine.facts(), engine.time(), healthLimit)
                .begin(new EngineQueries.Reply<>() {
                    @Override
                    public void answer(WorkerProperties properties) {
                        deliver(() -> result.complete(withFreeSlots(properties)));
                    }

                    @Override
                    public void failure(WorkerError error) {
                        deliver(() -> result.completeExceptionally(new WorkerException(error)));
                    }
                }));
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return capabilities.find(type);
    }

    @Override
    public void close() {
        streams.close();
        engine.proofs().close();
        engine.transport().close();
    }

    /** Completes a stage off the I/O thread, even if the executor that was given has been shut down. */
    private void deliver(Runnable completion) {
        try {
            executor.execute(completion);
        } catch (RuntimeException refused) {
            AdapterConfig.builder().build().deliveryExecutor().execute(completion);
        }
    }

    /** The slots that are left when each of our own streams has one. */
    private WorkerProperties withFreeSlots(WorkerProperties properties) {
        return properties.slots().isEmpty()
                ? properties
                : properties.toBuilder()
                        .freeSlots(Math.max(0, properties.slots().getAsInt() - streams.count()))
                        .build();
    }

    /** What the step gives; null, and its complaint among the faults, if it refuses. */
    private static <T> @Nullable T attempt(Supplier<T> step, List<String> faults) {
        try {
            return step.get();
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** A stage that a reply completes. */
    private <T> CompletionStage<T> answered(Consumer<EngineQueries.Reply<T>> begin) {
        return stage(result -> begin.accept(new EngineQueries.Reply<>() {
            @Override
            public void answer(T value) {
                deliver(() -> result.complete(value));
            }

            @Override
            public void failure(WorkerError error) {
                WorkerException failure = new WorkerException(error.toBuilder()
                        .engine(LlamaCppAdapterFactory.ENGINE)
                        .replica(replica)
                        .build());
                deliver(() -> result.completeExceptionally(failure));
            }
        }));
    }

    private <T> CompletionStage<T> stage(Consumer<CompletableFuture<T>> begin) {
        if (streams.closed()) {
            return CompletableFuture.failedStage(new IllegalStateException("the adapter is closed: create a new one"));
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        begin.accept(result);
        return result.minimalCompletionStage();
    }
}
