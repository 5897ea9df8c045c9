package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Recorder;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.tck.NoLeaks;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@NoLeaks
@DisplayName("Subscribers that misbehave (FLW-01, FLW-05)")
class SubscriberFaultTest {

    private final Bench bench = Bench.started();
    private final AtomicReference<CancelCause> told = new AtomicReference<>();

    SubscriberFaultTest() {
        bench.emitter.onCancel(cause -> {
            told.set(cause);
            return CompletableFuture.completedStage(CancelReceipt.unconfirmed("closed"));
        });
    }

    @AfterEach
    void letGo() {
        bench.letGo();
    }

    @Test
    @DisplayName("FLW-05: onNext that throws costs the subscriber its stream, and the adapter lets go")
    void onNext_whenItThrows_endsItsOwnStream() {
        IllegalStateException bug = new IllegalStateException("bug");
        Recorder heard = bench.subscribe(Recorder.greedy().then(event -> {
            if (event instanceof TokenEvent.Token) {
                throw bug;
            }
        }));
        bench.tokens(3);
        heard.assertKinds("Started", "Token");
        assertEquals(ErrorCode.INTERNAL, bench.error().code());
        assertSame(bug, bench.error().cause().orElseThrow());
        assertEquals(1, bench.error().tokensDelivered());
        assertEquals(CancelCause.FAULT, told.get());
    }

    @Test
    @DisplayName("FLW-05: an Error that is no fault of the JVM is treated like an exception")
    void onNext_whenItThrowsAnError_endsItsOwnStream() {
        bench.subscribe(Recorder.greedy().then(event -> {
            throw new AssertionError("bug");
        }));
        assertEquals(ErrorCode.INTERNAL, bench.error().code());
    }

    @Test
    @DisplayName("FLW-05: onSubscribe that throws costs the subscriber its stream")
    void onSubscribe_whenItThrows_endsItsOwnStream() {
        Recorder heard = new Recorder(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(5);
                throw new IllegalStateException("bug");
            }
        };
        bench.subscribe(heard);
        heard.assertKinds();
        assertEquals(ErrorCode.INTERNAL, bench.error().code());
    }

    @Test
    @DisplayName("FLW-05: onComplete that throws changes nothing")
    void onComplete_whenItThrows_changesNothing() {
        bench.subscribe(new Recorder(Long.MAX_VALUE) {
            @Override
            public void onComplete() {
                throw new IllegalStateException("bug");
            }
        });
        assertTrue(bench.end());
        assertInstanceOf(TokenEvent.End.class, bench.outcome());
        assertNull(told.get());
    }

    @Test
    @DisplayName("FLW-05: a fault of the JVM is thrown on, after the stream was ended")
    void onNext_whenTheJvmFails_endsTheStreamAndThrowsOn() {
        InternalError fatal = new InternalError("test");
        bench.subscribe(Recorder.greedy().then(event -> {
            if (event instanceof TokenEvent.Token) {
                throw fatal;
            }
        }));
        assertSame(fatal, assertThrows(InternalError.class, () -> bench.emitter.token("a")));
        assertEquals(ErrorCode.INTERNAL, bench.error().code());
        assertEquals(CancelCause.FAULT, told.get());
        assertEquals(
                Cancellation.Answer.NOT_RUNNING, Bench.answer(bench.stream().cancel()));
    }

    @Test
    @DisplayName("CAN-02: a cancel that meets a fault of the JVM is accepted all the same")
    void cancel_whenTheJvmFailsMeanwhile_isAccepted() {
        AtomicReference<Runnable> overtaking = new AtomicReference<>(() -> {});
        Bench raced = new Bench(Bench.AT_ONCE, step -> {
            if (step == Step.DELIVERY_RELEASES) {
                overtaking.getAndSet(() -> {}).run();
            }
        });
        raced.start();
        AtomicReference<Cancellation> cancellation = new AtomicReference<>();
        raced.subscribe(Recorder.greedy().then(event -> {
            if (event instanceof TokenEvent.Token) {
                Thread canceller =
                        new Thread(() -> cancellation.set(raced.stream().cancel()));
                canceller.start();
                join(canceller);
                throw new InternalError("test");
            }
        }));
        assertThrows(InternalError.class, () -> raced.emitter.token("a"));
        assertEquals(Cancellation.Answer.ACCEPTED, Bench.answer(cancellation.get()));
        raced.letGo();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("FLW-05: after a fault of the JVM the delivery is free again")
    void request_afterTheJvmFailed_doesNothing() {
        Recorder heard = bench.subscribe(new Recorder(1).then(event -> {}));
        heard.then(event -> {
            throw new InternalError("test");
        });
        bench.emitter.token("a");
        assertThrows(InternalError.class, () -> heard.subscription.request(1));
        heard.subscription.request(1);
        heard.subscription.cancel();
        heard.assertKinds("Started", "Token");
    }

    @Test
    @DisplayName("FLW-01: a request of zero or less is answered with onError, and the stream is cancelled")
    void request_whenZeroOrLess_isAnsweredWithOnError() {
        for (long bad : new long[] {0, -1, Long.MIN_VALUE}) {
            Bench one = Bench.started();
            Recorder heard = one.subscribe(new Recorder(1));
            heard.subscription.request(bad);
            assertInstanceOf(IllegalArgumentException.class, heard.failure);
            assertTrue(heard.failure.getMessage().contains("3.9"), heard.failure.getMessage());
            heard.assertKinds("Started");
            assertEquals(
                    CancelCause.SUBSCRIBER,
                    ((TokenEvent.End) one.outcome()).details().cancelCause().orElseThrow());
            one.letGo();
        }
    }

    @Test
    @DisplayName("FLW-01: a bad request inside onSubscribe is answered after it")
    void request_whenBadInsideOnSubscribe_isAnsweredAfterwards() {
        Recorder heard = new Recorder(0) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.request(-1);
                assertNull(failure);
            }
        };
        bench.subscribe(heard);
        assertInstanceOf(IllegalArgumentException.class, heard.failure);
        heard.assertKinds();
    }

    @Test
    @DisplayName("FLW-01: requests after a cancel do nothing, whatever they are")
    void request_afterCancel_doesNothing() {
        Recorder heard = bench.subscribe(new Recorder(1));
        heard.subscription.cancel();
        heard.subscription.request(0);
        heard.subscription.request(5);
        assertNull(heard.failure);
        heard.assertKinds("Started");
    }

    @Test
    @DisplayName("FLW-01: requests after the end do nothing")
    void request_afterTheEnd_doesNothing() {
        Recorder heard = bench.subscribe(Recorder.greedy());
        bench.end();
        heard.subscription.request(-1);
        heard.subscription.request(1);
        heard.subscription.cancel();
        assertNull(heard.failure);
        heard.assertKinds("Started", "End");
        assertNull(told.get());
    }

    @Test
    @DisplayName("FLW-01: requests add up to everything and not beyond")
    void request_whenTheyOverflow_meanEverything() {
        Recorder heard = bench.subscribe(new Recorder(Long.MAX_VALUE));
        heard.subscription.request(Long.MAX_VALUE);
        bench.tokens(100);
        assertEquals(101, heard.events.size());
    }
}
