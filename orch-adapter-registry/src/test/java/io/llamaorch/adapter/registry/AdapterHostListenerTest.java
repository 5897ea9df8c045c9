package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** OBS-05: whoever watches harms nobody, whatever he does. */
@NoLeaks
class AdapterHostListenerTest {

    private static final int TASKS = 200;
    private static final List<TaskStage> STAGES =
            List.of(TaskStage.SUBMITTED, TaskStage.DISPATCHED, TaskStage.STARTED, TaskStage.ENDED);

    private final FakeFactory fake = new FakeFactory("fake").eachIs(adapter -> adapter.says("hello"));
    private final AdapterRegistry registry = AdapterRegistry.empty();
    private final Queue<TaskReport> reports = new ConcurrentLinkedQueue<>();

    private final HostListener good = new HostListener() {
        @Override
        public void onTask(TaskReport report) {
            reports.add(report);
        }
    };

    AdapterHostListenerTest() {
        registry.register(fake);
    }

    /** With threads of its own, as in life. */
    private AdapterHost host(HostListener bad) {
        AdapterHost host =
                AdapterHost.builder(registry).listener(bad).listener(good).build();
        host.bind(HostFixture.spec("r0"));
        return host;
    }

    private static void serveAll(AdapterHost host) throws Exception {
        for (int i = 0; i < TASKS; i++) {
            assertEquals(
                    "hello",
                    Patience.get(host.submit(HostFixture.POOL, HostFixture.task("j" + i))
                            .collect()));
        }
    }

    private void assertAllWasTold() {
        Patience.await("the last report", () -> reports.size() == TASKS * STAGES.size());
        assertEquals(allInOrder(), byJob(reports));
    }

    private static Map<String, List<TaskStage>> allInOrder() {
        return IntStream.range(0, TASKS).boxed().collect(Collectors.toMap(i -> "j" + i, i -> STAGES));
    }

    /** What was told of each job, in order; jobs overtake each other on their way. */
    private static Map<String, List<TaskStage>> byJob(Collection<TaskReport> told) {
        return told.stream()
                .collect(Collectors.groupingBy(
                        TaskReport::jobId, Collectors.mapping(TaskReport::stage, Collectors.toList())));
    }

    @Test
    void listener_whenItThrowsAnything_harmsNeitherStreamsNorOthers() throws Exception {
        List<Throwable> thrown = List.of(
                new IllegalStateException("boom"),
                new AssertionError("boom"),
                new StackOverflowError("boom"),
                new NoSuchMethodError("boom"));
        AtomicInteger told = new AtomicInteger();
        HostListener bad = new HostListener() {
            @Override
            public void onTask(TaskReport report) {
                Sneaky.raise(thrown.get(told.getAndIncrement() % thrown.size()));
            }
        };
        try (AdapterHost host = host(bad)) {
            serveAll(host);
            assertAllWasTold();
            Patience.await("what the bad one throws at", () -> told.get() == TASKS * STAGES.size());
        }
    }

    @Test
    void listener_whileItBlocks_delaysNeitherStreamsNorOthersAndThenHearsAllInOrder() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        Queue<TaskReport> slow = new ConcurrentLinkedQueue<>();
        HostListener blocking = new HostListener() {
            @Override
            public void onTask(TaskReport report) {
                try {
                    Patience.await(goOn);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                slow.add(report);
            }
        };
        try (AdapterHost host = host(blocking)) {
            serveAll(host);
            assertAllWasTold();
            assertEquals(0, slow.size());
            goOn.countDown();
            Patience.await("what the slow one missed", () -> slow.size() == TASKS * STAGES.size());
            assertEquals(allInOrder(), byJob(slow));
        }
    }
}
