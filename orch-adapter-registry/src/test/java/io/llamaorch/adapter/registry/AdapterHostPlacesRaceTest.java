package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.ManualTime;
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
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * DSP-03, DET-02 and LIF-03 under load: tasks come, some of which must be alone, wait, end, fail, are cut and are cancelled, with proof and without, while
 * replicas are bound, bound anew and drained. The engines count for themselves. {@code -Dorch.races} sets how many tasks
 * there are; the seed is printed, and {@code -Dorch.races.seed} repeats a run as far as the scheduler allows.
 */
@NoLeaks
@ResourceLock(value = Resources.SYSTEM_ERR, mode = ResourceAccessMode.READ_WRITE)
class AdapterHostPlacesRaceTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final int TASKS = Integer.getInteger("orch.races", 12_000);
    private static final int THREADS = 4;
    private static final int AT_ONCE = 9; // of one thread: more than there are places
    private static final int LONG = 4; // so many are held at times, and meet a drain
    private static final List<Integer> SHARES = List.of(1, 2, 3, 2);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final String SERIAL = "serial";

    private final PrintStream log = System.err;
    private final ManualTime time = new ManualTime();
    private final ReentrantLock clock = new ReentrantLock();
    private final ExecutorService threads = Executors.newFixedThreadPool(3);
    private final Queue<BusyEngine.Work> held = new ConcurrentLinkedQueue<>();
    private final BusyEngine.Around around = new BusyEngine.Around(SEED, time, threads, held);
    private final FakeFactory fake = new FakeFactory("fake");
    private final Map<String, BusyEngine> engines = new ConcurrentHashMap<>();
    private final Map<String, Integer> shares = new ConcurrentHashMap<>();
    private final Queue<Drained> drains = new ConcurrentLinkedQueue<>();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final AtomicInteger specs = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private record Call(Heard heard, AtomicBoolean left) {
        boolean isOver() {
            return !heard.isRunning();
        }
    }

    private record Drained(Duration limit, CompletableFuture<DrainResult> result) {}

    /** Thousands of tasks fail here, as they should; their records are not worth reading in a build's log. */
    @BeforeEach
    void quiet() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void loud() throws InterruptedException {
        System.setErr(log);
        threads.shutdown();
        assertTrue(threads.awaitTermination(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    @Timeout(120)
    void places_whileTasksEndInEveryWayAndReplicasComeAndGo_areNeverMoreThanTheShareAndAllComeBack() throws Exception {
        System.out.println("races for places: " + TASKS + " tasks, seed " + SEED);
        fake.declares(Capability.DETERMINISM);
        fake.creates(config -> {
            BusyEngine engine = new BusyEngine(fake.make(config), around);
            engines.put(config.options().get(SERIAL), engine);
            return engine;
        });
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        try (AdapterHost host = host(registry)) {
            for (int i = 0; i < SHARES.size(); i++) {
                host.bind(spec(i));
            }
            List<Thread> racers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(SEED + i);
                racers.add(started("racer-" + i, () -> race(host, random)));
            }
            for (Thread racer : racers) {
                racer.join();
            }
            assertNull(failure.get(), () -> "seed " + SEED + ": " + failure.get());
            Patience.await("every task has ended, seed " + SEED, this::isOver);
            Patience.await(
                    "every replica that left has closed, seed " + SEED,
                    () -> drains.stream().allMatch(drain -> drain.result().isDone()));
            Patience.await("all places come back, seed " + SEED, () -> hasAllPlaces(host));
        }
        tick(Duration.ofMinutes(1)); // proofs that never came are given up
        engines.forEach((serial, engine) -> assertTrue(
                engine.most.get() <= shares.get(serial),
                () -> engine.most + " streams ran on " + shares.get(serial) + " places, seed " + SEED));
        assertAlone();
        assertDrains();
        fake.made.forEach(adapter -> assertEquals(1, adapter.closes.get(), "closed, seed " + SEED));
        assertEnds();
    }

    private AdapterHost host(AdapterRegistry registry) {
        return AdapterHost.builder(registry)
                .timeSource(time)
                .deliveryExecutor(threads)
                .retries(RetryPolicy.builder()
                        .firstBackoff(Duration.ofMillis(5))
                        .budget(1)
                        .build())
                .breakers(BreakerPolicy.builder().failures(1_000).window(1_000).build()) // none opens here
                .admission(AdmissionPolicy.builder()
                        .queueCapacity(33)
                        .quarantine(BusyEngine.QUARANTINE)
                        .build())
                .build();
    }

    /** A replica as it has never been bound before; its adapter is told so. */
    private ReplicaSpec spec(int replica) {
        String serial = Integer.toString(specs.incrementAndGet());
        shares.put(serial, SHARES.get(replica));
        return HostFixture.spec("r" + replica).toBuilder()
                .share(SHARES.get(replica))
                .option(SERIAL, serial)
                .build();
    }

    private void race(AdapterHost host, SplittableRandom random) {
        List<Call> mine = new ArrayList<>();
        for (int i = 0; i < TASKS / THREADS && failure.get() == null; i++) {
            TaskRequest.Builder task = TaskRequest.builder("say something");
            if (random.nextInt(20) == 0) {
                task.deadline(Duration.ofMillis(1 + random.nextInt(40)));
            }
            if (random.nextInt(25) == 0) {
                task.determinism(Determinism.SEEDED);
            }
            Call call = new Call(Heard.of(host.submit(HostFixture.POOL, task.build())), new AtomicBoolean());
            calls.add(call);
            mine.add(call);
            meddle(host, random, mine.get(random.nextInt(mine.size())));
            do {
                BusyEngine.Work work = held.size() > random.nextInt(LONG) ? held.poll() : null;
                if (work == null) {
                    LockSupport.parkNanos(20_000);
                } else {
                    work.end();
                }
                tick(Duration.ofNanos(random.nextInt(1_000_000)));
                mine.removeIf(Call::isOver);
            } while (mine.size() >= AT_ONCE && failure.get() == null);
        }
    }

    private void meddle(AdapterHost host, SplittableRandom random, Call call) {
        switch (random.nextInt(80)) {
            case 0, 1, 2, 3 -> change(() -> host.bind(spec(1 + random.nextInt(3))));
            case 4 ->
                change(() -> drains.add(
                        new Drained(NEVER, host.rebind(spec(random.nextInt(4))).toCompletableFuture())));
            case 5, 6 -> {
                Duration limit = List.of(NEVER, NEVER, Duration.ofMillis(3), Duration.ZERO)
                        .get(random.nextInt(4));
                String replica = "r" + (1 + random.nextInt(3));
                change(() -> drains.add(new Drained(
                        limit, host.unbind(HostFixture.POOL, replica, limit).toCompletableFuture())));
            }
            case 7, 8, 9 -> call.heard().stream.cancel();
            case 10, 11, 12, 13, 14 -> host.cancel(call.heard().stream.jobId());
            case 15, 16, 17, 18, 19 -> {
                call.left().set(true);
                call.heard().leave();
            }
            default -> {
                // most are left in peace
            }
        }
    }

    /** One thread at a time moves the clock, so that what engines do in time they do before the host counts on it. */
    private void tick(Duration by) {
        if (clock.tryLock()) {
            try {
                time.advance(by);
            } finally {
                clock.unlock();
            }
        }
    }

    private static void change(Runnable change) {
        try {
            change.run();
        } catch (IllegalArgumentException | WorkerException e) {
            // it is there already, or is not there, or somebody else binds it
        }
    }

    private boolean isOver() {
        held.forEach(BusyEngine.Work::end);
        tick(Duration.ofMillis(1));
        return calls.stream().allMatch(Call::isOver);
    }

    private boolean hasAllPlaces(AdapterHost host) {
        tick(Duration.ofSeconds(1));
        PoolExplanation pool = host.explain(HostFixture.POOL);
        return pool.waiting() == 0
                && pool.replicas().stream()
                        .map(ReplicaExplanation::places)
                        .allMatch(places -> places.share() > 0 && places.free() == places.share());
    }

    /** DET-02: what must be alone was. */
    private void assertAlone() {
        int alone = 0;
        for (BusyEngine engine : engines.values()) {
            alone += engine.alone.get();
            assertEquals(0, engine.crowded.get(), "ran beside a task that must be alone, seed " + SEED);
        }
        System.out.println("races for places: " + alone + " tasks were alone");
        assertTrue(alone > 0, "none was ever alone, seed " + SEED);
    }

    /** What the host counted at the limit was all that the engine had, and before the limit there was nothing. */
    private void assertDrains() {
        drains.removeIf(drain -> drain.result().isCompletedExceptionally()); // there was no such replica
        int cut = 0;
        for (Drained drain : drains) {
            DrainResult result = drain.result().join();
            BusyEngine engine = engines.get(result.spec().options().get(SERIAL));
            cut += result.ended();
            assertTrue(
                    engine.cutByClose.get() <= result.ended(),
                    () -> engine.cutByClose + " streams ran, " + result + ", seed " + SEED);
            assertTrue(
                    result.ended() == 0 || result.took().compareTo(drain.limit()) >= 0,
                    () -> result + " of a limit of " + drain.limit() + ", seed " + SEED);
        }
        System.out.println(
                "races for places: " + drains.size() + " drains, which came to their limits with " + cut + " streams");
        assertTrue(cut > 0, "no drain had a stream left, seed " + SEED);
    }

    private void assertEnds() {
        Map<String, Integer> kinds = new TreeMap<>();
        for (Call call : calls) {
            TokenEvent.Terminal terminal = HostFixture.now(call.heard().stream.outcome());
            List<TokenEvent.Terminal> heard = call.heard().all(TokenEvent.Terminal.class);
            if (!call.left().get()) {
                assertEquals(List.of(terminal), heard, "seed " + SEED);
            }
            kinds.merge(
                    terminal instanceof TokenEvent.Error error
                            ? error.error().code().toString()
                            : ((TokenEvent.End) terminal).reason().toString(),
                    1,
                    Integer::sum);
        }
        long full = engines.entrySet().stream()
                .filter(one -> one.getValue().most.get() == shares.get(one.getKey()))
                .count();
        System.out.println("races for places: " + kinds + ", " + engines.size() + " engines, " + full
                + " of them full at some time");
        assertTrue(full * 3 >= engines.size(), full + " of " + engines.size() + " were ever full, seed " + SEED);
    }

    private Thread started(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                },
                name);
        thread.start();
        return thread;
    }
}
