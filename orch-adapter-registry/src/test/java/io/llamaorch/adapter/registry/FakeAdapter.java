package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerHealth;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** An adapter without an engine, which does what a test tells it to. Its streams stay open unless told otherwise. */
final class FakeAdapter implements WorkerAdapter {

    /** What a look finds when no engine is there. */
    static final WorkerHealth NOBODY = WorkerHealth.absent("nobody is there");

    /** What a look finds while the engine loads. */
    static final WorkerHealth LOADING = WorkerHealth.degraded("it loads its model", Duration.ofSeconds(1));

    static final WorkerHealth WELL = WorkerHealth.healthy("it answers");

    final AdapterConfig config;
    final RunningStreams streams;
    final List<String> jobs = Collections.synchronizedList(new ArrayList<>());
    final List<TaskRequest> tasks = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger healthChecks = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();

    private volatile Consumer<TokenEmitter> script = emitter -> {};
    private volatile Function<TaskRequest, TokenStream> submit = this::open;
    private volatile Supplier<CompletionStage<WorkerHealth>> health = () -> now(WELL);
    private volatile Supplier<CompletionStage<WorkerProperties>> properties =
            () -> now(WorkerProperties.builder().slots(100).build());
    private final Map<String, TokenEmitter> emitters = new ConcurrentHashMap<>();
    private volatile Supplier<CompletionStage<CancelReceipt>> proof =
            () -> now(CancelReceipt.unconfirmed("there is no engine"));
    private volatile Supplier<Optional<?>> capability = Optional::empty;
    private volatile Runnable whenClosed = () -> {};

    FakeAdapter(String engine, AdapterConfig config) {
        this.config = config;
        this.streams = RunningStreams.create(engine, config, StreamLimits.DEFAULT);
    }

    /** Every stream from now on says this and ends. */
    FakeAdapter says(String text) {
        script = emitter -> end(emitter, text);
        return this;
    }

    /** Every stream from now on fails. */
    FakeAdapter fails(ErrorCode code) {
        return fails(WorkerError.of(code, "as scripted"));
    }

    /** Every stream from now on fails. */
    FakeAdapter fails(WorkerError error) {
        return holds(emitter -> emitter.error(error));
    }

    /** Every stream from now on fails, and nothing of it is left at the engine. */
    FakeAdapter refuses(WorkerError error) {
        return holds(emitter -> emitter.refused(error));
    }

    /** Every stream from now on stays open; {@code held} is told its emitter. */
    FakeAdapter holds(Consumer<TokenEmitter> held) {
        script = held;
        return this;
    }

    FakeAdapter submits(Function<TaskRequest, TokenStream> instead) {
        submit = instead;
        return this;
    }

    FakeAdapter healthIs(Supplier<CompletionStage<WorkerHealth>> answer) {
        health = answer;
        return this;
    }

    FakeAdapter healthIs(WorkerHealth answer) {
        return healthIs(() -> now(answer));
    }

    FakeAdapter propertiesAre(Supplier<CompletionStage<WorkerProperties>> answer) {
        properties = answer;
        return this;
    }

    FakeAdapter has(WorkerProperties answer) {
        return propertiesAre(() -> now(answer));
    }

    /** What becomes known of the engine's place after a cancel, a cut or a limit. */
    FakeAdapter proves(Supplier<CompletionStage<CancelReceipt>> receipt) {
        proof = receipt;
        return this;
    }

    /** The end of a job's stream that its engine feeds. */
    TokenEmitter emitter(String job) {
        return Objects.requireNonNull(emitters.get(job), () -> "job " + job + " never came here, only " + jobs);
    }

    FakeAdapter can(Supplier<Optional<?>> answer) {
        capability = answer;
        return this;
    }

    FakeAdapter whenClosed(Runnable action) {
        whenClosed = action;
        return this;
    }

    static void end(TokenEmitter emitter, String text) {
        emitter.started("fake-model", StartDetails.NONE);
        emitter.token(text);
        emitter.usage(3, 0, 1);
        emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
    }

    @Override
    public CompletionStage<WorkerHealth> health() {
        healthChecks.incrementAndGet();
        return health.get();
    }

    @Override
    public CompletionStage<WorkerProperties> properties() {
        return properties.get();
    }

    @Override
    public TokenStream submit(TaskRequest task) {
        return submit.apply(task);
    }

    @Override
    public Cancellation cancel(String jobId) {
        return streams.cancel(jobId);
    }

    @Override
    public <T> Optional<T> capability(Class<T> type) {
        return capability.get().map(type::cast);
    }

    @Override
    public void close() {
        closes.incrementAndGet();
        streams.close();
        whenClosed.run();
    }

    TokenStream open(TaskRequest task) {
        TokenStream stream = streams.open(task, emitter -> {
            emitters.put(task.jobId(), emitter);
            emitter.onCancel(cause -> proof.get());
            script.accept(emitter);
        });
        jobs.add(task.jobId());
        tasks.add(task);
        return stream;
    }

    private static <T> CompletionStage<T> now(T value) {
        return CompletableFuture.completedStage(value);
    }
}
