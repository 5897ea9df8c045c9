package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.Cancellation;
import io.llamaorch.adapter.spi.EndDetails;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StartDetails;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.NonBlocking;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * CAN-08: everything that can end a stream races everything else, with delays at the named steps, and leaves exactly one
 * terminal event each time. The seed is printed; {@code -Dorch.races.seed} repeats a run as far as the scheduler allows,
 * and {@code -Dorch.races} sets how many races there are.
 */
@NoLeaks
@DisplayName("Races (CAN-08, CAN-02, EVT-01, FLW-02)")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class StreamRacesTest {

    private static final int RACES = Integer.getInteger("orch.races", 10_000);
    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int WAYS_TO_END = 8;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Integer> distribution = new TreeMap<>();

    private enum Form {
        ORDINARY,
        NON_BLOCKING,
        LOOP
    }

    /** What can end a stream; the producer's end and error are the seventh and eighth. */
    private enum Ender {
        HANDLE,
        SUBSCRIPTION_OR_INTERRUPT,
        ADAPTER_CLOSE,
        TIME_LIMIT,
        JOB_ID,
        SUBSCRIBER_FAULT,
        END,
        ERROR
    }

    @BeforeAll
    void tellTheSeed() {
        System.out.println("races: " + RACES + ", seed " + SEED);
    }

    /** After the only test, so that what it started is gone when it is looked for. */
    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    @DisplayName("CAN-08: cancel, end, error, close, time limit and demand leave one terminal each")
    void stream_whenEverythingRaces_hasOneTerminal() throws Exception {
        Map<Form, Integer> forms = new EnumMap<>(Form.class);
        for (int i = 0; i < RACES; i++) {
            Form form = Form.values()[i % Form.values().length];
            forms.merge(form, 1, Integer::sum);
            Race race = new Race(form, new SplittableRandom(SEED + i));
            try {
                distribution.merge(race.run(), 1, Integer::sum);
            } catch (Throwable failed) {
                throw new AssertionError("race " + i + " of seed " + SEED + ": " + race, failed);
            }
        }
        System.out.println("races: " + distribution + " in " + forms);
        for (String kind : List.of(
                "Error(INTERNAL)",
                "Error(POOL_UNAVAILABLE)",
                "Error(DEADLINE_UNMET)",
                "Error(WORKER_RESET)",
                "CANCELLED by CALLER",
                "CANCELLED by SUBSCRIBER",
                "CANCELLED by INTERRUPTED",
                "END_OF_TEXT")) {
            int times = distribution.getOrDefault(kind, 0);
            assertTrue(times * 100 >= RACES, kind + " won only " + times + " of " + RACES + ": " + distribution);
        }
    }

    /** One stream, and the threads that fight over it. */
    private final class Race {
        private final Form form;
        private final SplittableRandom random;
        private final ManualTime time = new ManualTime();
        private final RunningStreams streams;
        private final boolean adapter;
        private final EmitterCore core;
        private final Consumer consumer;
        private final Ender[] enders;
        private final long[] delays;
        private final int tokens;
        private final boolean onDemand;
        private final AtomicInteger cancelCalls = new AtomicInteger();
        private final List<CompletionStage<Cancellation.Answer>> accepted = new ArrayList<>();

        private Race(Form form, SplittableRandom random) {
            this.form = form;
            this.random = random;
            this.enders = new Ender[1 + random.nextInt(3)];
            for (int i = 0; i < enders.length; i++) {
                enders[i] = Ender.values()[random.nextInt(WAYS_TO_END)];
            }
            this.tokens = random.nextInt(4) == 0 ? 30 + random.nextInt(40) : random.nextInt(12);
            this.onDemand = random.nextBoolean();
            this.delays = new long[256];
            for (int i = 0; i < delays.length; i++) {
                delays[i] = random.nextInt(4) == 0 ? random.nextInt(100) : -1;
            }
            this.consumer = new Consumer();
            this.streams = RunningStreams.create(
                    "engine", AdapterConfig.builder().timeSource(time).build(), StreamLimits.DEFAULT);
            this.adapter = random.nextInt(4) == 0;
            this.core = adapter ? opened() : alone();
        }

        /** A stream with delays at its steps. */
        private EmitterCore alone() {
            EmitterCore made = new EmitterCore(
                    "job-1", "engine", "r0", StreamLimits.DEFAULT, Deliveries.shared(), time, new Delays());
            made.watch(Optional.of(DEADLINE));
            return made;
        }

        /** A stream as an adapter opens it. */
        private EmitterCore opened() {
            List<TokenEmitter> made = new ArrayList<>();
            TaskRequest task =
                    TaskRequest.builder("p").jobId("job-1").deadline(DEADLINE).build();
            streams.open(task, made::add);
            return (EmitterCore) made.get(0);
        }

        private String run() throws Exception {
            core.onCancel(cause -> {
                cancelCalls.incrementAndGet();
                return CompletableFuture.completedStage(CancelReceipt.slotFree(Duration.ZERO));
            });
            List<Runnable> actors = new ArrayList<>();
            actors.add(this::produce);
            for (Ender ender : enders) {
                if (ender != Ender.END && ender != Ender.ERROR && ender != Ender.SUBSCRIBER_FAULT) {
                    actors.add(() -> endBy(ender));
                }
            }
            if (form == Form.LOOP) {
                actors.add(consumer::loop);
            } else {
                actors.add(consumer::subscribe);
                actors.add(consumer::ask);
            }
            CyclicBarrier start = new CyclicBarrier(actors.size());
            List<Future<?>> running = new ArrayList<>();
            for (Runnable actor : actors) {
                int pause = random.nextInt(60);
                running.add(threads.submit(() -> {
                    start.await();
                    delay(pause);
                    actor.run();
                    return null;
                }));
            }
            for (Future<?> actor : running) {
                actor.get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
            }
            return check();
        }

        private void produce() {
            try {
                Script script = new Script();
                if (onDemand) {
                    core.onDemand(script);
                    script.run();
                    while (!script.finished && !core.ended()) {
                        core.awaitDemand();
                        LockSupport.parkNanos(10_000);
                    }
                } else {
                    while (!script.finished && !core.ended()) {
                        script.run();
                        core.awaitDemand();
                    }
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private void endBy(Ender ender) {
            switch (ender) {
                case HANDLE -> cancel(core.stream().cancel());
                case JOB_ID ->
                    cancel(adapter ? streams.cancel("job-1") : core.stream().cancel());
                case SUBSCRIPTION_OR_INTERRUPT -> consumer.leave();
                case ADAPTER_CLOSE -> {
                    if (adapter) {
                        streams.close();
                    } else {
                        core.closeBecauseAdapterCloses();
                    }
                }
                case TIME_LIMIT -> time.advance(DEADLINE);
                default -> throw new AssertionError(ender);
            }
        }

        private void cancel(Cancellation cancellation) {
            CompletionStage<Cancellation.Answer> answer = cancellation.accepted();
            synchronized (accepted) {
                accepted.add(answer);
            }
            answer.thenAccept(given -> {
                if (given == Cancellation.Answer.ACCEPTED) {
                    consumer.silent = true;
                }
            });
        }

        private String check() throws Exception {
            TokenEvent.Terminal terminal = Bench.soon(core.stream().outcome());
            assertTrue(core.ended());
            CancelReceipt released = Bench.soon(core.stream().released());
            assertTrue(released != null);
            int yes = 0;
            for (CompletionStage<Cancellation.Answer> answer : accepted) {
                yes += Bench.soon(answer) == Cancellation.Answer.ACCEPTED ? 1 : 0;
            }
            consumer.finish(terminal);
            assertEquals(null, consumer.broken, "the consumer saw a rule broken");
            String kind;
            if (terminal instanceof TokenEvent.Error failed) {
                WorkerError error = failed.error();
                kind = "Error(" + error.code() + ")";
                assertEquals(core.pieces(), error.tokensDelivered());
                if (!consumer.threw && !consumer.left) {
                    assertEquals(error.tokensDelivered(), consumer.pieces, "every piece before an Error is delivered");
                }
            } else {
                TokenEvent.End end = (TokenEvent.End) terminal;
                kind = end.reason() == StopReason.CANCELLED
                        ? "CANCELLED by " + end.details().cancelCause().orElseThrow()
                        : end.reason().toString();
                if (end.reason() != StopReason.CANCELLED && !consumer.left && !consumer.threw) {
                    assertEquals(tokens, consumer.pieces, "every piece before End is delivered");
                }
            }
            boolean byCaller = kind.endsWith("CALLER");
            assertEquals(byCaller ? 1 : 0, yes, "one cancel, and only the one that won, is accepted");
            boolean byEngine = kind.equals("END_OF_TEXT") || kind.equals("Error(WORKER_RESET)");
            assertEquals(byEngine ? 0 : 1, cancelCalls.get(), "the adapter is told once, unless it ended the stream");
            assertEquals(0, time.waiting(), "no timer is left");
            assertEquals(0, streams.count());
            if (form != Form.LOOP) {
                // an owner may be about to look once more
                Patience.await("nothing is held", core.backlog()::isEmpty);
            }
            return kind;
        }

        private void delay(long kind) {
            if (kind < 0) {
                return;
            } else if (kind < 40) {
                for (long i = 0; i < kind * 20; i++) {
                    Thread.onSpinWait();
                }
            } else if (kind < 90) {
                Thread.yield();
            } else {
                LockSupport.parkNanos((kind - 89) * 5_000);
            }
        }

        @Override
        public String toString() {
            return form + " by " + List.of(enders) + ", " + tokens + " tokens, outcome "
                    + core.stream().outcome().toCompletableFuture().getNow(null) + ", heard " + consumer.pieces
                    + " pieces, terminal " + consumer.terminal + ", asked " + consumer.asked + ", got " + consumer.got
                    + ", ledger pieces " + core.pieces();
        }

        /** Delays at the named steps, by a table drawn from the seed. */
        private final class Delays implements Step.Listener {
            private final AtomicInteger steps = new AtomicInteger();

            @Override
            public void at(Step step) {
                delay(delays[(steps.getAndIncrement() * Step.values().length + step.ordinal()) % delays.length]);
            }
        }

        /** What the engine says. */
        private final class Script implements Runnable {
            private final AtomicInteger turns = new AtomicInteger();
            private int made;
            private volatile boolean finished;

            /** Serial, as an emitter must be fed: the demand may come back before {@code false} does. */
            @Override
            public void run() {
                if (turns.getAndIncrement() == 0) {
                    do {
                        emit();
                    } while (turns.decrementAndGet() > 0);
                }
            }

            private void emit() {
                boolean more = true;
                while (more && !finished) {
                    if (made == 0) {
                        more = core.started("model", StartDetails.NONE);
                    } else if (made <= tokens) {
                        more = core.token("t" + (made - 1));
                    } else {
                        if (List.of(enders).contains(Ender.ERROR)) {
                            core.error(WorkerError.of(ErrorCode.WORKER_RESET, "cut"));
                        } else {
                            core.end(StopReason.END_OF_TEXT, Timings.UNKNOWN, EndDetails.NONE);
                        }
                        finished = true;
                    }
                    made++;
                }
            }
        }

        /** Checks what it hears, in each of the three forms. */
        private final class Consumer implements Flow.Subscriber<TokenEvent> {
            private final AtomicLong asked = new AtomicLong();
            private final AtomicInteger inside = new AtomicInteger();
            private final boolean throwsOnce = List.of(enders).contains(Ender.SUBSCRIBER_FAULT);
            private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
            private final CompletableFuture<Thread> looping = new CompletableFuture<>();
            private final CompletableFuture<Void> completed = new CompletableFuture<>();
            private volatile boolean silent;
            private volatile boolean left;
            private volatile boolean threw;
            private volatile String broken;
            private volatile TokenEvent terminal;
            private volatile int pieces;
            private volatile long got;
            private boolean started;

            private void subscribe() {
                core.stream().subscribe(form == Form.NON_BLOCKING ? new NonBlocking(this) : this);
            }

            private void ask() {
                Flow.Subscription subscription = subscribed.join();
                SplittableRandom own = new SplittableRandom(SEED ^ tokens);
                long all = tokens + 2L;
                while (asked.get() < all && !core.ended()) {
                    long more = 1 + own.nextInt(8);
                    asked.addAndGet(more);
                    subscription.request(more);
                    delay(own.nextInt(60));
                }
            }

            private void leave() {
                if (form == Form.LOOP) {
                    looping.join().interrupt();
                } else {
                    Flow.Subscription subscription = subscribed.join();
                    left = true;
                    subscription.cancel();
                }
            }

            private void loop() {
                looping.complete(Thread.currentThread());
                Iterator<TokenEvent> events = core.stream().iterator();
                boolean wasSilent = silent;
                while (events.hasNext()) {
                    hear(events.next(), wasSilent);
                    wasSilent = silent;
                }
                completed.complete(null);
                Thread.interrupted();
            }

            /** Asks for all that may be left, and waits until the terminal was heard, or could not be. */
            private void finish(TokenEvent.Terminal outcome) throws Exception {
                if (form == Form.LOOP) {
                    Patience.get(completed);
                    assertTrue(terminal == outcome, "the loop ended with " + terminal);
                    return;
                }
                asked.set(Long.MAX_VALUE);
                subscribed.join().request(Long.MAX_VALUE);
                if (!left) {
                    Patience.get(completed);
                    assertTrue(threw || terminal == outcome, "the subscriber heard " + terminal + " last");
                }
                assertTrue(terminal == null || terminal == outcome);
                // Whoever owns the delivery lets go of it in the end.
                CompletableFuture<Void> quiet = new CompletableFuture<>();
                core.backlog().claim().whenQuiet(() -> quiet.complete(null));
                Patience.get(quiet);
            }

            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscribed.complete(subscription);
            }

            @Override
            public void onNext(TokenEvent event) {
                hear(event, silent);
                if (throwsOnce && pieces == tokens / 2 && event instanceof TokenEvent.Token) {
                    threw = true;
                    completed.complete(null);
                    throw new IllegalStateException("a subscriber's own fault");
                }
            }

            @Override
            public void onError(Throwable failure) {
                broken = "onError: " + failure;
            }

            @Override
            public void onComplete() {
                if (terminal == null) {
                    broken = "onComplete before the terminal";
                }
                if (!completed.complete(null)) {
                    broken = "onComplete twice";
                }
            }

            private void hear(TokenEvent event, boolean wasSilent) {
                if (inside.incrementAndGet() != 1) {
                    broken = "two calls at once";
                }
                got++;
                if (form != Form.LOOP && got > asked.get()) {
                    broken = got + " events for " + asked.get() + " requested";
                }
                if (terminal != null) {
                    broken = event + " after " + terminal;
                }
                if (threw) {
                    broken = event + " after the subscriber threw";
                }
                if (event instanceof TokenEvent.Token token) {
                    if (wasSilent) {
                        broken = token + " after a cancel was accepted";
                    }
                    if (!started || token.index() != pieces || !token.text().equals("t" + pieces)) {
                        broken = token + " after " + pieces + " pieces";
                    }
                    pieces++;
                } else if (event instanceof TokenEvent.Started) {
                    if (started) {
                        broken = "Started twice";
                    }
                    started = true;
                } else if (event instanceof TokenEvent.Terminal) {
                    terminal = event;
                }
                inside.decrementAndGet();
            }
        }
    }
}
