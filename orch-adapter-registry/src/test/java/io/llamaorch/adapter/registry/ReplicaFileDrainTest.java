package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CFG-03, LIF-03: a host that follows a file lets a replica drain that is marked so, and binds it again. */
@NoLeaks
class ReplicaFileDrainTest extends HostFixture {

    private static final String FILE = """
            {"replicas": [{"engine": "fake"}, {"engine": "fake", "drain": %s}, {"engine": "fake"}]}""";

    private final Queue<TokenEmitter> held = new ConcurrentLinkedQueue<>();

    @TempDir
    Path folder;

    @BeforeEach
    void follow() throws IOException {
        fake.eachIs(adapter -> adapter.holds(held::add));
        mark(false);
        host.follow(ReplicaSource.file(folder.resolve("replicas.json")));
    }

    private void mark(boolean drain) throws IOException {
        Files.writeString(folder.resolve("replicas.json"), FILE.formatted(drain));
    }

    private void look() {
        time.advance(ReplicaSource.FILE_INTERVAL);
    }

    private TokenStream onMarked() {
        return host.submit(
                POOL, TaskRequest.builder("hi").pin(Pin.toReplica("r1")).build());
    }

    private List<String> bound() {
        return host.replicas(POOL).stream()
                .map(status -> status.replica() + " " + status.state())
                .toList();
    }

    @Test
    void mark_whenSet_drainsTheReplicaAndTouchesNoOther() throws IOException {
        TokenStream running = onMarked();
        mark(true);
        look();
        assertEquals(List.of("r0 READY", "r1 DRAINING", "r2 READY"), bound());
        assertTrue(isRunning(running));
        assertEquals(3, fake.made.size(), "nothing was bound anew");
        FakeAdapter.end(held.remove(), "hello");
        assertEnded(running);
    }

    @Test
    void mark_whenSet_sendsItNoNewTask() throws IOException {
        mark(true);
        look();
        assertFailed(ErrorCode.NOT_FOUND, onMarked());
    }

    @Test
    void mark_whenAStreamRunsOnPastTheDrainLimit_endsIt() throws IOException {
        TokenStream running = onMarked();
        var unused = running.collect(); // one that nobody takes would end by itself
        mark(true);
        look();
        time.advance(AdapterHost.DRAIN_LIMIT);
        over(running.outcome()); // its adapter is closed on a thread of its own
        assertFailed(ErrorCode.POOL_UNAVAILABLE, running);
    }

    @Test
    void mark_whenTakenAway_bindsTheReplicaAgain() throws IOException {
        mark(true);
        look();
        FakeAdapter drained = fake.of("r1");
        mark(false);
        look();
        TokenStream again = onMarked();
        assertTrue(isRunning(again));
        assertEquals(4, fake.made.size());
        Patience.await("its adapter is closed, on a thread of its own", () -> drained.closes.get() == 1);
        FakeAdapter.end(held.remove(), "hello");
        assertEnded(again);
    }

    @Test
    void mark_whenTakenAwayWhileItDrains_bindsItBesideTheOldOne() throws IOException {
        TokenStream old = onMarked();
        mark(true);
        look();
        mark(false);
        look();
        assertEquals(List.of("r0 READY", "r1 READY", "r1 DRAINING", "r2 READY"), bound());
        assertTrue(isRunning(old));
        FakeAdapter.end(held.remove(), "hello");
        assertEnded(old);
    }

    @Test
    void mark_whenUnchanged_changesNothing() throws IOException {
        mark(true);
        look();
        FakeAdapter other = fake.of("r2");
        mark(true);
        look();
        assertSame(other, fake.of("r2"));
        assertEquals(3, fake.made.size());
    }
}
