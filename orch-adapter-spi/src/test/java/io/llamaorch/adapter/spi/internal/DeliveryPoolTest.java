package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("The threads on which subscribers are called")
@Timeout(60)
class DeliveryPoolTest {

    private static final int FEW = 2;
    private static final Duration IDLE = Duration.ofMillis(20);

    private final ManualTime time = new ManualTime();
    private final AtomicInteger firstMade = new AtomicInteger();
    private final AtomicInteger moreMade = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final CountDownLatch release = new CountDownLatch(1);
    private final DeliveryPool pool = new DeliveryPool(FEW, made(firstMade), made(moreMade), IDLE, time);

    private ThreadFactory made(AtomicInteger counter) {
        return task -> {
            counter.incrementAndGet();
            Thread thread = new Thread(task, "delivery-test");
            threads.add(thread);
            return thread;
        };
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        release.countDown();
        while (time.waiting() > 0) {
            time.advance(DeliveryPool.PATIENCE); // the pool looks on until nobody blocks
            Thread.onSpinWait();
        }
        for (Thread thread : threads) {
            Patience.end(thread);
        }
        assertEquals(0, pool.threads());
    }

    /** Tasks that block, each of which counts when it begins. */
    private CountDownLatch block(int tasks) {
        CountDownLatch begun = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            pool.execute(() -> {
                begun.countDown();
                await(release);
            });
        }
        return begun;
    }

    private void advanceUntil(CountDownLatch latch) throws InterruptedException {
        Patience.await("it happens as time goes by", () -> {
            time.advance(DeliveryPool.PATIENCE);
            return latch.getCount() == 0;
        });
    }

    @Test
    @DisplayName("As long as nobody blocks there are a few threads, however many tasks")
    void execute_whenNobodyBlocks_usesAFewThreads() throws Exception {
        CountDownLatch done = new CountDownLatch(10_000);
        for (int i = 0; i < 10_000; i++) {
            pool.execute(done::countDown);
        }
        Patience.await(done);
        assertTrue(firstMade.get() <= FEW, firstMade + " threads");
        assertEquals(0, moreMade.get());
    }

    @Test
    @DisplayName("FLW-06: a task that has waited for 10 ms gets a thread of its own")
    void execute_whenAllThreadsBlock_startsAnotherAfterTenMilliseconds() throws Exception {
        Patience.await(block(FEW));
        CompletableFuture<Void> ran = new CompletableFuture<>();
        pool.execute(() -> ran.complete(null));
        time.advance(DeliveryPool.PATIENCE.minusNanos(1));
        assertEquals(FEW, pool.threads());

        time.advance(Duration.ofNanos(1));

        Bench.soon(ran);
        assertEquals(1, moreMade.get());
    }

    @Test
    @DisplayName("FLW-06: a thousand that block are found in 50 ms")
    void execute_whenAThousandBlock_runsThemAllInFiftyMilliseconds() throws Exception {
        CountDownLatch begun = block(1_000);
        for (int i = 0; i < 5; i++) {
            time.advance(DeliveryPool.PATIENCE);
        }
        Patience.await(begun);
    }

    @Test
    @DisplayName("FLW-06: once those that block are known, a task waits for nobody")
    void execute_whenThoseThatBlockAreKnown_runsAtOnce() throws Exception {
        advanceUntil(block(20));
        time.advance(DeliveryPool.PATIENCE.multipliedBy(2));
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Void> ran = new CompletableFuture<>();
            pool.execute(() -> ran.complete(null));
            Bench.soon(ran);
            time.advance(DeliveryPool.PATIENCE);
        }
    }

    @Test
    @DisplayName("A task that came after the last look has not waited long")
    void execute_whenATaskHasJustCome_startsNoThreadForIt() throws Exception {
        CountDownLatch begun = block(FEW);
        Patience.await(begun);
        pool.execute(() -> {});
        time.advance(DeliveryPool.PATIENCE); // grows
        CountDownLatch second = block(1);
        Patience.await(second);
        int before = pool.threads();
        time.advance(DeliveryPool.PATIENCE);
        assertEquals(before, pool.threads());
    }

    /** What idles is woken in turns, and to wake it is what costs. */
    @Test
    @DisplayName("When nobody blocks any more, there are a few threads again at once")
    void look_whenNobodyBlocksAnyMore_letsThreadsGo() throws Exception {
        DeliveryPool patient = new DeliveryPool(FEW, made(firstMade), made(moreMade), Duration.ofSeconds(3), time);
        CountDownLatch begun = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            patient.execute(() -> {
                begun.countDown();
                await(release);
            });
        }
        advanceUntil(begun);
        release.countDown();
        Patience.await("a few threads", () -> {
            time.advance(DeliveryPool.PATIENCE);
            return patient.threads() <= FEW;
        });
        assertEquals(FEW, patient.threads(), "they went away because they idled");
    }

    @Test
    @DisplayName("When nobody blocks any more, the pool looks no more")
    void look_whenNobodyBlocksAnyMore_ends() throws Exception {
        advanceUntil(block(20));
        assertEquals(1, time.waiting());
        release.countDown();
        Patience.await("no timer", () -> {
            time.advance(DeliveryPool.PATIENCE);
            return time.waiting() == 0;
        });
    }

    @Test
    @DisplayName("Where the system has no more threads, tasks wait for those that there are, and all of them run")
    void execute_whenNoThreadCanBeStarted_runsTasksOnTheOthers() throws Exception {
        AtomicInteger left = new AtomicInteger(3);
        ThreadFactory scarce = task -> {
            if (left.getAndDecrement() <= 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return made(firstMade).newThread(task);
        };
        DeliveryPool poor = new DeliveryPool(FEW, scarce, scarce, IDLE, time);
        CountDownLatch done = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            poor.execute(() -> {
                await(release);
                done.countDown();
            });
        }
        for (int i = 0; i < 5; i++) {
            time.advance(DeliveryPool.PATIENCE);
        }
        assertEquals(3, poor.threads());
        release.countDown();
        Patience.await(done);
    }

    @Test
    @DisplayName("Where the system has no thread at all, whoever has a task is told")
    void execute_whenThereIsNoThreadAtAll_throws() {
        ThreadFactory none = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        DeliveryPool poor = new DeliveryPool(FEW, none, none, IDLE, time);
        assertThrows(OutOfMemoryError.class, () -> poor.execute(() -> {}));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
