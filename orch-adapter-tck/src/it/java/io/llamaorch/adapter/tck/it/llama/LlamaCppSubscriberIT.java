package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.NonBlockingSubscriber;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Subscribers that block or throw, and loops on threads of all kinds, on the real engine. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppSubscriberIT {
    private static final String PROMPT = "Once upon a time";
    private static final int BLOCKED = 300;
    private static final int RUNS = 15;

    /** A run takes some 10 ms, so a delay of the 100 ms that FLW-06 allows would show as this. */
    private static final int MOST_TIMES_AS_LONG = 10;

    private static LlamaServer server;
    private static String told;

    @BeforeAll
    static void start() throws Exception {
        server = LlamaServer.of(BigramModel.plain()).parallel(4).start();
        told = Runs.twin(server, PROMPT, 10);
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    /** FLW-06: all that is asserted happens while more subscribers block than a bounded pool would have threads. */
    @Test
    void subscribers_whenTheyBlock_delayNoStreamCancelOrProbe() throws Exception {
        CountDownLatch letGo = new CountDownLatch(1);
        try (WorkerAdapter adapter = Runs.adapter(server)) {
            long free = medianRun(adapter);
            CountDownLatch blocked = new CountDownLatch(BLOCKED);
            List<TokenStream> held = new ArrayList<>();
            for (int i = 0; i < BLOCKED; i++) {
                TokenStream stream = adapter.submit(Runs.greedy(PROMPT, 2).build());
                held.add(stream);
                stream.subscribe(new Doing(event -> {
                    blocked.countDown();
                    waitFor(letGo);
                }));
            }
            Patience.await(blocked);
            for (TokenStream stream : held) {
                Runs.await(stream.outcome());
            }

            long beside = medianRun(adapter);
            Cancellation cancellation =
                    adapter.submit(Runs.greedy(PROMPT, 1900).build()).cancel();
            assertEquals(Cancellation.Answer.ACCEPTED, Runs.await(cancellation.accepted()));
            assertTrue(Runs.await(adapter.health()).ready());
            assertTrue(
                    beside <= MOST_TIMES_AS_LONG * free,
                    "a run takes " + beside / 1000 + " µs beside subscribers that block, and " + free / 1000
                            + " µs without them");
            letGo.countDown();
        } finally {
            letGo.countDown();
        }
    }

    /** FLW-05. */
    @Test
    void subscriber_whenItThrows_costsItsOwnStreamOnly() throws Exception {
        try (WorkerAdapter adapter = Runs.adapter(server)) {
            TokenStream other = adapter.submit(Runs.greedy(PROMPT, 500).build());
            CompletableFuture<String> text = other.collect().toCompletableFuture();
            TokenStream bad = adapter.submit(Runs.greedy(PROMPT, 1900).build());
            bad.subscribe(new Doing(event -> {
                if (event instanceof TokenEvent.Token) {
                    throw new IllegalStateException("a bug of the subscriber's");
                }
            }));

            TokenEvent.Error error = Runs.error(bad);

            assertEquals(ErrorCode.INTERNAL, error.error().code());
            assertTrue(error.error().message().contains(Doing.class.getName()), error.toString());
            assertEquals(Runs.twin(server, PROMPT, 500), Runs.await(text));
            assertEquals(told, Runs.await(collect(adapter)));
        }
    }

    /** FLW-08: a thread on which subscribers are called, but none of this stream. */
    @Test
    void loop_whenOnADeliveryThread_receivesEverything() throws Exception {
        try (WorkerAdapter adapter = Runs.adapter(server)) {
            CompletableFuture<List<TokenEvent>> events = new CompletableFuture<>();
            AdapterConfig.builder()
                    .build()
                    .deliveryExecutor()
                    .execute(() -> events.complete(
                            Runs.events(adapter.submit(Runs.greedy(PROMPT, 10).build()))));

            assertEquals(told, Runs.text(Runs.await(events)));
        }
    }

    /** FLW-08: a subscriber that is called on the I/O thread is refused a loop there, and its stream goes on. */
    @Test
    void loop_whenOnTheIoThread_isRefused() throws Exception {
        try (WorkerAdapter adapter = Runs.adapter(server);
                TokenStream other = adapter.submit(Runs.greedy(PROMPT, 10).build());
                TokenStream stream = adapter.submit(Runs.greedy(PROMPT, 10).build())) {
            CompletableFuture<Throwable> refusal = new CompletableFuture<>();
            stream.subscribe(new Inline(event -> {
                if (event instanceof TokenEvent.Token token && token.index() == 5) {
                    try {
                        refusal.complete(new AssertionError("not refused: " + other.iterator()));
                    } catch (IllegalStateException expected) {
                        refusal.complete(expected);
                    }
                }
            }));

            assertInstanceOf(IllegalStateException.class, Runs.await(refusal));
            assertEquals(
                    StopReason.LIMIT,
                    assertInstanceOf(TokenEvent.End.class, Runs.await(stream.outcome()))
                            .reason());
            assertEquals(told, Runs.text(Runs.events(other)));
        }
    }

    private static CompletableFuture<String> collect(WorkerAdapter adapter) {
        return adapter.submit(Runs.greedy(PROMPT, 10).build()).collect().toCompletableFuture();
    }

    /** How long a short run takes from submit until a subscriber that may block has heard its end. */
    private static long medianRun(WorkerAdapter adapter) {
        long[] nanos = new long[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long begun = System.nanoTime();
            CompletableFuture<TokenEvent> end = new CompletableFuture<>();
            adapter.submit(Runs.greedy(PROMPT, 2).build()).subscribe(new Doing(event -> {
                if (event instanceof TokenEvent.Terminal) {
                    end.complete(event);
                }
            }));
            assertInstanceOf(TokenEvent.End.class, Runs.await(end));
            nanos[i] = System.nanoTime() - begun;
        }
        Arrays.sort(nanos);
        return nanos[RUNS / 2];
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for everything and does something with each event. */
    private static class Doing implements Flow.Subscriber<TokenEvent> {
        private final Consumer<TokenEvent> action;

        Doing(Consumer<TokenEvent> action) {
            this.action = action;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(TokenEvent event) {
            action.accept(event);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    /** The same, and promises not to block. */
    private static final class Inline extends Doing implements NonBlockingSubscriber {
        Inline(Consumer<TokenEvent> action) {
            super(action);
        }
    }
}
