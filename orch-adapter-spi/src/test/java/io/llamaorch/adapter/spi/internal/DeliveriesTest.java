package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("Where subscribers are called when nobody supplied an executor")
@Timeout(60)
class DeliveriesTest {

    private static final boolean HAS_VIRTUAL = Runtime.version().feature() >= 24;

    @Test
    @DisplayName("FLW-06: many that block hold up no other; they have virtual threads where the JVM has good ones")
    void shared_whenManyTasksBlock_runsThemAllAtOnce() throws Exception {
        assertEquals(HAS_VIRTUAL, VirtualThreads.factory("x").isPresent());
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(600);
        for (int i = 0; i < 600; i++) {
            Deliveries.shared().execute(() -> {
                threads.add(Thread.currentThread());
                begun.countDown();
                await(release);
            });
        }
        Patience.await(begun);
        release.countDown();

        long virtual = threads.stream()
                .filter(thread -> thread.getClass().getName().contains("Virtual"))
                .count();
        long few = Math.max(2, Runtime.getRuntime().availableProcessors());
        assertEquals(HAS_VIRTUAL ? 600 - few : 0, virtual);
        threads.forEach(thread -> {
            assertTrue(thread.isDaemon());
            assertTrue(thread.getName().startsWith("orch-delivery"), thread.getName());
        });
    }

    @Test
    @DisplayName("LIF-06: threads that are not needed go away")
    void shared_whenNothingIsToBeDone_hasNoThreads() throws Exception {
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
