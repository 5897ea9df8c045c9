package io.llamaorch.adapter.tck.internal.cli;

import io.llamaorch.adapter.registry.AdapterHost;
import io.llamaorch.adapter.registry.AdapterRegistry;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.PoolExplanation;
import io.llamaorch.adapter.registry.ReplicaResult;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaStatus;
import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.ScriptedEngine;
import io.llamaorch.adapter.tck.internal.determinism.SeedSuite;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The engines of one command: a host with what the options and the environment name, or with the scripted engine. */
final class Engines implements AutoCloseable {

    private static final String HOW = "give --url, or set ORCHD_LLAMACPP_URL";

    /** For commands that only ask: there will be no second look. */
    private static final HealthPolicy ONE_LOOK =
            HealthPolicy.builder().failureThreshold(1).build();

    private final AdapterHost host;
    private final Optional<ScriptedEngine> scripted;
    private final Optional<String> pool;

    private Engines(
            AdapterRegistry registry, HealthPolicy health, Optional<ScriptedEngine> scripted, ReplicaOptions options) {
        this.host = AdapterHost.builder(registry).health(health).build();
        this.scripted = scripted;
        this.pool = options.pool();
    }

    /**
     * What a replica answered.
     *
     * @param spec the replica
     * @param value the answer
     */
    record Answer<T>(ReplicaSpec spec, T value) {

        /** Puts the replica's names into a line. */
        void name(JsonLine line) {
            line.put("pool", spec.pool()).put("replica", spec.replica()).put("engine", spec.engine());
        }
    }

    /** Opens what is configured, to ask it; nothing being configured is a wrong value. */
    static Engines open(Terminal terminal, ReplicaOptions options) {
        return configured(terminal, options, ONE_LOOK)
                .orElseThrow(() -> new IllegalArgumentException("no engine is configured: " + HOW));
    }

    /** Opens what is configured, or else starts the scripted engine and says so. */
    static Engines openOrScripted(Terminal terminal, ReplicaOptions options) {
        return configured(terminal, options, HealthPolicy.DEFAULT).orElseGet(() -> {
            ScriptedEngine engine = ScriptedEngine.builder()
                    .pace(ScriptedEngine.DEMO_PACE)
                    .embeddings(true)
                    .start();
            String url = engine.url().toString();
            Engines engines = new Engines(options.discover(), HealthPolicy.DEFAULT, Optional.of(engine), options)
                    .bound(() -> List.of(options.at(url, 0)));
            terminal.tell("no engine is configured, so the scripted engine at " + url + " answers: " + HOW);
            return engines;
        });
    }

    private static Optional<Engines> configured(Terminal terminal, ReplicaOptions options, HealthPolicy health) {
        AdapterRegistry registry = options.discover();
        List<ReplicaSpec> specs = options.replicas(terminal.environment(), registry.engines());
        if (specs.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Engines(registry, health, Optional.empty(), options).bound(() -> specs));
    }

    private Engines bound(Supplier<List<ReplicaSpec>> specs) {
        try {
            specs.get().forEach(host::bind);
            return this;
        } catch (RuntimeException | LinkageError e) {
            close();
            throw e;
        }
    }

    /** Submits to the pool that was named, else to the only one, else to the default one. */
    TokenStream submit(TaskRequest task) {
        return host.submit(pool(), task);
    }

    private String pool() {
        Set<String> pools = host.pools();
        return pool.orElse(pools.size() == 1 ? pools.iterator().next() : ReplicaSpec.DEFAULT_POOL);
    }

    /** What only some engines can do, of the pool that a task would be submitted to. */
    <T> T capability(Class<T> type, Capability capability) {
        String name = pool();
        requirePool(name);
        return host.capability(name, type).orElseThrow(() -> lacking(capability));
    }

    /** Asks each replica for what only some engines can do. */
    <T, V> List<Answer<ReplicaResult<V>>> each(
            Class<T> type, Capability capability, Function<T, CompletionStage<V>> question) {
        pool.ifPresent(this::requirePool);
        Map<ReplicaSpec, CompletionStage<V>> asked = new LinkedHashMap<>();
        for (ReplicaSpec spec : replicas()) {
            CompletionStage<V> answer = Optional.ofNullable(
                            host.capabilities(spec.pool(), type).get(spec.replica()))
                    .map(question)
                    .orElseGet(() -> CompletableFuture.failedStage(lacking(capability)));
            asked.put(spec, answer);
        }
        return asked.entrySet().stream()
                .map(each -> new Answer<>(each.getKey(), result(each.getValue())))
                .toList();
    }

