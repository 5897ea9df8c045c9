package io.llamaorch.adapter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Secret;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Binding, unbinding and closing. */
@NoLeaks
class AdapterHostTest extends HostFixture {

    @Test
    void bind_whenFit_givesTheAdapterWhatTheSpecSays() {
        host.bind(ReplicaSpec.builder("fake")
                .pool("p")
                .replica("r7")
                .url("http://localhost:1")
                .token(Secret.of("s3cret"))
                .option("slots", "4")
                .build());
        FakeAdapter adapter = fake.of("r7");
        assertEquals("p", adapter.config.pool());
        assertEquals("http://localhost:1", adapter.config.url().orElseThrow());
        assertEquals("s3cret", adapter.config.token().orElseThrow().reveal());
        assertEquals(Map.of("slots", "4"), adapter.config.options());
        assertSame(time, adapter.config.timeSource());
        assertEquals(Set.of("p"), host.pools());
        assertEquals(ReplicaState.READY, host.replicas("p").get(0).state());
    }

    @Test
    void bind_whenTheIdIsTaken_isRefusedAndTheFirstLivesOn() {
        FakeAdapter first = bind("r0");
        String message = assertThrows(IllegalArgumentException.class, () -> host.bind(spec("r0")))
                .getMessage();
        assertTrue(message.contains("pool 'default' has a replica 'r0' already"), message);
        assertEquals(0, first.closes.get());
        first.says("hello");
        assertEnded(submit("j"));
    }

