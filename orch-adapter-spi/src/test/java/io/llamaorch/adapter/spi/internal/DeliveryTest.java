package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("On which thread, and in what order, a subscriber is called (FLW-01, FLW-06)")
@Timeout(60)
class DeliveryTest {

    @Test
    @DisplayName("FLW-06: a subscriber that may block is called on the executor, never by the producer")
    void subscriber_whenOrdinary_isCalledOnTheExecutor() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        Bench bench = new Bench(tasks::add);
        Recorder heard = Recorder.greedy();
        bench.stream().subscribe(heard);
        bench.start();
        bench.tokens(3);
        heard.assertKinds();
        assertEquals(1, tasks.size(), "one task at a time");
        tasks.remove().run();
        heard.assertKinds("Started", "Token", "Token", "Token");
        assertEquals(0, tasks.size());
    }

    @Test
    @DisplayName("FLW-06: a subscriber that never blocks is called by the producer")
    void subscriber_whenNonBlocking_isCalledByTheProducer() {
        Bench bench = new Bench(task -> {
            throw new AssertionError("nothing needs the executor");
        });
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.start();
        bench.tokens(1);
        heard.assertKinds("Started", "Token");
        heard.threads.forEach(thread -> assertSame(Thread.currentThread(), thread));
    }

    @Test
    @DisplayName("FLW-06: an adapter can name the subscriber that is called on its thread, and no other")
    void inlineSubscriber_whenAsked_isTheOneThatTheProducerCalls() {
        Bench unclaimed = Bench.started();
        assertEquals(Optional.empty(), unclaimed.emitter.inlineSubscriber());
        unclaimed.stream().subscribe(Recorder.greedy());
        assertEquals(Optional.empty(), unclaimed.emitter.inlineSubscriber());
        unclaimed.letGo();

        Bench inline = Bench.started();
        NonBlockingSubscriber subscriber = Recorder.greedy().nonBlocking();
        inline.stream().subscribe(subscriber);
        assertEquals(Optional.of(subscriber.getClass()), inline.emitter.inlineSubscriber());
        inline.letGo();
    }

    @Test
    @DisplayName("FLW-06: a subscriber that blocks delays no other stream, limit or cancel")
    void subscriber_whenItBlocks_delaysNobody() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Bench one = new Bench(Deliveries.shared());
        one.emitter.watch(Optional.empty());
        one.stream().subscribe(Recorder.greedy().then(event -> {
            blocked.countDown();
            await(release);
        }));
        one.start();
        Patience.await(blocked);

        Bench other = new Bench(Deliveries.shared());
        Recorder heard = Recorder.greedy();
        other.stream().subscribe(heard);
        other.start();
        other.tokens(5);
        other.end();
        heard.awaitFinished();

        one.tokens(31);
        one.time.advance(Duration.ofSeconds(60));
        assertTrue(one.emitter.ended(), "its own stall limit passes");
        Bench.soon(one.stream().outcome());

        Bench third = new Bench(Deliveries.shared());
        third.stream().subscribe(Recorder.greedy());
        assertEquals(
                Cancellation.Answer.ACCEPTED, Bench.soon(third.stream().cancel().accepted()));
        release.countDown();
        one.letGo();
        third.letGo();
    }

    @Test
    @DisplayName("FLW-06: any number of subscribers may block, with or without a lock in hand")
    void subscribers_whenManyBlock_delayNobody() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(600);
        for (int i = 0; i < 600; i++) {
            Bench bench = new Bench(Deliveries.shared());
            bench.stream().subscribe(Recorder.greedy().then(event -> {
                blocked.countDown();
                awaitLocked(release);
            }));
            bench.start();
        }
        Patience.await(blocked);
        Bench other = new Bench(Deliveries.shared());
        Recorder heard = Recorder.greedy();
        other.stream().subscribe(heard);
        other.start();
        other.end();
        heard.awaitFinished();
        Bench.soon(other.stream().outcome());
        Bench third = new Bench(Deliveries.shared());
        third.stream().subscribe(Recorder.greedy());
        assertEquals(
                Cancellation.Answer.ACCEPTED, Bench.soon(third.stream().cancel().accepted()));
        third.letGo();
        release.countDown();
    }

    /** Waits as the worst of subscribers do: with a monitor held, which some JVMs cannot take off a virtual thread. */
    private static void awaitLocked(CountDownLatch latch) {
        synchronized (new Object()) {
            await(latch);
        }
    }

    @Test
    @DisplayName("FLW-01: nothing is delivered before onSubscribe has returned")
    void onSubscribe_whenItRequests_isNotOvertaken() {
        Bench bench = Bench.started();
        bench.tokens(3);
        Recorder heard = new Recorder(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(10);
                assertEquals(0, events.size());
                bench.tokens(1);
                assertEquals(0, events.size());
            }
        };
        bench.subscribe(heard);
        heard.assertKinds("Started", "Token", "Token", "Token", "Token");
    }

    @Test
    @DisplayName("FLW-01: a request inside onNext does not nest")
    void onNext_whenItRequests_isNotNested() {
        Bench bench = Bench.started();
        int[] depth = {0};
        Recorder heard = new Recorder(1);
        heard.then(event -> {
            assertEquals(1, ++depth[0]);
            heard.subscription.request(1);
            depth[0]--;
        });
        bench.tokens(20);
        bench.subscribe(heard);
        bench.tokens(5000);
        assertEquals(5021, heard.events.size());
    }

    @Test
    @DisplayName("FLW-01: a producer that emits inside onNext does not nest")
    void onNext_whenItEmits_isNotNested() {
        Bench bench = Bench.started();
        int[] depth = {0};
        Recorder heard = Recorder.greedy();
        heard.then(event -> {
            assertEquals(1, ++depth[0]);
            if (heard.events.size() < 100) {
                bench.emitter.token("t");
            }
            depth[0]--;
        });
        bench.subscribe(heard);
        assertEquals(100, heard.events.size());
        for (int i = 1; i < 100; i++) {
            assertEquals(i - 1, ((TokenEvent.Token) heard.events.get(i)).index());
        }
    }

    @Test
    @DisplayName("FLW-01: error() inside onNext comes next")
    void onNext_whenItEndsTheStream_isFollowedByTheTerminal() {
        Bench bench = new Bench();
        bench.subscribe(
                Recorder.greedy().then(event -> bench.emitter.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"))));
        bench.start();
        Recorder heard = new Recorder(1);
        bench.stream().subscribe(heard);
        assertEquals(ErrorCode.WORKER_RESET, bench.error().code());
        assertFalse(bench.emitter.token("late"));
    }

    @Test
    @DisplayName("FLW-01: an executor that is shut down is replaced")
    void executor_whenItRejects_isReplaced() throws Exception {
        Bench bench = new Bench(task -> {
            throw new RejectedExecutionException("shut down");
        });
        Recorder heard = Recorder.greedy();
        bench.stream().subscribe(heard);
        bench.start();
        bench.end();
        heard.awaitFinished();
        Bench.soon(bench.stream().outcome());
        heard.threads.forEach(thread -> assertNotSame(Thread.currentThread(), thread));
    }

    @Test
    @DisplayName("FLW-01: an executor that is broken is replaced")
    void executor_whenItThrowsAnything_isReplaced() throws Exception {
        Bench bench = new Bench(task -> {
            throw new IllegalStateException("no task today");
        });
        Recorder heard = Recorder.greedy();
        bench.stream().subscribe(heard);
        bench.start();
        bench.end();
        heard.awaitFinished();
        Bench.soon(bench.stream().outcome());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
