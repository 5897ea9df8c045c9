package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * CAN-08 and LIF-02 at the host: replicas are bound and taken away, tasks are submitted, cancelled and ended by their
 * engines, all at once and with delays at named steps, and each task ends with one terminal event of a kind that it may
 * have. The seed is printed; {@code -Dorch.races.seed} repeats a run as far as the scheduler allows.
 */
@NoLeaks
@ResourceLock(value = Resources.SYSTEM_ERR, mode = ResourceAccessMode.READ_WRITE)
class AdapterHostRaceTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final int HOSTS = 20;
    private static final int THREADS = 8;
    private static final int STEPS = 150;
    private static final int JOBS = 24;
    private static final List<String> IDS = List.of("r0", "r1", "r2");
    private static final Set<String> KINDS = Set.of(
            "END_OF_TEXT",
            "CANCELLED by CALLER",
            "Error(NOT_FOUND)",
            "Error(POOL_UNAVAILABLE)",
            "Error(REPLICA_EXHAUSTED)",
            "Error(INVALID_PARAMS)");

    private final PrintStream log = System.err;
    private final FakeFactory fake = new FakeFactory("fake");
    private final ExecutorService engines = Executors.newFixedThreadPool(4);
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Ears> heard = new ConcurrentLinkedQueue<>();

    /** Where an engine is held up. */
    private enum Step {
        TAKES_THE_TASK,
        STARTS,
        SENDS_A_TOKEN,
        ENDS
    }

    /** Thousands of tasks fail here, as they should; their records are not worth reading in a build's log. */
    @BeforeEach
    void quiet() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void loud() {
        System.setErr(log);
    }

    @AfterEach
    void stopEngines() throws InterruptedException {
        engines.shutdownNow();
        assertTrue(engines.awaitTermination(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    @Timeout(120)
    void host_whenEverythingHappensAtOnce_endsEachTaskOnceAndInATypedWay() throws Exception {
        System.out.println("races at the host: " + HOSTS * THREADS * STEPS + " steps, seed " + SEED);
        Map<String, Integer> distribution = new TreeMap<>();
        for (int i = 0; i < HOSTS; i++) {
            oneHost(SEED + i, distribution);
        }
        System.out.println("races at the host: " + distribution);
        int all = distribution.values().stream().mapToInt(Integer::intValue).sum();
        assertTrue(all >= 10_000, "only " + all + " races");
        assertEquals(KINDS, distribution.keySet(), "seed " + SEED);
        distribution.forEach((kind, times) ->
                assertTrue(times * 100 >= all, kind + " won only " + times + " of " + all + ", seed " + SEED));
    }

    private void oneHost(long seed, Map<String, Integer> distribution) throws Exception {
        heard.clear();
        fake.made.clear();
        SplittableRandom kinds = new SplittableRandom(seed);
        fake.eachIs(adapter -> adapter.holds(engine(seed ^ kinds.nextInt(), kinds.nextInt(6))));
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        AdapterHost host = AdapterHost.builder(registry)
                .timeSource(TimeSource.system())
                .deliveryExecutor(Runnable::run)
                .build();
        race(seed, (random, number) -> step(host, random, number));
        for (String pool : host.pools()) {
            host.replicas(pool).forEach(status -> assertTrue(status.running() >= 0, status.toString()));
        }
        host.close(); // some streams are held open: they end with their adapters
        for (Ears ears : heard) {
            distribution.merge(ears.kind(), 1, Integer::sum);
        }
        for (FakeAdapter adapter : fake.made) {
            assertEquals(0, adapter.streams.count(), "seed " + seed);
            assertEquals(1, adapter.closes.get(), "seed " + seed);
        }
    }

    /** An engine that answers on a thread of its own, at once, or never. */
    private Consumer<TokenEmitter> engine(long seed, int kind) {
        return emitter -> {
            SplittableRandom random =
                    new SplittableRandom(seed ^ emitter.jobId().hashCode());
            if (kind > 0) {
                engines.execute(() -> answer(emitter, random));
            } else if (random.nextInt(3) == 0) {
                FakeAdapter.end(emitter, "hello");
            }
        };
    }

    private static void answer(TokenEmitter emitter, SplittableRandom random) {
        for (Step step : Step.values()) {
            delay(random.nextInt(100));
            switch (step) {
                case TAKES_THE_TASK -> {}
                case STARTS -> emitter.started("fake-model", StartDetails.NONE);
                case SENDS_A_TOKEN -> emitter.token("hello");
                case ENDS -> emitter.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
            }
        }
    }

    private static void delay(int kind) {
        if (kind < 40) {
            for (int i = 0; i < kind * 20; i++) {
                Thread.onSpinWait();
            }
        } else if (kind < 80) {
            Thread.yield();
        } else {
            LockSupport.parkNanos((kind - 79) * 5_000L);
        }
    }

    private void step(AdapterHost host, SplittableRandom random, int number) {
        String replica = IDS.get(random.nextInt(IDS.size()));
        String job = "job-" + random.nextInt(JOBS);
        switch (random.nextInt(16)) {
            case 0, 1 -> {
                try {
                    host.bind(HostFixture.spec(replica));
                } catch (IllegalArgumentException e) {
                    assertTrue(e.getMessage().contains("already"), e.getMessage());
                }
            }
            case 2 -> host.unbind(HostFixture.POOL, replica, Duration.ofMillis(random.nextInt(3)));
            case 3 -> {
                host.health(HostFixture.POOL);
                host.replicas(HostFixture.POOL);
            }
            case 4, 5, 6 -> host.cancel(job);
            default -> {
                boolean ofOthersToo = random.nextInt(3) > 0;
                TaskRequest.Builder task =
                        TaskRequest.builder("say something").jobId(ofOthersToo ? job : "job-" + number);
                if (random.nextInt(4) == 0) {
                    task.pin(Pin.toReplica(replica));
                }
                listen(host.submit(HostFixture.POOL, task.build()));
            }
        }
        delay(random.nextInt(100));
    }

    private void listen(TokenStream stream) {
        Ears ears = new Ears(stream);
        heard.add(ears);
        stream.subscribe(ears);
    }

    @Test
    @Timeout(60)
    void host_whenAllStreamsHaveEnded_countsNoneAsRunning() throws Exception {
        fake.eachIs(adapter -> adapter.says("hello"));
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        for (int i = 0; i < 5; i++) {
            heard.clear();
            try (AdapterHost host = AdapterHost.builder(registry)
                    .deliveryExecutor(Runnable::run)
                    .build()) {
                IDS.forEach(id -> host.bind(HostFixture.spec(id)));
                race(SEED + i, (random, number) -> {
                    String job = random.nextInt(4) == 0 ? "same" : "job-" + number;
                    listen(host.submit(HostFixture.POOL, HostFixture.task(job)));
                    host.cancel(job);
                });
                for (Ears ears : heard) {
                    Patience.get(ears.stream.outcome());
                }
                assertEquals(
                        List.of(0, 0, 0),
                        host.replicas(HostFixture.POOL).stream()
                                .map(ReplicaStatus::running)
                                .toList(),
                        "seed " + SEED);
                assertEquals(THREADS * STEPS, heard.size(), "seed " + SEED);
            }
        }
    }

    private interface Racer {
        /** One step of a thread; the number is no other step's. */
        void step(SplittableRandom random, int number);
    }

    private void race(long seed, Racer racer) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = JOBS + t * STEPS;
            SplittableRandom random = new SplittableRandom(seed * THREADS + t);
            Thread thread = new Thread(
                    () -> {
                        try {
                            start.await();
                            for (int i = 0; i < STEPS; i++) {
                                racer.step(random, first + i);
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
            Patience.end(thread);
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("seed " + seed, failures.peek());
        }
    }

    /** Hears one stream and holds it to its rules. */
    private static final class Ears implements NonBlockingSubscriber {
        private final TokenStream stream;
        private final Queue<TokenEvent> events = new ConcurrentLinkedQueue<>();

        private Ears(TokenStream stream) {
            this.stream = stream;
        }

        /** How it ended, which it must have done just once and last. */
        private String kind() throws Exception {
            TokenEvent.Terminal terminal = Patience.get(stream.outcome());
            Patience.await("the terminal event", () -> events.contains(terminal));
            List<TokenEvent> all = List.copyOf(events);
            assertEquals(terminal, all.get(all.size() - 1), "seed " + SEED);
            assertEquals(
                    1,
                    all.stream().filter(TokenEvent.Terminal.class::isInstance).count(),
                    () -> all + ", seed " + SEED);
            Patience.get(stream.released());
            if (terminal instanceof TokenEvent.Error error) {
                return "Error(" + error.error().code() + ")";
            }
            TokenEvent.End end = (TokenEvent.End) terminal;
            return end.reason() == StopReason.CANCELLED
                    ? "CANCELLED by " + end.details().cancelCause().orElseThrow()
                    : end.reason().toString();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TokenEvent event) {
            events.add(event);
        }

        @Override
        public void onError(Throwable thrown) {
            throw new AssertionError(thrown);
        }

        @Override
        public void onComplete() {}
    }
}
