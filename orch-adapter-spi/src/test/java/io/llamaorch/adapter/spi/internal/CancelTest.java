package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("Cancelling (CAN-01 to CAN-04)")
@Timeout(60)
class CancelTest {

    private final Bench bench = new Bench();
    private final List<CancelCause> told = new ArrayList<>();

    private void listen() {
        bench.emitter.onCancel(cause -> {
            told.add(cause);
            return CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed"));
        });
    }

    private void assertCancelledBy(CancelCause cause) {
        TokenEvent.End end = (TokenEvent.End) bench.outcome();
        assertEquals(StopReason.CANCELLED, end.reason());
        assertEquals(cause, end.details().cancelCause().orElseThrow());
        assertEquals(List.of(cause), told);
    }

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("CAN-01, CAN-03: before any event, before the adapter listens and before anybody subscribes")
    void cancel_whenNothingHappenedYet_endsTheStream() {
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.answer(bench.stream().cancel()));
        listen();
        assertCancelledBy(CancelCause.CALLER);
        assertFalse(bench.start());
        bench.subscribe(Recorder.greedy()).assertKinds("End");
    }

    @Test
    @DisplayName("CAN-03: between Started and the first token")
    void cancel_whenStarted_endsTheStream() {
        listen();
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.start();
        bench.stream().cancel();
        assertCancelledBy(CancelCause.CALLER);
        heard.assertKinds("Started", "End");
    }

    @Test
    @DisplayName("CAN-03: while nothing is requested, and what waits is not delivered any more")
    void cancel_whenNothingIsRequested_dropsWhatWaits() {
        listen();
        bench.start();
        bench.tokens(10);
        Recorder heard = bench.subscribe(new Recorder(2));
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.answer(bench.stream().cancel()));
        assertCancelledBy(CancelCause.CALLER);
        heard.assertKinds("Started", "Token");
        heard.subscription.request(10);
        heard.assertKinds("Started", "Token", "End");
    }

    @Test
    @DisplayName("CAN-03: while the producer rests")
    void cancel_whenTheProducerRests_endsTheStream() {
        listen();
        bench.start();
        bench.tokens(40);
        bench.stream().close();
        assertCancelledBy(CancelCause.CALLER);
        assertFalse(bench.emitter.token("t"));
    }

    @Test
    @DisplayName("CAN-02: inside onNext it is accepted at once")
    void cancel_whenInsideOnNext_isAcceptedAtOnce() {
        listen();
        bench.start();
        bench.tokens(5);
        AtomicReference<Cancellation.Answer> answer = new AtomicReference<>();
        Recorder heard = bench.subscribe(Recorder.greedy().then(event -> {
            if (event instanceof TokenEvent.Token) {
                answer.set(Bench.answer(bench.stream().cancel()));
            }
        }));
        assertEquals(Cancellation.Answer.ACCEPTED, answer.get());
        heard.assertKinds("Started", "Token", "End");
    }

    @Test
    @DisplayName("CAN-02: inside onSubscribe it is accepted at once")
    void cancel_whenInsideOnSubscribe_isAcceptedAtOnce() {
        bench.start();
        Recorder heard = new Recorder(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(5);
                assertEquals(
                        Cancellation.Answer.ACCEPTED,
                        Bench.answer(bench.stream().cancel()));
            }
        };
        bench.subscribe(heard).assertKinds("End");
    }

    @Test
    @DisplayName("CAN-02: while onNext runs elsewhere it is accepted right after that returns")
    void cancel_whenOnNextRuns_isAcceptedAfterIt() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        bench.start();
        Recorder heard = Recorder.greedy().then(event -> {
            if (event instanceof TokenEvent.Token) {
                inside.countDown();
                await(leave);
            }
        });
        bench.subscribe(heard);
        Thread producer = new Thread(() -> bench.tokens(3));
        producer.start();
        Patience.await(inside);
        Cancellation cancellation = bench.stream().cancel();
        assertTrue(bench.emitter.ended(), "decided at once");
        assertFalse(Bench.isDone(cancellation.accepted()));
        leave.countDown();
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.soon(cancellation.accepted()));
        heard.awaitFinished();
        heard.assertKinds("Started", "Token", "End");
        producer.join();
    }

    @Test
    @DisplayName("CAN-02: while a delivery is queued on the executor it is accepted before any token")
    void cancel_whenADeliveryIsQueued_isAcceptedBeforeAnyToken() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        Bench queued = new Bench(tasks::add);
        queued.start();
        queued.tokens(3);
        Recorder heard = Recorder.greedy();
        queued.stream().subscribe(heard);
        Cancellation cancellation = queued.stream().cancel();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.answer(cancellation));
        heard.assertKinds("End");
        queued.letGo();
        tasks.forEach(Runnable::run);
    }

    @Test
    @DisplayName("CAN-02: a cancel that comes when a token is about to leave is accepted after that token")
    void cancel_whenATokenIsLeaving_isAcceptedAfterIt() {
        AtomicReference<Runnable> overtaking = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.EVENT_LEAVES) {
                overtaking.getAndSet(() -> {}).run();
            }
        });
        AtomicReference<Cancellation> cancellation = new AtomicReference<>();
        raced.start();
        Recorder heard = raced.subscribe(Recorder.greedy()
                .then(event -> assertTrue(cancellation.get() == null
                        || event instanceof TokenEvent.End
                        || !Bench.isDone(cancellation.get().accepted()))));
        overtaking.set(() -> {
            Thread canceller = new Thread(() -> cancellation.set(raced.stream().cancel()));
            canceller.start();
            join(canceller);
        });
        raced.tokens(3);
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.answer(cancellation.get()));
        heard.assertKinds("Started", "Token", "End");
        raced.letGo();
    }

    @Test
    @DisplayName("CAN-02: a subscriber that cancels its subscription hears nothing more; the outcome tells")
    void subscription_whenCancelled_isSilent() {
        listen();
        bench.start();
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.tokens(1);
        heard.subscription.cancel();
        bench.tokens(1);
        heard.assertKinds("Started", "Token");
        assertFalse(heard.completed);
        assertCancelledBy(CancelCause.SUBSCRIBER);
    }

    @Test
    @DisplayName("CAN-02: a subscriber that cancels inside the terminal's onNext does not hear onComplete")
    void subscription_whenCancelledInsideTheTerminal_isSilent() {
        bench.start();
        Recorder heard = Recorder.greedy();
        heard.then(event -> {
            if (event instanceof TokenEvent.End) {
                heard.subscription.cancel();
            }
        });
        bench.subscribe(heard);
        bench.end();
        heard.assertKinds("Started", "End");
        assertFalse(heard.completed);
    }

    @Test
    @DisplayName("CAN-04: a second cancel, and one after the end, say NOT_RUNNING")
    void cancel_whenThereIsNothingToCancel_saysSo() {
        bench.start();
        bench.stream().cancel();
        Cancellation again = bench.stream().cancel();
        assertEquals(Cancellation.Answer.NOT_RUNNING, Bench.answer(again));
        assertEquals(
                CancelReceipt.Outcome.NOT_RUNNING, Bench.now(again.settled()).outcome());

        Bench ended = Bench.started();
        ended.end();
        assertEquals(
                Cancellation.Answer.NOT_RUNNING, Bench.answer(ended.stream().cancel()));
        ended.stream().close();
        assertEquals(StopReason.END_OF_TEXT, ((TokenEvent.End) ended.outcome()).reason());
        ended.letGo();
    }

    @Test
    @DisplayName("CAN-08: a cancel that comes between the end's seal and its announcement loses")
    void cancel_whenTheEndIsSealed_loses() {
        AtomicReference<Runnable> overtaking = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.SEALED) {
                overtaking.getAndSet(() -> {}).run();
            }
        });
        AtomicReference<Cancellation> cancellation = new AtomicReference<>();
        raced.start();
        raced.tokens(2);
        overtaking.set(() -> cancellation.set(raced.stream().cancel()));
        Recorder heard = raced.subscribe(Recorder.greedy());
        raced.end();
        assertEquals(Cancellation.Answer.NOT_RUNNING, Bench.answer(cancellation.get()));
        heard.assertKinds("Started", "Token", "Token", "End");
        assertEquals(StopReason.END_OF_TEXT, heard.end().reason());
        raced.letGo();
    }

    @Test
    @DisplayName("CAN-08: an end that comes when a token is numbered and not yet in the buffer waits for it")
    void terminal_whenATokenIsNumberedButNotThere_waitsForIt() {
        AtomicReference<Runnable> overtaking = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.EVENT_NUMBERED) {
                overtaking.getAndSet(() -> {}).run();
            }
        });
        raced.emitter.watch(Optional.empty());
        raced.start();
        raced.time.advance(Duration.ofSeconds(1));
        Recorder heard = new Recorder(Long.MAX_VALUE);
        overtaking.set(() -> {
            raced.time.advance(Duration.ofSeconds(29));
            raced.subscribe(heard);
            heard.assertKinds("Started");
        });
        raced.tokens(1);
        heard.assertKinds("Started", "Token", "End");
        assertEquals(CancelCause.UNCLAIMED, heard.end().details().cancelCause().orElseThrow());
        raced.letGo();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
