package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** LIF-04, from the host's side: closing is bounded, whatever an adapter does. */
@NoLeaks
class ClosingTest {

    /** Far longer, so that an adapter that hangs cannot pass for one that was waited for. */
    private static final int HANGS_SECONDS = 600;

    private final ManualTime time = new ManualTime();
    private final CountDownLatch release = new CountDownLatch(1);
    private final WorkerAdapter good = mock(WorkerAdapter.class);
    private final WorkerAdapter bad = mock(WorkerAdapter.class);

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        release.countDown();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("orch-close-")) {
                Patience.end(thread);
            }
        }
        assertEquals(0, time.waiting());
    }

    @Test
    void begin_whenTheAdapterThrows_isOver() throws Exception {
        doThrow(new AssertionError("broken")).when(bad).close();

        Patience.get(Closing.begin(replica("bad", bad), time));

        verify(bad).close();
    }

    @Test
    void begin_whenTheAdapterHangs_isOverAtTheLimit() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        doAnswer(call -> {
                    hangs.countDown();
                    return release.await(HANGS_SECONDS, TimeUnit.SECONDS);
                })
                .when(bad)
                .close();
        CompletableFuture<Void> over = Closing.begin(replica("bad", bad), time);
        Patience.get(Closing.begin(replica("good", good), time));
        Patience.await(hangs);
        verify(good).close();
        time.advance(Closing.LIMIT.minusNanos(1));
        assertFalse(over.isDone());

        time.advance(Duration.ofNanos(1));

        assertTrue(over.isDone());
        assertEquals(1, release.getCount(), "the adapter hangs still");
    }

    @Test
    void await_whenInterrupted_waitsNoLongerAndKeepsTheFlag() {
        Thread.currentThread().interrupt();

        Closing.await(List.of(new CompletableFuture<>()));

        assertTrue(Thread.interrupted());
    }

    private Replica replica(String id, WorkerAdapter adapter) {
        ReplicaSpec spec = ReplicaSpec.builder("fake").replica(id).build();
        Announcements unheard = new Announcements(List.of(), Runnable::run);
        Policies policies =
                new Policies(AdmissionPolicy.DEFAULT, RetryPolicy.DEFAULT, BreakerPolicy.DEFAULT, HealthPolicy.DEFAULT);
        Lifecycle lifecycle = new Lifecycle(policies.health(), unheard.of(spec));
        return new Replica(
                spec,
                Owner.HAND,
                new Replica.Made(adapter, Set.of(), lifecycle),
                new HostSettings(time, Runnable::run, policies, unheard, () -> 0.5));
    }
}
