package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("Where subscribers are called when nobody supplied an executor")
@Timeout(60)
class DeliveriesTest {

    private static final boolean HAS_VIRTUAL = Runtime.version().feature() >= 24;

    @Test
    @DisplayName("Virtual threads are used where the JVM has good ones, and only there")
    void executor_whenTheJvmHasGoodVirtualThreads_usesThem() throws Exception {
        assertEquals(HAS_VIRTUAL, VirtualThreads.executor("x").isPresent());
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        Deliveries.shared().execute(() -> ran.complete(Thread.currentThread()));
        Thread thread = Bench.soon(ran);
        assertEquals(HAS_VIRTUAL, thread.getClass().getName().contains("Virtual"));
        assertTrue(thread.isDaemon());
        assertTrue(thread.getName().startsWith("orch-delivery"), thread.getName());
    }

    @Test
    @DisplayName("Work that comes bit by bit needs one thread, not one a task")
    void pool_whenTasksComeOneAfterAnother_reusesItsThread() throws Exception {
        ThreadPoolExecutor pool = Deliveries.pool(Thread::new);
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 300; i++) {
            CompletableFuture<Thread> ran = new CompletableFuture<>();
            pool.execute(() -> ran.complete(Thread.currentThread()));
            Thread thread = Bench.soon(ran);
            used.add(thread);
            Patience.await(
                    "the thread idles", () -> thread.getState() != Thread.State.RUNNABLE && pool.getActiveCount() == 0);
        }
        pool.shutdown();
        assertEquals(1, used.size());
    }

    @Test
    @DisplayName("FLW-06: tasks that block keep no other waiting, however many they are")
    void pool_whenManyTasksBlock_runsThemAllAtOnce() throws Exception {
        ThreadPoolExecutor pool = Deliveries.pool(Thread::new);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(600);
        for (int i = 0; i < 600; i++) {
            pool.execute(() -> {
                begun.countDown();
                await(release);
            });
        }
        Patience.await(begun);
        release.countDown();
        pool.shutdown();
    }

    @Test
    @DisplayName("Where the system has no more threads, tasks wait for those that there are, and all of them run")
    void pool_whenNoThreadCanBeStarted_runsTasksOnTheOthers() throws Exception {
        AtomicInteger left = new AtomicInteger(3);
        ThreadPoolExecutor pool = Deliveries.pool(task -> {
            if (left.getAndDecrement() <= 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Thread(task);
        });
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(50);
        for (int i = 0; i < 50; i++) {
            pool.execute(() -> {
                await(release);
                done.countDown();
            });
        }
        assertEquals(3, pool.getPoolSize());
        release.countDown();
        Patience.await(done);
        pool.shutdown();
    }

    @Test
    @DisplayName("Where the system has no thread at all, whoever has a task is told")
    void pool_whenThereIsNoThreadAtAll_throws() {
        ThreadPoolExecutor pool = Deliveries.pool(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThrows(OutOfMemoryError.class, () -> pool.execute(() -> {}));
        pool.shutdown();
    }

    @Test
    @DisplayName("LIF-06: threads that are not needed go away")
    void pool_whenNothingIsToBeDone_hasNoThreads() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        Deliveries.shared().execute(() -> ran.complete(Thread.currentThread()));
        Thread thread = Bench.soon(ran);
        Patience.end(thread);
        assertEquals(Thread.State.TERMINATED, thread.getState());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
