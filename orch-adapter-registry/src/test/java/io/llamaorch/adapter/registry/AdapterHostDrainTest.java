package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** LIF-01 and LIF-03: how a replica goes. */
@NoLeaks
class AdapterHostDrainTest extends HostFixture {

    private static final Duration LIMIT = Duration.ofSeconds(7);

    private final Queue<TokenEmitter> held = new ConcurrentLinkedQueue<>();

    private FakeAdapter bindHolding(String replica) {
        return bind(replica).holds(held::add);
    }

    private void endOne() {
        FakeAdapter.end(held.remove(), "hello");
    }

    @Test
    void unbind_whileStreamsRun_refusesNewWorkAtOnceAndLetsThemFinish() {
        FakeAdapter r0 = bindHolding("r0");
        TokenStream stream = submit("a");
        var going = host.unbind(POOL, "r0", LIMIT).toCompletableFuture();

        assertFailed(ErrorCode.POOL_UNAVAILABLE, submit("b"));
        assertEquals(List.of("a"), r0.jobs);
        time.advance(LIMIT.minusNanos(1));
        assertFalse(going.isDone());
        assertTrue(isRunning(stream));
        assertEquals(ReplicaState.DRAINING, status("r0").state());
        assertEquals("it was unbound", status("r0").reason());
        endOne();

        assertEnded(stream);
        assertEquals(
                new DrainResult(spec("r0"), 1, 0, LIMIT.minusNanos(1)).toString(),
                over(going).toString());
        assertEquals(1, r0.closes.get());
        assertEquals(List.of(), host.replicas(POOL));
    }

    @Test
    void unbind_whenTheLimitPasses_endsTheRestAndSaysHowMany() {
        FakeAdapter r0 = bindHolding("r0");
        TokenStream a = submit("a");
        TokenStream b = submit("b");
        var going = host.unbind(POOL, "r0", LIMIT).toCompletableFuture();
        endOne();
        assertEquals(0, r0.closes.get());

        time.advance(LIMIT);

        DrainResult result = over(going);
        assertEquals(List.of(1, 1), List.of(result.finished(), result.ended()));
        assertEquals(LIMIT, result.took());
        assertEnded(a);
        assertFailed(ErrorCode.POOL_UNAVAILABLE, b);
        assertEquals(0, time.waiting());
    }

    @Test
    void unbind_whenNothingRuns_closesAtOnce() {
        bindHolding("r0");
        assertEquals(0, over(host.unbind(POOL, "r0", LIMIT)).ended());
        assertEquals(0, time.waiting());
    }

    @Test
    void unbind_whenNoLimitIsGiven_takesTheHosts() {
        bindHolding("r0");
        TokenStream stream = submit("a");
        var unused = stream.collect(); // or it would be cancelled, for nobody wants it
        var going = host.unbind(POOL, "r0").toCompletableFuture();
        time.advance(AdapterHost.DRAIN_LIMIT.minusNanos(1));
        assertTrue(isRunning(stream));
        time.advance(Duration.ofNanos(1));
        assertEquals(1, over(going).ended());
    }

    @Test
    void unbind_whenTheLimitIsNegative_isRefused() {
        bind("r0");
        assertThrows(IllegalArgumentException.class, () -> host.unbind(POOL, "r0", Duration.ofNanos(-1)));
        assertEquals(ReplicaState.READY, status("r0").state());
    }

    @Test
    void unbind_whileItDrains_findsItNoMore() {
        bindHolding("r0");
        submit("a");
        var going = host.unbind(POOL, "r0", LIMIT);
        assertTrue(host.unbind(POOL, "r0", LIMIT).toCompletableFuture().isCompletedExceptionally());
        endOne();
        over(going);
    }

    @Test
    void bind_whileTheOldOneDrains_servesUnderTheSameId() {
        bindHolding("r0");
        TokenStream old = submit("a");
        var going = host.unbind(POOL, "r0", LIMIT);
        FakeAdapter second = bind("r0").says("hello");

        assertEnded(submit("b"));
        assertTrue(isRunning(old));
        assertEquals(List.of("b"), second.jobs);
        assertEquals(
                List.of(ReplicaState.READY, ReplicaState.DRAINING),
                host.replicas(POOL).stream().map(ReplicaStatus::state).toList());
        endOne();
        over(going);
        assertEquals(1, host.replicas(POOL).size());
    }

    @Test
    void close_whileReplicasDrain_endsTheirStreams() {
        FakeAdapter r0 = bindHolding("r0");
        TokenStream stream = submit("a");
        var going = host.unbind(POOL, "r0", LIMIT);

        host.close();

        assertFailed(ErrorCode.POOL_UNAVAILABLE, stream);
        assertEquals(1, over(going).ended());
        assertEquals(1, r0.closes.get());
        assertEquals(0, time.waiting());
    }

    @Test
    void healthAndProperties_whileItDrains_leaveItAlone() {
        FakeAdapter r0 = bindHolding("r0");
        submit("a");
        var going = host.unbind(POOL, "r0", LIMIT);
        assertEquals(0, now(host.health(POOL)).size());
        assertEquals(0, now(host.properties(POOL)).size());
        time.advance(Duration.ofSeconds(5)); // more than any pause between two looks would be
        assertEquals(1, r0.healthChecks.get(), "it was looked at when it was bound");
        endOne();
        over(going);
    }

    @Test
    void listener_hearsOfEachMoveWithItsCause() {
        bindHolding("r0");
        held.clear();
        submit("a");
        held.remove().error(WorkerError.of(ErrorCode.POOL_UNREADY, "it loads its model"));
        time.advance(Duration.ofSeconds(1));
        over(host.unbind(POOL, "r0", LIMIT));

        assertEquals(
                List.of(
                        "STARTING to READY, its adapter was made",
                        "READY to UNREADY, POOL_UNREADY: it loads its model",
                        "UNREADY to READY, a health check found it ready: it answers",
                        "READY to DRAINING, it was unbound",
                        "DRAINING to CLOSED, its streams had ended"),
                moves.stream()
                        .map(move -> move.toString().replaceFirst("^default/r0 \\(fake\\): ", ""))
                        .map(text -> text.replaceFirst("(it loads its model).*", "$1"))
                        .toList());
    }

    @Test
    void listener_whenAnAdapterCannotBeMade_hearsThatItFailed() {
        fake.creates(config -> {
            throw new IllegalArgumentException("url is missing");
        });
        assertThrows(IllegalArgumentException.class, () -> host.bind(spec("r0")));
        assertEquals(
                "default/r0 (fake): STARTING to FAILED, its adapter refused its configuration: url is missing",
                moves.get(0).toString());
    }

    /** An adapter that does not close is left to itself, and who waits for the replica's end hears of it. */
    @Test
    void unbind_whenTheAdapterHangs_isOverAfterTenSeconds() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        bind("r0").whenClosed(() -> {
            closing.countDown();
            try {
                Patience.await(release);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        CompletableFuture<DrainResult> going = host.unbind(POOL, "r0").toCompletableFuture();
        Patience.await(closing);
        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertFalse(going.isDone());
        time.advance(Duration.ofNanos(1));
        assertEquals(Duration.ofSeconds(10), over(going).took());
        release.countDown();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("orch-close-")) {
                Patience.end(thread);
            }
        }
    }
}
