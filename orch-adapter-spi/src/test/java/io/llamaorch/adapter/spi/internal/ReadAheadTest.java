package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("Read-ahead, rest and going on (FLW-02)")
@Timeout(60)
class ReadAheadTest {

    private final Bench bench = Bench.started();
    private final EmitterCore emitter = bench.emitter;
    private final AtomicInteger demands = new AtomicInteger();

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("FLW-02: the 32nd waiting event makes the producer rest")
    void producer_whenNobodyTakes_restsAt32() {
        assertTrue(bench.tokens(30), "31 events wait");
        assertFalse(bench.tokens(1), "32 events wait");
        assertFalse(bench.tokens(1));
        assertFalse(emitter.token(""), "an empty piece changes nothing");
    }

    @Test
    @DisplayName("FLW-02: what was asked for does not count as waiting")
    void producer_whenEventsAreTaken_doesNotRest() {
        bench.subscribe(Recorder.greedy());
        assertTrue(bench.tokens(1000));
    }

    @Test
    @DisplayName("FLW-02: a resting producer is called once, when 8 events wait")
    void producer_whenFewWait_isCalledOnce() {
        emitter.onDemand(demands::incrementAndGet);
        bench.tokens(31);
        Recorder heard = bench.subscribe(new Recorder(23));
        assertEquals(0, demands.get(), "9 wait");
        heard.subscription.request(1);
        assertEquals(1, demands.get(), "8 wait");
        heard.subscription.request(8);
        assertEquals(1, demands.get());
        assertTrue(bench.tokens(1));
    }

    @Test
    @DisplayName("FLW-02: never more than was asked for")
    void subscriber_whenItAsksInSteps_getsNoMore() {
        Recorder heard = bench.subscribe(new Recorder(0));
        bench.tokens(10);
        assertEquals(0, heard.events.size());
        heard.subscription.request(3);
        assertEquals(3, heard.events.size());
        heard.subscription.request(2);
        assertEquals(5, heard.events.size());
    }

    @Test
    @DisplayName("FLW-02: a producer that emits from onDemand goes round without end")
    void producer_whenItEmitsInsideOnDemand_deliversEverythingInOrder() {
        int all = 10_000;
        AtomicInteger made = new AtomicInteger();
        emitter.onDemand(() -> pump(made, all));
        pump(made, all);
        Recorder heard = bench.subscribe(Recorder.greedy());
        assertTrue(heard.completed);
        assertEquals(all + 2, heard.events.size());
        for (int i = 0; i < all; i++) {
            assertEquals(i, ((TokenEvent.Token) heard.events.get(i + 1)).index());
        }
    }

    private void pump(AtomicInteger made, int all) {
        boolean more = true;
        while (more && made.get() < all) {
            made.incrementAndGet();
            more = emitter.token("t");
        }
        if (more) {
            bench.end();
        }
    }

    @Test
    @DisplayName("FLW-02: onDemand that throws is the adapter's fault, and the consumer is told")
    void onDemand_whenItThrows_failsTheStream() {
        AtomicReference<CancelCause> told = new AtomicReference<>();
        emitter.onCancel(cause -> {
            told.set(cause);
            return CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed"));
        });
        emitter.onDemand(() -> {
            throw new IllegalStateException("broken");
        });
        bench.tokens(31);
        Recorder heard = bench.subscribe(Recorder.greedy());
        assertEquals(ErrorCode.INTERNAL, heard.error().code());
        assertEquals(CancelCause.FAULT, told.get());
        assertTrue(heard.completed);
        assertEquals(34 - 1, heard.events.size(), "Started, 31 tokens, Error");
    }

    @Test
    @DisplayName("FLW-02: onDemand that throws does not reach a loop either")
    void onDemand_whenItThrowsUnderALoop_failsTheStream() {
        emitter.onDemand(() -> {
            throw new IllegalStateException("broken");
        });
        bench.tokens(31);
        int seen = 0;
        for (TokenEvent event : bench.stream()) {
            seen++;
        }
        assertEquals(33, seen, "Started, 31 tokens, Error");
    }