    @Test
    void bind_whenTheEngineIsUnknown_namesThoseThatExist() {
        WorkerException thrown = assertThrows(
                WorkerException.class,
                () -> host.bind(ReplicaSpec.builder("fakes").build()));
        assertEquals(ErrorCode.NOT_FOUND, thrown.error().code());
        assertTrue(thrown.getMessage().contains("did you mean 'fake'?"), thrown.getMessage());
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void bind_whenTheConfigurationIsWrong_namesPoolAndReplica() {
        fake.creates(config -> {
            throw new IllegalArgumentException("option 'slots' is no number");
        });
        String message = assertThrows(IllegalArgumentException.class, () -> host.bind(spec("r3")))
                .getMessage();
        assertEquals("replica default/r3 (fake): option 'slots' is no number", message);
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void bind_whenTheFactoryThrows_failsWithATypedError() {
        for (Throwable thrown :
                List.of(new IllegalStateException("boom"), new NoClassDefFoundError("boom"), new IOException("boom"))) {
            fake.creates(config -> Sneaky.raise(thrown));
            WorkerError error = assertThrows(WorkerException.class, () -> host.bind(spec("r0")))
                    .error();
            assertEquals(ErrorCode.INTERNAL, error.code());
            assertEquals("r0", error.replica());
            assertTrue(error.message().contains("engine 'fake' could not be created: " + thrown), error.message());
        }
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void bind_whenTheFactoryMakesNothing_failsWithATypedError() {
        fake.creates(config -> null);
        WorkerError error =
                assertThrows(WorkerException.class, () -> host.bind(spec("r0"))).error();
        assertEquals(ErrorCode.INTERNAL, error.code());
        assertEquals(Set.of(), host.pools());
    }

    /** An adapter of which the constructor hung once held up the whole host: it was made under the host's lock. */
    @Test
    @Timeout(20)
    void bind_whenAFactoryHangs_holdsUpNobodyElse() throws Exception {
        FakeAdapter other = bind("r0");
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fake.creates(config -> {
            entered.countDown();
            try {
                Patience.await(goOn);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return fake.make(config);
        });
        Thread slow = new Thread(() -> host.bind(spec("r1")), "slow-bind");
        slow.start();
        Patience.await(entered);
        Thread unbind = new Thread(() -> unbindNow("r0"), "unbind");
        unbind.start();
        unbind.join(10_000);
        int closes = other.closes.get();
        goOn.countDown();
        slow.join();
        unbind.join();
        assertEquals(1, closes, "unbind waited for another replica's factory");
        assertEquals(
                List.of("r1"),
                host.replicas(POOL).stream().map(s -> s.spec().replica()).toList());
    }

    @Test
    void bind_whenTheHostClosesMeanwhile_closesTheNewAdapterAndThrows() {
        fake.creates(config -> {
            host.close();
            return fake.make(config);
        });
        assertThrows(IllegalStateException.class, () -> host.bind(spec("r0")));
        assertEquals(1, fake.of("r0").closes.get());
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void bind_whileTheIdIsBeingBound_isRefusedBeforeAnAdapterIsMade() {
        fake.creates(config -> {
            fake.creates(fake::make);
            assertThrows(IllegalArgumentException.class, () -> host.bind(spec("r0")));
            return fake.make(config);
        });
        host.bind(spec("r0"));
        assertEquals(List.of(0), fake.made.stream().map(a -> a.closes.get()).toList());
        assertEquals(1, host.replicas(POOL).size());
    }

    @Test
    void unbind_whenStreamsRunAtTheLimit_endsThemAndClosesTheAdapter() {
        FakeAdapter adapter = bind("r0");
        TokenStream stream = submit("j");
        assertTrue(isRunning(stream));
        DrainResult result = unbindNow("r0");
        assertEquals(List.of(0, 1), List.of(result.finished(), result.ended()));
        assertFailed(ErrorCode.POOL_UNAVAILABLE, stream);
        assertEquals(1, adapter.closes.get());
        assertEquals(Set.of(), host.pools());
        assertFailed(ErrorCode.NOT_FOUND, submit("j"));
    }

    @Test
    void unbind_whenThereIsNone_namesThoseThatExist() {
        bind("r0");
        bind("r12");
        assertEquals(
                "pool 'default' has no replica 'r13'; did you mean 'r12'?; its replicas are r0, r12"
                        + " (docs/errors.md#not_found)",
                missing(host.unbind(POOL, "r13")).message());
        assertEquals(
                "there is no pool 'defaul', only default; did you mean 'default'? (docs/errors.md#not_found)",
                missing(host.unbind("defaul", "r0")).message());
        assertEquals(2, host.replicas(POOL).size());
    }

    private static WorkerError missing(CompletionStage<?> stage) {
        CompletionException failure = assertThrows(
                CompletionException.class, () -> stage.toCompletableFuture().join());
        WorkerError error =
                assertInstanceOf(WorkerException.class, failure.getCause()).error();
        assertEquals(ErrorCode.NOT_FOUND, error.code());
        return error;
    }

    @Test
    void unbind_whenBoundAgain_theNewAdapterGetsTheWork() {
        bind("r0");
        unbindNow("r0");
        FakeAdapter second = bind("r0").says("hello");
        assertEnded(submit("j"));
        assertEquals(List.of("j"), second.jobs);
    }

    @Test
    void close_whenCalledTwice_closesEachAdapterOnce() {
        FakeAdapter first = bind("r0");
        FakeAdapter second = bind("r1");
        TokenStream stream = submit("j");
        host.close();
        host.close();
        assertEquals(1, first.closes.get());
        assertEquals(1, second.closes.get());
        assertFailed(ErrorCode.POOL_UNAVAILABLE, stream);
    }

    /** One adapter that could not be closed once left all others open. */
    @Test
    void close_whenAnAdapterThrows_closesTheOthers() {
        for (String replica : List.of("r0", "r1", "r2")) {
            bind(replica);
        }
        fake.of("r0").whenClosed(() -> Sneaky.raise(new IllegalStateException("boom")));
        fake.of("r1").whenClosed(() -> Sneaky.raise(new NoClassDefFoundError("boom")));
        host.close();
        assertEquals(
                List.of(1, 1, 1), fake.made.stream().map(a -> a.closes.get()).toList());
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void unbind_whenTheAdapterThrows_hasUnboundIt() {
        bind("r0").whenClosed(() -> Sneaky.raise(new IllegalStateException("boom")));
        unbindNow("r0");
        assertEquals(Set.of(), host.pools());
    }

    @Test
    void everything_afterClose_isRefused() {
        bind("r0");
        host.close();
        assertThrows(IllegalStateException.class, () -> submit("j"));
        assertThrows(IllegalStateException.class, () -> host.bind(spec("r0")));
        for (var stage : List.of(host.health(POOL), host.properties(POOL))) {
            CompletionException failure = assertThrows(
                    CompletionException.class, () -> stage.toCompletableFuture().join());
            assertInstanceOf(IllegalStateException.class, failure.getCause());
        }
        assertThrows(IllegalStateException.class, () -> host.rebind(spec("r0")));
        missing(host.unbind(POOL, "r0"));
        assertEquals(List.of(), host.replicas(POOL));
        assertEquals(Set.of(), host.pools());
    }
}
