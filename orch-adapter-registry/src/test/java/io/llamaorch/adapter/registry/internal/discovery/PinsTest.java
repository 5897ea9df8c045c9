package io.llamaorch.adapter.registry.internal.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.DiscoveredAdapter;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Origin;
import io.llamaorch.adapter.registry.DiscoveredAdapter.Verdict;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

/** REG-06: what is said to hold a removed plugin. */
@NoLeaks
class PinsTest {

    private final UnitLoader loader = new UnitLoader("plugin tiny.jar", List.of(), Map.of());
    private final Plugin plugin = new Plugin(loader);
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void tearDown() throws Exception {
        end.countDown();
        for (Thread thread : threads) {
            Patience.end(thread);
        }
    }

    @Test
    void told_whenNothingIsFound_saysHowToFindOut() {
        assertTold(
                "it was removed, and its classes are still in memory; no adapter and no thread of it was found",
                "let a full garbage collection run; if it stays after that, a heap dump shows what refers to it");
    }

    @Test
    void told_whenAThreadHasItsLoader_namesTheThread() {
        start("poller", loader);
        start("another", getClass().getClassLoader());
        assertTold(
                "it was removed, and is held in memory by thread 'poller'",
                "tell the adapter's author: close must end every thread that it started");
    }

    @Test
    void told_whenAThreadHasALoaderThatThePluginMade_namesTheThread() {
        start("poller", new ClassLoader(loader) {});
        assertTold(
                "it was removed, and is held in memory by thread 'poller'",
                "tell the adapter's author: close must end every thread that it started");
    }

    @Test
    void told_whenManyHoldIt_namesSomeAndCountsTheOthers() {
        for (int i = 1; i <= 7; i++) {
            start("poller-" + i, loader);
        }
        assertTold(
                "it was removed, and is held in memory by thread 'poller-1', thread 'poller-2', thread 'poller-3',"
                        + " thread 'poller-4', thread 'poller-5' and 2 more",
                "tell the adapter's author: close must end every thread that it started");
    }

    @Test
    void told_whenAdaptersAndThreadsHoldIt_namesAdaptersFirst() {
        WorkerAdapter first = Mockito.mock();
        WorkerAdapter second = Mockito.mock();
        plugin.made().add(AdapterConfig.builder().replica("pool", "r1").build(), first);
        plugin.made().add(AdapterConfig.builder().build(), second);
        start("poller", loader);
        assertTold(
                "it was removed, and is held in memory by an adapter of no replica, the adapter of replica pool/r1,"
                        + " thread 'poller'",
                "unbind the replica and let go of its adapter; tell the adapter's author: close must end every thread"
                        + " that it started");
        assertEquals(2, List.of(first, second).size()); // which were held until here
    }

    private void assertTold(String reason, String remedy) {
        DiscoveredAdapter entry = DiscoveredAdapter.loaded("tiny.Factory", "tiny", "1.0", Origin.UNKNOWN);
        DiscoveredAdapter told = Pins.told(entry, plugin);
        assertEquals(Verdict.REMOVED, told.verdict());
        assertEquals(reason, told.reason());
        assertEquals(remedy, told.remedy());
    }

    private void start(String name, ClassLoader context) {
        Thread thread = new Thread(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setContextClassLoader(context);
        threads.add(thread);
        thread.start();
    }
}
