package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** LIF-02: one adapter takes the place of another, and nobody notices but those who look. */
@NoLeaks
class AdapterHostRebindTest extends HostFixture {

    private final Queue<TokenEmitter> held = new ConcurrentLinkedQueue<>();

    @Test
    void rebind_whenFit_givesNewWorkToTheNewOneAndLetsTheOldOneFinish() {
        FakeAdapter first = bind("r0").holds(held::add);
        TokenStream old = submit("a");
        var going = host.rebind(spec("r0").toBuilder().url("http://new:1").build());
        FakeAdapter second = fake.of("r0").says("hello");

        assertEnded(submit("b"));
        assertEnded(host.submit(POOL, pinned("c")));
        assertTrue(isRunning(old));
        assertEquals(List.of("a"), first.jobs);
        assertEquals(List.of("b", "c"), second.jobs);
        assertEquals("http://new:1", second.config.url().orElseThrow());
        FakeAdapter.end(held.remove(), "hello");

        assertEnded(old);
        assertEquals(1, over(going).finished());
        assertEquals(List.of(1, 0), List.of(first.closes.get(), second.closes.get()));
    }

    /** The old one goes on working while the new one is made, so that there is no moment without any. */
    @Test
    void rebind_whileTheNewOneIsMade_theOldOneServes() {
        FakeAdapter first = bind("r0").says("hello");
        fake.creates(config -> {
            assertEnded(submit("a"));
            assertEquals(
                    List.of(ReplicaState.READY, ReplicaState.STARTING),
                    host.replicas(POOL).stream().map(ReplicaStatus::state).toList());
            return fake.make(config);
        });
        over(host.rebind(spec("r0")));
        assertEquals(List.of("a"), first.jobs);
        assertEquals(1, host.replicas(POOL).size());
    }

    @Test
    void rebind_whenTheNewOneIsRefused_theOldOneStays() {
        FakeAdapter first = bind("r0").says("hello");
        fake.creates(config -> {
            throw new IllegalArgumentException("url is missing");
        });
        String message = assertThrows(IllegalArgumentException.class, () -> host.rebind(spec("r0")))
                .getMessage();
        assertEquals("replica default/r0 (fake): url is missing", message);
        assertEnded(submit("a"));
        assertEquals(0, first.closes.get());
        assertEquals(1, host.replicas(POOL).size());
        fake.creates(fake::make);
        over(host.rebind(spec("r0")));
    }

    @Test
    void rebind_whenThereIsNone_namesThoseThatExist() {
        bind("r0");
        WorkerException thrown = assertThrows(WorkerException.class, () -> host.rebind(spec("r1")));
        assertEquals(ErrorCode.NOT_FOUND, thrown.error().code());
        assertTrue(thrown.getMessage().contains("pool 'default' has no replica 'r1'"), thrown.getMessage());
        assertEquals(1, fake.made.size());
    }

    @Test
    void rebind_whileItIsBoundAnew_isRefusedBeforeAnAdapterIsMade() {
        bind("r0");
        fake.creates(config -> {
            fake.creates(fake::make);
            assertThrows(IllegalArgumentException.class, () -> host.rebind(spec("r0")));
            assertThrows(IllegalArgumentException.class, () -> host.bind(spec("r0")));
            return fake.make(config);
        });
        over(host.rebind(spec("r0")));
        assertEquals(2, fake.made.size());
    }

    /** Who unbinds a replica means it, also if somebody is about to bind it anew. */
    @Test
    void rebind_whenItIsUnboundMeanwhile_closesTheNewOneAndSaysSo() {
        bind("r0");
        fake.creates(config -> {
            unbindNow("r0");
            return fake.make(config);
        });
        WorkerException thrown = assertThrows(WorkerException.class, () -> host.rebind(spec("r0")));
        assertEquals(ErrorCode.NOT_FOUND, thrown.error().code());
        assertEquals(List.of(1, 1), fake.made.stream().map(a -> a.closes.get()).toList());
        assertEquals(List.of(), host.replicas(POOL));
    }

    @Test
    void rebind_whenTheHostClosesMeanwhile_closesTheNewOneAndThrows() {
        bind("r0");
        fake.creates(config -> {
            host.close();
            return fake.make(config);
        });
        assertThrows(IllegalStateException.class, () -> host.rebind(spec("r0")));
        assertEquals(List.of(1, 1), fake.made.stream().map(a -> a.closes.get()).toList());
    }

    private static TaskRequest pinned(String job) {
        return TaskRequest.builder("say something")
                .jobId(job)
                .pin(Pin.toReplica("r0"))
                .build();
    }
}