    @Test
    @DisplayName("FLW-02: a producer that rests again while the last rest is being ended stays at rest")
    void rest_whenItOvertakesTheEndOfTheLastRest_staysARest() {
        AtomicReference<Runnable> overtaking = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.PRODUCER_GOES_ON) {
                overtaking.getAndSet(() -> {}).run();
            }
        });
        raced.emitter.watch(Optional.empty());
        raced.start();
        raced.tokens(31);
        raced.emitter.onDemand(() -> raced.tokens(1));
        overtaking.set(() -> raced.tokens(40));
        Recorder heard = raced.subscribe(new Recorder(24));
        raced.time.advance(Duration.ofSeconds(59));
        assertFalse(raced.emitter.ended(), "the idle limit stands still while the producer rests");
        heard.subscription.request(100);
        assertFalse(raced.emitter.ended());
        assertTrue(heard.events.size() > 72, "all that waited");
        raced.letGo();
    }

    @Test
    @DisplayName("FLW-02: a producer that ignores the rest is stopped before memory runs out")
    void producer_whenItIgnoresTheRest_failsTheStream() {
        bench.tokens(Backlog.OVERRUN + 10);
        assertEquals(ErrorCode.INTERNAL, bench.error().code());
        assertTrue(bench.error().tokensDelivered() <= Backlog.OVERRUN + 1);
    }

    @Test
    @DisplayName("FLW-02: a cancelled stream does not hold what nobody will get")
    void backlog_whenTheStreamIsCancelled_isEmptied() {
        Recorder heard = bench.subscribe(new Recorder(0));
        bench.tokens(20);
        bench.stream().cancel();
        assertTrue(emitter.backlog().isEmpty());
        heard.subscription.request(1);
        heard.assertKinds("End");
    }

    @Test
    @DisplayName("FLW-02: a blocking producer waits until few events wait")
    void awaitDemand_whenResting_returnsOnceFewWait() throws Exception {
        bench.tokens(31);
        CountDownLatch returned = new CountDownLatch(1);
        AtomicBoolean answer = new AtomicBoolean();
        Thread producer = new Thread(() -> {
            try {
                answer.set(emitter.awaitDemand());
            } catch (InterruptedException e) {
                return;
            }
            returned.countDown();
        });
        producer.start();
        awaitParked(producer);
        Recorder heard = bench.subscribe(new Recorder(23));
        assertEquals(1, returned.getCount());
        heard.subscription.request(1);
        Patience.await(returned);
        assertTrue(answer.get());
        producer.join();
    }

    @Test
    @DisplayName("FLW-02: a blocking producer is woken by the end")
    void awaitDemand_whenTheStreamEnds_returnsFalse() throws Exception {
        bench.tokens(31);
        AtomicBoolean answer = new AtomicBoolean(true);
        Thread producer = new Thread(() -> {
            try {
                answer.set(emitter.awaitDemand());
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        producer.start();
        awaitParked(producer);
        bench.stream().cancel();
        Patience.end(producer);
        assertFalse(producer.isAlive());
        assertFalse(answer.get());
    }

    @Test
    @DisplayName("FLW-02: a blocking producer may be interrupted; the stream goes on")
    void awaitDemand_whenInterrupted_throwsAndTheStreamGoesOn() {
        bench.tokens(31);
        Thread.currentThread().interrupt();
        assertThrows(InterruptedException.class, emitter::awaitDemand);
        assertFalse(Thread.interrupted());
        assertFalse(emitter.ended());
    }

    @Test
    @DisplayName("FLW-02: awaitDemand returns at once while the producer need not rest")
    void awaitDemand_whenNotResting_returnsAtOnce() throws Exception {
        assertTrue(emitter.awaitDemand());
        bench.end();
        assertFalse(emitter.awaitDemand());
    }

    @Test
    @DisplayName("FLW-02: under stress no wake-up of a blocking producer is lost, for a loop that takes")
    void awaitDemand_whenALoopTakes_neverMissesAWakeUp() throws Exception {
        int all = 200_000;
        Thread producer = new Thread(() -> produceBlocking(all));
        producer.start();
        int next = 0;
        Iterator<TokenEvent> events = bench.stream().iterator();
        while (events.hasNext()) {
            if (events.next() instanceof TokenEvent.Token token) {
                assertEquals(next++, token.index());
            }
        }
        assertEquals(all, next);
        producer.join();
    }

    @Test
    @DisplayName("FLW-02: under stress no wake-up is lost, for a subscriber that asks one by one from elsewhere")
    void awaitDemand_whenRequestsComeOneByOne_neverMissesAWakeUp() throws Exception {
        int all = 100_000;
        AtomicInteger next = new AtomicInteger();
        Semaphore asked = new Semaphore(1);
        Recorder heard = new Recorder(0) {
            @Override
            public void onNext(TokenEvent event) {
                if (event instanceof TokenEvent.Token token) {
                    assertEquals(next.getAndIncrement(), token.index());
                }
                asked.release();
            }
        };
        bench.stream().subscribe(heard.nonBlocking());
        Thread producer = new Thread(() -> produceBlocking(all));
        producer.start();
        for (int i = 0; i < all + 2; i++) {
            assertTrue(
                    asked.tryAcquire(Patience.mustHappen().toMillis(), TimeUnit.MILLISECONDS),
                    "event " + i + " never came");
            heard.subscription.request(1);
        }
        heard.awaitFinished();
        assertEquals(all, next.get());
        producer.join();
    }

    private void produceBlocking(int all) {
        try {
            for (int i = 0; i < all; i++) {
                if (!emitter.token("t") && !emitter.awaitDemand()) {
                    return;
                }
            }
            bench.end();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitParked(Thread thread) {
        Patience.await("it waits", () -> thread.getState() == Thread.State.WAITING);
    }
}
