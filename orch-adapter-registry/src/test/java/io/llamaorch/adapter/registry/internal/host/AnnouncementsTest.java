package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.HostListener;
import io.llamaorch.adapter.registry.ReplicaMove;
import io.llamaorch.adapter.registry.ReplicaSpec;
import io.llamaorch.adapter.registry.ReplicaState;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** OBS-05: a listener hears of everything, in order, and harms nobody. */
@NoLeaks
class AnnouncementsTest {

    private static final ReplicaSpec SPEC =
            ReplicaSpec.builder("fake").replica("r0").build();

    private final List<String> heard = new ArrayList<>();

    private final HostListener listener = new HostListener() {
        @Override
        public void onMove(ReplicaMove move) {
            heard.add(move.cause());
        }
    };

    private static void announce(Announcements announcements, int number) {
        Lifecycle.Moves moves = announcements.of(SPEC);
        moves.add(ReplicaState.READY, ReplicaState.UNREADY, "cause " + number);
        moves.tell();
    }

    private static List<String> causes(int many) {
        return IntStream.range(0, many).mapToObj(i -> "cause " + i).toList();
    }

    @Test
    void listener_whenItThrows_hearsOfTheNextAndSoDoTheOthers() {
        HostListener broken = new HostListener() {
            @Override
            public void onMove(ReplicaMove move) {
                throw new AssertionError("broken");
            }
        };
        Announcements announcements = new Announcements(List.of(broken, listener), Runnable::run);

        announce(announcements, 0);
        announce(announcements, 1);

        assertEquals(causes(2), heard);
    }

    @Test
    void listener_whenItBlocks_holdsUpNobodyAndHearsAllOfItInOrder() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        HostListener slow = new HostListener() {
            @Override
            public void onMove(ReplicaMove move) {
                blocks.countDown();
                try {
                    Patience.await(goOn);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        ExecutorService executor = Executors.newCachedThreadPool();
        Announcements announcements = new Announcements(List.of(slow, listener), executor);
        announce(announcements, 0);
        Patience.await(blocks);
        for (int i = 1; i < 1_000; i++) {
            announce(announcements, i); // on this thread, which would hang
        }
        goOn.countDown();
        executor.shutdown();
        executor.awaitTermination(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);

        assertEquals(causes(1_000), heard);
    }

    @Test
    void listener_whenTheExecutorIsShutDown_hearsOfItElsewhere() throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        HostListener waiting = new HostListener() {
            @Override
            public void onMove(ReplicaMove move) {
                told.countDown();
            }
        };
        Announcements announcements = new Announcements(List.of(waiting), task -> {
            throw new RejectedExecutionException("shut down");
        });

        announce(announcements, 0);

        Patience.await(told);
    }
}
