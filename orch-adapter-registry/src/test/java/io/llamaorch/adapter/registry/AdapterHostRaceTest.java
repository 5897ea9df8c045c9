package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;

/** Everything at once: whatever others do meanwhile, a submit answers with a stream that ends in a typed way. */
@NoLeaks
class AdapterHostRaceTest {

    private static final int THREADS = 8;
    private static final int STEPS = 150;
    private static final List<String> IDS = List.of("r0", "r1", "r2");
    private static final Set<ErrorCode> EXPECTED =
            Set.of(ErrorCode.NOT_FOUND, ErrorCode.POOL_UNAVAILABLE, ErrorCode.INVALID_PARAMS);

    private final FakeFactory fake = new FakeFactory("fake");
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<TokenStream> streams = new ConcurrentLinkedQueue<>();

    @RepeatedTest(20)
    @Timeout(60)
    void host_whenBoundUnboundAndSubmittedToAtOnce_answersAllTasksInATypedWay(RepetitionInfo repetition)
            throws Exception {
        long seed = System.nanoTime() * 31 + repetition.getCurrentRepetition();
        System.out.println("AdapterHostRaceTest seed " + seed);
        Random kinds = new Random(seed);
        fake.eachIs(adapter -> {
            if (kinds.nextBoolean()) {
                adapter.says("hello");
            }
        });
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        AdapterHost host = AdapterHost.builder(registry)
                .timeSource(TimeSource.system())
                .deliveryExecutor(Runnable::run)
                .build();
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int number = t;
            Random random = new Random(seed + t);
            Thread thread = new Thread(
                    () -> {
                        try {
                            start.await();
                            for (int i = 0; i < STEPS; i++) {
                                step(host, random, number + "-" + i);
                            }
                        } catch (Throwable e) {
                            failures.add(e);
                        }
                    },
                    "racer-" + t);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("seed " + seed, failures.peek());
        }
        for (String pool : host.pools()) {
            host.replicas(pool).forEach(status -> assertTrue(status.running() >= 0, status.toString()));
        }
        // Some streams are held open: they end with their adapters.
        host.close();
        for (TokenStream stream : streams) {
            TokenEvent.Terminal terminal = Patience.get(stream.outcome());
            if (terminal instanceof TokenEvent.Error error) {
                assertTrue(EXPECTED.contains(error.error().code()), error.error() + ", seed " + seed);
            }
        }
        for (FakeAdapter adapter : fake.made) {
            assertEquals(0, adapter.streams.count(), "seed " + seed);
            assertEquals(1, adapter.closes.get(), "seed " + seed);
        }
    }

    @RepeatedTest(5)
    @Timeout(60)
    void host_whenAllStreamsHaveEnded_countsNoneAsRunning(RepetitionInfo repetition) throws Exception {
        long seed = System.nanoTime() * 31 + repetition.getCurrentRepetition();
        System.out.println("AdapterHostRaceTest seed " + seed);
        fake.eachIs(adapter -> adapter.says("hello"));
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        try (AdapterHost host =
                AdapterHost.builder(registry).deliveryExecutor(Runnable::run).build()) {
            IDS.forEach(id -> host.bind(HostFixture.spec(id)));
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int number = t;
                Random random = new Random(seed + t);
                Thread thread = new Thread(
                        () -> {
                            for (int i = 0; i < STEPS; i++) {
                                String job = random.nextInt(4) == 0 ? "same" : number + "-" + i;
                                streams.add(host.submit(HostFixture.POOL, HostFixture.task(job)));
                                host.cancel(job);
                            }
                        },
                        "racer-" + t);
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (TokenStream stream : streams) {
                Patience.get(stream.outcome());
            }
            assertEquals(
                    List.of(0, 0, 0),
                    host.replicas(HostFixture.POOL).stream()
                            .map(ReplicaStatus::running)
                            .toList(),
                    "seed " + seed);
            assertEquals(THREADS * STEPS, streams.size(), "seed " + seed);
        }
    }

    private void step(AdapterHost host, Random random, String job) {
        String replica = IDS.get(random.nextInt(IDS.size()));
        switch (random.nextInt(6)) {
            case 0 -> {
                try {
                    host.bind(HostFixture.spec(replica));
                } catch (IllegalArgumentException e) {
                    assertTrue(e.getMessage().contains("already"), e.getMessage());
                }
            }
            case 1 -> host.unbind(HostFixture.POOL, replica);
            case 2 -> {
                host.cancel(job);
                host.health(HostFixture.POOL);
                host.replicas(HostFixture.POOL);
            }
            default -> {
                TaskRequest.Builder task = TaskRequest.builder("say something").jobId(job);
                if (random.nextInt(4) == 0) {
                    task.pin(Pin.toReplica(replica));
                }
                streams.add(host.submit(HostFixture.POOL, task.build()));
            }
        }
    }
}
