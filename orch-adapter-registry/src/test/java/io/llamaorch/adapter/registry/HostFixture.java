package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerProperties;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** A host of fake adapters whose clock stands still and whose callbacks run at once, on the test's thread. */
abstract class HostFixture {

    static final String POOL = ReplicaSpec.DEFAULT_POOL;

    final ManualTime time = new ManualTime();
    final FakeFactory fake = new FakeFactory("fake");
    final AdapterRegistry registry = AdapterRegistry.empty();
    final List<ReplicaMove> moves = new CopyOnWriteArrayList<>();
    final List<BreakerMove> breakerMoves = new CopyOnWriteArrayList<>();
    final List<TaskReport> reports = new CopyOnWriteArrayList<>();
    final AdapterHost host = set(AdapterHost.builder(registry)
                    .timeSource(time)
                    .deliveryExecutor(Runnable::run)
                    .chance(() -> 0.5) // no jitter, and back-offs of half their bound
                    .retries(RetryPolicy.builder().attempts(1).build())
                    .health(HealthPolicy.builder().failureThreshold(1).build())
                    .listener(new HostListener() {
                        @Override
                        public void onMove(ReplicaMove move) {
                            moves.add(move);
                        }

                        @Override
                        public void onBreaker(BreakerMove move) {
                            breakerMoves.add(move);
                        }

                        @Override
                        public void onTask(TaskReport report) {
                            reports.add(report);
                            happened(report);
                        }
                    }))
            .build();

    HostFixture() {
        registry.register(fake);
    }

    /** What a test sets otherwise. */
    AdapterHost.Builder set(AdapterHost.Builder builder) {
        return builder;
    }

    /** What a test does when something becomes of a task, on the thread on which it does. */
    void happened(TaskReport report) {}

    @AfterEach
    void nothingIsLeft() {
        host.close();
        fake.made.forEach(adapter -> {
            Patience.await(adapter.config + " is closed", () -> adapter.closes.get() > 0); // on a thread of its own
            assertEquals(0, adapter.streams.count());
        });
    }

    FakeAdapter bind(String replica) {
        return bind(spec(replica));
    }

    /** Binds a replica that takes so many streams at once. */
    FakeAdapter bind(String replica, int share) {
        return bind(spec(replica).toBuilder().share(share).build());
    }

    private FakeAdapter bind(ReplicaSpec spec) {
        host.bind(spec);
        return fake.of(spec.replica());
    }

    /** Binds a replica whose engine tells this of itself. */
    FakeAdapter bind(String replica, WorkerProperties told) {
        fake.eachIs(adapter -> adapter.has(told));
        return bind(replica);
    }

    static ReplicaSpec spec(String replica) {
        return ReplicaSpec.builder("fake").replica(replica).build();
    }

    static TaskRequest task(String jobId) {
        return TaskRequest.builder("say something").jobId(jobId).build();
    }

    TokenStream submit(String jobId) {
        return host.submit(POOL, task(jobId));
    }

    /** Submits a task and hears all of its stream. */
    Heard heard(String jobId) {
        return Heard.of(submit(jobId));
    }

    Heard heard(TaskRequest task) {
        return Heard.of(host.submit(POOL, task));
    }

    /** The places of a replica that takes tasks. */
    ReplicaPlaces places(String replica) {
        return host.explain(POOL).replicas().stream()
                .filter(explained -> explained.status().replica().equals(replica))
                .findFirst()
                .orElseThrow()
                .places();
    }

    ReplicaStatus status(String replica) {
        return host.replicas(POOL).stream()
                .filter(status -> status.spec().replica().equals(replica))
                .findFirst()
                .orElseThrow();
    }

    List<Integer> running() {
        return host.replicas(POOL).stream().map(ReplicaStatus::running).toList();
    }

    /** Takes a replica away at once, and waits until its adapter is closed. */
    DrainResult unbindNow(String replica) {
        return over(host.unbind(POOL, replica, Duration.ZERO));
    }

    static <T> T over(CompletionStage<T> stage) {
        try {
            return Patience.get(stage);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The error that a stream has ended with by now. */
    static WorkerError errorOf(TokenStream stream) {
        return assertInstanceOf(TokenEvent.Error.class, now(stream.outcome())).error();
    }

    static WorkerError assertFailed(ErrorCode code, TokenStream stream) {
        WorkerError error = errorOf(stream);
        assertEquals(code, error.code(), error.toString());
        return error;
    }

    static void assertEnded(TokenStream stream) {
        assertInstanceOf(TokenEvent.End.class, now(stream.outcome()));
    }

    static boolean isRunning(TokenStream stream) {
        return !stream.outcome().toCompletableFuture().isDone();
    }

    static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        assertTrue(future.isDone(), "it has not completed yet");
        return future.join();
    }
}
