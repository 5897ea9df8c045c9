package io.llamaorch.adapter.registry;

import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a task costs in a host, from {@code submit} to the end of its stream, if its engine answers with one token: choice,
 * attempt, relay, reports, and both streams, all on one thread.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
public class HostBenchmark {

    private static final String POOL = ReplicaSpec.DEFAULT_POOL;

    /** How many replicas the pool has. */
    @Param({"1", "100", "1000"})
    public int replicas;

    /** How many tasks wait for a place, as all places are taken; 0 leaves all places free. */
    @Param({"0", "1000"})
    public int waiting;

    private final ArrayDeque<TokenEmitter> running = new ArrayDeque<>();
    private AdapterHost host = AdapterHost.create(AdapterRegistry.empty());

    /** Binds the replicas, of one place each, and fills the queue. */
    @Setup
    public void bind() {
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(waiting == 0 ? new InstantFactory() : new InstantFactory(running::add));
        host = AdapterHost.builder(registry)
                .deliveryExecutor(Runnable::run)
                .admission(AdmissionPolicy.builder()
                        .queueCapacity(waiting + 1)
                        .longestWait(Duration.ofDays(1))
                        .build())
                .build();
        for (int i = 0; i < replicas; i++) {
            host.bind(ReplicaSpec.builder(InstantFactory.ENGINE)
                    .replica("r" + i)
                    .share(1)
                    .build());
        }
        for (int i = 0; waiting > 0 && i < replicas + waiting; i++) {
            submit();
        }
    }

    /** Closes all. */
    @TearDown(Level.Trial)
    public void close() {
        host.close();
    }

    /** One task comes, and the one that runs for longest ends, whose place the first that waits gets. */
    @Benchmark
    public int task() {
        Last last = submit();
        if (waiting > 0) {
            InstantFactory.answer(running.remove());
        } else if (!(last.event instanceof TokenEvent.End)) {
            throw new IllegalStateException("the task has not ended well: " + last.event);
        }
        return last.events;
    }

    private Last submit() {
        Last last = new Last();
        host.submit(POOL, TaskRequest.builder("once").build()).subscribe(last);
        return last;
    }

    private static final class Last implements NonBlockingSubscriber {
        private TokenEvent event;
        private int events;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TokenEvent next) {
            event = next;
            events++;
        }

        @Override
        public void onError(Throwable thrown) {
            throw new IllegalStateException(thrown);
        }

        @Override
        public void onComplete() {}
    }
}