    private static <V> ReplicaResult<V> result(CompletionStage<V> stage) {
        try {
            return new ReplicaResult.Known<>(Stages.join(stage));
        } catch (WorkerException e) {
            return new ReplicaResult.Failed<>(e.error());
        }
    }

    private void requirePool(String name) {
        if (!host.pools().contains(name)) {
            throw new WorkerException(WorkerError.of(
                    ErrorCode.NOT_FOUND,
                    "there is no pool '" + name + "', only " + String.join(", ", host.pools())
                            + ": name one of those"));
        }
    }

    private static WorkerException lacking(Capability capability) {
        return new WorkerException(WorkerError.of(
                ErrorCode.UNSUPPORTED,
                "the adapter has no " + capability + ": take an engine whose adapter declares it"));
    }

    List<Answer<WorkerHealth>> health() {
        return answers(ask(host::health));
    }

    List<Answer<ReplicaResult<WorkerProperties>>> properties() {
        return answers(ask(host::properties));
    }

    /** Looks at each replica once, and then says of each pool what would become of a task. */
    List<PoolExplanation> explain(TaskRequest task) {
        Map<String, CompletionStage<Map<String, WorkerHealth>>> health = ask(host::health);
        ask(host::properties).values().forEach(Stages::join);
        health.values().forEach(Stages::join);
        return health.keySet().stream().map(name -> host.explain(name, task)).toList();
    }

    /** {@return the replicas of all pools, or of the one that was named} */
    List<ReplicaSpec> replicas() {
        Collection<String> pools = pool.<Collection<String>>map(List::of).orElseGet(host::pools);
        return pools.stream()
                .flatMap(name -> host.replicas(name).stream())
                .map(ReplicaStatus::spec)
                .toList();
    }

    /**
     * What came of the determinism suite.
     *
     * @param result the same
     * @param whyNoLevel why no level above best effort was asked for; empty if one was
     */
    record Audit(SeedSuite.Result result, Optional<String> whyNoLevel) {}

    /** Runs the determinism suite on each replica, at a level above best effort if all of them keep one. */
    Audit audit(String prompt, int maxTokens, int seeds) {
        Map<String, Function<TaskRequest, TokenStream>> submitters = new LinkedHashMap<>();
        TaskRequest task = TaskRequest.builder(prompt).maxTokens(maxTokens).build();
        Optional<String> whyNoLevel = Optional.empty();
        for (ReplicaSpec spec : replicas()) {
            Function<TaskRequest, TokenStream> submitter = each -> host.submit(
                    spec.pool(),
                    each.toBuilder().pin(Pin.toReplica(spec.replica())).build());
            submitters.put(spec.pool() + "/" + spec.replica(), submitter);
            whyNoLevel = whyNoLevel.or(() -> whyNoLevel(task, submitter));
        }
        return new Audit(new SeedSuite(task, seeds, whyNoLevel.isEmpty()).run(submitters), whyNoLevel);
    }

    /** Asks for one token at a level: an adapter may refuse that for what it does not do, or for how the replica is set up. */
    private static Optional<String> whyNoLevel(TaskRequest task, Function<TaskRequest, TokenStream> submitter) {
        TokenStream stream = submitter.apply(
                task.toBuilder().maxTokens(1).determinism(Determinism.GREEDY).build());
        stream.forEach(event -> {});
        return Stages.join(stream.outcome()) instanceof TokenEvent.Error failure
                        && failure.error().code() == ErrorCode.UNSUPPORTED
                ? Optional.of(failure.error().message())
                : Optional.empty();
    }

    @Override
    public void close() {
        host.close();
        scripted.ifPresent(ScriptedEngine::close);
    }

    /** Asks all pools, or the one that was named. */
    private <T> Map<String, CompletionStage<Map<String, T>>> ask(
            Function<String, CompletionStage<Map<String, T>>> question) {
        Collection<String> pools = pool.<Collection<String>>map(List::of).orElseGet(host::pools);
        Map<String, CompletionStage<Map<String, T>>> asked = new LinkedHashMap<>();
        pools.forEach(name -> asked.put(name, question.apply(name)));
        return asked;
    }

    /** Waits for the answers. */
    private <T> List<Answer<T>> answers(Map<String, CompletionStage<Map<String, T>>> asked) {
        List<Answer<T>> answers = new ArrayList<>();
        asked.forEach((name, stage) -> {
            Map<String, T> values = Stages.join(stage);
            for (ReplicaStatus status : host.replicas(name)) {
                T value = values.get(status.spec().replica());
                if (value != null) {
                    answers.add(new Answer<>(status.spec(), value));
                }
            }
        });
        return answers;
    }
}
