package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * LIF-02 under load: replicas are bound, bound anew and unbound, 10,000 times in all, while tasks come to two pools. Each
 * pool always has a replica, under one adapter or the next, and one of them never has another; so no task may be refused,
 * and each stream ends by itself, on the adapter that it began on. The seed is printed; {@code -Dorch.races.seed} repeats a run as far as the scheduler allows.
 */
@NoLeaks
class AdapterHostRebindRaceTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final int STEPS = 10_000;
    private static final int CHANGERS = 3;
    private static final int CALLERS = 3;
    private static final int HELD = 20;
    private static final String ALWAYS = "r0";
    private static final String SOLO = "solo";

    private final FakeFactory fake = new FakeFactory("fake");
    private final AtomicInteger stepsLeft = new AtomicInteger(STEPS);
    private final AtomicInteger jobs = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Map<String, AtomicInteger> distribution = new ConcurrentHashMap<>();
    private final Queue<CompletableFuture<DrainResult>> drains = new ConcurrentLinkedQueue<>();
    private final Queue<TokenStream> left = new ConcurrentLinkedQueue<>();
    private final Set<FakeAdapter> served = ConcurrentHashMap.newKeySet();

    @Test
    @Timeout(120)
    void submit_whileReplicasComeAndGo_alwaysFindsOneAndFinishesThere() throws Exception {
        System.out.println("races of binding: " + STEPS + " steps, seed " + SEED);
        AdapterRegistry registry = AdapterRegistry.empty();
        registry.register(fake);
        Queue<TokenEmitter> held = new ConcurrentLinkedQueue<>();
        fake.eachIs(adapter -> adapter.holds(emitter -> {
            served.add(adapter);
            held.add(emitter);
        }));
        try (AdapterHost host = AdapterHost.builder(registry)
                .deliveryExecutor(Runnable::run)
                .drainLimit(Duration.ofMinutes(10))
                .build()) {
            host.bind(HostFixture.spec(ALWAYS));
            host.bind(solo());
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CHANGERS; i++) {
                SplittableRandom random = new SplittableRandom(SEED + i);
                threads.add(started("changer-" + i, () -> change(host, random)));
            }
            for (int i = 0; i < CALLERS; i++) {
                SplittableRandom random = new SplittableRandom(SEED - 1 - i);
                threads.add(started("caller-" + i, () -> call(host, random, held)));
            }
            for (Thread thread : threads) {
                Patience.end(thread);
            }
            assertNull(failure.get(), () -> "seed " + SEED + ": " + failure.get());
            held.forEach(emitter -> FakeAdapter.end(emitter, "hello"));
            for (CompletableFuture<DrainResult> drain : drains) {
                assertEquals(0, Patience.get(drain).ended(), "streams were cut, seed " + SEED);
            }
            for (TokenStream stream : left) {
                assertTrue(hasEnded(stream), "seed " + SEED);
            }
            assertNothingIsLeft(host);
        }
        System.out.println("races of binding: " + new TreeMap<>(distribution) + ", " + jobs + " tasks on "
                + served.size() + " of " + fake.made.size() + " adapters");
        for (FakeAdapter adapter : fake.made) {
            assertEquals(1, adapter.closes.get(), "seed " + SEED);
            assertEquals(0, adapter.streams.count(), "seed " + SEED);
        }
        assertEquals(
                Set.of("bind", "bind refused", "rebind", "rebind refused", "unbind", "unbind refused"),
                distribution.keySet(),
                "seed " + SEED);
        assertTrue(jobs.get() >= STEPS / 10, jobs + " tasks");
    }

    private void assertNothingIsLeft(AdapterHost host) {
        List<ReplicaStatus> left = new ArrayList<>(host.replicas(HostFixture.POOL));
        left.addAll(host.replicas(SOLO));
        assertTrue(left.size() <= 4, left.toString());
        left.forEach(status -> {
            assertEquals(ReplicaState.READY, status.state(), "seed " + SEED);
            assertEquals(0, status.running(), "seed " + SEED);
        });
        long open =
                fake.made.stream().filter(adapter -> adapter.closes.get() == 0).count();
        assertEquals(left.size(), open, "seed " + SEED);
    }

    private static ReplicaSpec solo() {
        return HostFixture.spec(ALWAYS).toBuilder().pool(SOLO).build();
    }

    private void change(AdapterHost host, SplittableRandom random) {
        while (stepsLeft.getAndDecrement() > 0 && failure.get() == null) {
            int kind = random.nextInt(4);
            String replica = "r" + (kind == 0 ? random.nextInt(3) : 1 + random.nextInt(2));
            switch (kind) {
                case 0 ->
                    counted(
                            "rebind",
                            () -> drains.add(
                                    host.rebind(HostFixture.spec(replica)).toCompletableFuture()));
                case 1 -> counted("rebind", () -> drains.add(host.rebind(solo()).toCompletableFuture()));
                case 2 -> counted("bind", () -> host.bind(HostFixture.spec(replica)));
                default ->
                    counted("unbind", () -> {
                        CompletableFuture<DrainResult> drain =
                                host.unbind(HostFixture.POOL, replica).toCompletableFuture();
                        if (drain.isCompletedExceptionally()) {
                            drain.join();
                        }
                        drains.add(drain);
                    });
            }
        }
    }

    private void counted(String what, Runnable step) {
        String name = what;
        try {
            step.run();
        } catch (IllegalArgumentException e) {
            name = what + " refused"; // it is there already, or somebody else binds it
        } catch (WorkerException | CompletionException e) {
            WorkerException missing = (WorkerException) (e instanceof CompletionException ? e.getCause() : e);
            assertEquals(ErrorCode.NOT_FOUND, missing.error().code());
            name = what + " refused";
        }
        distribution.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
    }

    /** Keeps some streams open, so that most of them see their adapter replaced. */
    private void call(AdapterHost host, SplittableRandom random, Queue<TokenEmitter> held) {
        List<TokenStream> streams = new ArrayList<>();
        while (stepsLeft.get() > 0 && failure.get() == null) {
            String pool = random.nextInt(4) == 0 ? HostFixture.POOL : SOLO;
            TokenStream stream = host.submit(pool, HostFixture.task("job-" + jobs.incrementAndGet()));
            streams.add(stream);
            while (held.size() > random.nextInt(HELD)) {
                TokenEmitter emitter = held.poll();
                if (emitter != null) {
                    FakeAdapter.end(emitter, "hello");
                }
            }
            streams.removeIf(AdapterHostRebindRaceTest::hasEnded);
        }
        left.addAll(streams);
    }

    /** Whether a stream has ended, which it must have done by itself. */
    private static boolean hasEnded(TokenStream stream) {
        CompletableFuture<TokenEvent.Terminal> outcome = stream.outcome().toCompletableFuture();
        if (outcome.isDone() && !(outcome.join() instanceof TokenEvent.End)) {
            throw new AssertionError("refused or cut: " + outcome.join());
        }
        return outcome.isDone();
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
