package io.llamaorch.adapter.llamacpp.internal.slots;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.FakeTransport;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineFacts;
import io.llamaorch.adapter.llamacpp.internal.codec.Failures;
import io.llamaorch.adapter.llamacpp.internal.health.EngineQueries;
import io.llamaorch.adapter.llamacpp.internal.health.KnownFacts;
import io.llamaorch.adapter.llamacpp.internal.wire.Call;
import io.llamaorch.adapter.llamacpp.internal.wire.ExchangeListener;
import io.llamaorch.adapter.llamacpp.internal.wire.ResponseHead;
import io.llamaorch.adapter.llamacpp.internal.wire.StreamListener;
import io.llamaorch.adapter.llamacpp.internal.wire.Transport;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure;
import io.llamaorch.adapter.llamacpp.internal.wire.WireRequest;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever happens in whatever order, every proof is settled in time, truly and once, and looks stay rare (CAN-07). */
@NoLeaks
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CancelProofsRandomTest {

    private static final String PROPS = "{\"default_generation_settings\":{\"params\":{\"dry_multiplier\":0.0}}}";
    private static final String ASLEEP = "{\"is_sleeping\":true," + PROPS.substring(1);
    private static final TaskRequest TASK = TaskRequest.builder("Once").build();
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final JobPhase[] PHASES = {JobPhase.SENT, JobPhase.ACCEPTED, JobPhase.STREAMING};

    /** One cancelled job, and what its engine does with it. */
    private static final class Job {
        private final int mark;
        private final CompletableFuture<CancelReceipt> receipt;
        private final long cancelled;
        private boolean processing = true;
        private long settled;

        private Job(CancelProofs proofs, JobPhase phase, ManualTime time) {
            Mark given = proofs.mark(TASK);
            mark = given.value().orElseThrow();
            cancelled = time.nanoTime();
            receipt = proofs.prove(given, phase, cancelled).toCompletableFuture();
            receipt.thenRun(() -> settled = time.nanoTime());
        }

        private String slot() {
            return "{\"is_processing\":" + processing + ",\"params\":{\"dry_allowed_length\":" + mark + "}}";
        }
    }

    private static CancelProofs proofs(Transport transport, ManualTime time) {
        Failures failures = new Failures("http://engine-1:8080", Optional.empty());
        EngineQueries queries = new EngineQueries(transport, Optional.empty(), failures, LIMIT, LIMIT);
        KnownFacts facts = new KnownFacts(queries, time);
        facts.learn(EngineFacts.read(PROPS.getBytes(StandardCharsets.UTF_8)));
        return new CancelProofs(queries, facts, time);
    }

    @Test
    void proofs_inAnyOrderOfEvents_areSettledInTimeAndTruly() {
        long seed = ThreadLocalRandom.current().nextLong();
        int[] outcomes = new int[CancelReceipt.Outcome.values().length];
        for (int round = 0; round < 200; round++) {
            SplittableRandom random = new SplittableRandom(seed + round);
            String where = "seed " + seed + ", round " + round;
            for (Job job : play(random, where)) {
                assertTrue(job.receipt.isDone(), () -> "never settled, " + where);
                CancelReceipt receipt = job.receipt.join();
                outcomes[receipt.outcome().ordinal()]++;
                assertTrue(job.settled - job.cancelled <= 10_000_000_000L, () -> receipt + " too late, " + where);
                assertTrue(
                        receipt.outcome() == CancelReceipt.Outcome.UNCONFIRMED || !job.processing,
                        () -> receipt + " of a busy slot, " + where);
                assertEquals(
                        receipt.took().isEmpty(),
                        !receipt.reason().isEmpty(),
                        () -> receipt + " without why, " + where);
            }
        }
        String seen = outcomes[0] + " free, " + outcomes[1] + " unconfirmed, seed " + seed;
        assertTrue(outcomes[0] > 200 && outcomes[1] > 200, seen);
    }

    /** Plays one adapter's life; all its jobs are returned. */
    private static List<Job> play(SplittableRandom random, String where) {
        FakeTransport transport = new FakeTransport();
        ManualTime time = new ManualTime();
        CancelProofs proofs = proofs(transport, time);
        List<Job> jobs = new ArrayList<>();
        long lastAnswer = Long.MIN_VALUE;
        int answered = 0;
        int steps = random.nextInt(20, 120);
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(4)) {
                case 0 -> jobs.add(new Job(proofs, PHASES[random.nextInt(PHASES.length)], time));
                case 1 -> jobs.stream().filter(job -> random.nextInt(3) == 0).forEach(job -> job.processing = false);
                case 2 -> passUntilAsked(transport, time, random.nextInt(1200));
                default -> {
                    if (answered < transport.questions().size()) {
                        answer(transport.question(answered++), jobs, random);
                        lastAnswer = time.nanoTime();
                    }
                }
            }
            int open = transport.questions().size() - answered;
            assertTrue(open <= 1, () -> open + " questions at once, " + where);
            if (open == 1
                    && transport.question(answered).request().path().equals("/props")
                    && lastAnswer != Long.MIN_VALUE) {
                long pause = time.nanoTime() - lastAnswer;
                assertTrue(pause >= 1_300_000_000L, () -> "a look after " + pause + " ns, " + where);
                lastAnswer = Long.MIN_VALUE; // later steps find the same question
            }
        }
        if (random.nextBoolean()) {
            time.advance(Duration.ofSeconds(10));
        }
        proofs.close();
        assertEquals(List.of(), time.pending(), where);
        return jobs;
    }

    /** Lets time pass, but not beyond a question, so that it is seen when that was asked. */
    private static void passUntilAsked(FakeTransport transport, ManualTime time, int millis) {
        int asked = transport.questions().size();
        for (int left = millis; left > 0 && transport.questions().size() == asked; left -= 10) {
            time.advance(Duration.ofMillis(Math.min(left, 10)));
        }
    }

    private static void answer(FakeTransport.Question question, List<Job> jobs, SplittableRandom random) {
        int luck = random.nextInt(12);
        if (luck == 0) {
            question.fail(WireFailure.Kind.values()[random.nextInt(WireFailure.Kind.values().length)]);
        } else if (question.request().path().equals("/props")) {
            question.answer(200, luck == 1 ? ASLEEP : PROPS);
        } else if (luck == 1) {
            question.answer(new int[] {401, 501, 503, 500}[random.nextInt(4)], "{}");
        } else {
            question.answer(
                    200,
                    jobs.stream()
                            .filter(job -> random.nextInt(8) > 0)
                            .map(Job::slot)
                            .collect(Collectors.joining(",", "[", "]")));
        }
    }

    /** An engine that answers at once, on the asker's thread: every slot that ever was is idle. */
    private static final class Quick implements Transport {
        private final List<Integer> marks = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean closed;

        @Override
        public Call exchange(WireRequest request, ExchangeListener listener) {
            if (closed) {
                listener.onFailure(new WireFailure(WireFailure.Kind.CLOSED, "closed", false, null));
            } else {
                String body = request.path().equals("/props")
                        ? PROPS
                        : List.copyOf(marks).stream()
                                .map(mark -> "{\"is_processing\":false,\"dry_allowed_length\":" + mark + "}")
                                .collect(Collectors.joining(",", "[", "]"));
                listener.onAnswer(new ResponseHead(200, List.of()), body.getBytes(StandardCharsets.UTF_8));
            }
            return new Call() {
                @Override
                public void cancel() {}

                @Override
                public void resume() {}

                @Override
                public void execute(Runnable step) {
                    step.run();
                }
            };
        }

        @Override
        public Call stream(WireRequest request, StreamListener listener) {
            throw new AssertionError("nobody streams here");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Cancels, the clock and the close on threads of their own. */
    @Test
    void cancelsTimersAndClose_atOnce_leaveNoProofOpen() throws Exception {
        long seed = ThreadLocalRandom.current().nextLong();
        int free = 0;
        int closed = 0;
        for (int round = 0; round < 300; round++) {
            SplittableRandom random = new SplittableRandom(seed + round);
            Quick engine = new Quick();
            ManualTime time = new ManualTime();
            CancelProofs proofs = proofs(engine, time);
            List<CompletableFuture<CancelReceipt>> receipts = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch go = new CountDownLatch(1);
            int cancels = random.nextInt(1, 12);
            int ticks = random.nextInt(1, 40);
            CountDownLatch begun = new CountDownLatch(random.nextInt(2)); // the clock waits for a cancel, or does not
            Thread canceller = new Thread(() -> {
                awaitQuietly(go);
                for (int i = 0; i < cancels; i++) {
                    Mark mark = proofs.mark(TASK);
                    engine.marks.add(mark.value().orElseThrow());
                    receipts.add(proofs.prove(mark, PHASES[i % PHASES.length], time.nanoTime())
                            .toCompletableFuture());
                    begun.countDown();
                }
            });
            Thread clock = new Thread(() -> {
                awaitQuietly(go);
                awaitQuietly(begun);
                for (int i = 0; i < ticks; i++) {
                    time.advance(Duration.ofMillis(120));
                }
            });
            canceller.start();
            clock.start();
            go.countDown();
            if (random.nextBoolean()) {
                Patience.end(clock);
            }
            proofs.close();
            engine.close();
            Patience.end(canceller);
            Patience.end(clock);
            for (CompletableFuture<CancelReceipt> receipt : receipts) {
                int so = round;
                assertTrue(receipt.isDone(), () -> "open after close, round " + so + " of seed " + seed);
                if (receipt.join().outcome() == CancelReceipt.Outcome.SLOT_FREE) {
                    free++;
                } else {
                    closed++;
                }
            }
            assertEquals(List.of(), time.pending(), "round " + round + " of seed " + seed);
        }
        assertTrue(free > 20 && closed > 20, free + " proved, " + closed + " closed before, seed " + seed);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
