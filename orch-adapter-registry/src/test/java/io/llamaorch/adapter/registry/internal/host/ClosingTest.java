package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.List;
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
    void all_whenOneThrows_closesTheOther() {
        doThrow(new AssertionError("broken")).when(bad).close();

        Closing.all(List.of(replica("bad", bad), replica("good", good)), time);

        verify(good).close();
    }

    @Test
    void all_whenOneHangs_closesTheOtherAndReturnsAtTheLimit() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        doAnswer(call -> {
                    hangs.countDown();
                    return release.await(HANGS_SECONDS, TimeUnit.SECONDS);
                })
                .when(bad)
                .close();
        CountDownLatch closed = new CountDownLatch(1);
        doAnswer(call -> {
                    closed.countDown();
                    return null;
                })
                .when(good)
                .close();
        Thread caller = new Thread(() -> Closing.all(List.of(replica("bad", bad), replica("good", good)), time));
        caller.start();
        Patience.await(hangs);
        Patience.await(closed);
        time.awaitTimer(Closing.LIMIT);
        assertTrue(caller.isAlive());

        time.advance(Closing.LIMIT);

        Patience.end(caller);
        assertEquals(1, release.getCount(), "the adapter hangs still");
    }

    @Test
    void all_whenInterrupted_waitsNoLongerAndKeepsTheFlag() {
        doAnswer(call -> release.await(HANGS_SECONDS, TimeUnit.SECONDS))
                .when(bad)
                .close();
        Thread.currentThread().interrupt();

        Closing.all(List.of(replica("bad", bad)), time);

        assertTrue(Thread.interrupted());
        assertEquals(1, release.getCount());
    }

    private Replica replica(String id, WorkerAdapter adapter) {
        return new Replica(ReplicaSpec.builder("fake").replica(id).build(), adapter, time, Runnable::run);
    }
}
