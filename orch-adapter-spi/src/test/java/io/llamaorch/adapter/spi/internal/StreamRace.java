package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelReceipt;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEmitter;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.RaceConsumer;
import io.llamaorch.adapter.tck.RaceDelays;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One stream, and the threads that fight over it. */
final class StreamRace {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** What can end a stream. */
    private enum Ender {
        HANDLE,
        SUBSCRIPTION_OR_INTERRUPT,
        ADAPTER_CLOSE,
        TIME_LIMIT,
        JOB_ID,
        SUBSCRIBER_FAULT,
        END,
        ERROR,
        REFUSAL
    }

    /** What the adapter proves when it is asked; nothing else says so. */
    private static final CancelReceipt PROOF = CancelReceipt.slotFree(Duration.ofMillis(7));

    private final long seed;
    private final SplittableRandom random;
    private final ExecutorService threads;
    private final ManualTime time = new ManualTime();
    private final RunningStreams streams = RunningStreams.create(
            "engine", AdapterConfig.builder().timeSource(time).build(), StreamLimits.DEFAULT);
    private final List<Ender> enders;
    private final int tokens;
    private final boolean onDemand;
    private final RaceDelays delays;
    private final RaceConsumer consumer;
    private final boolean adapter;
    private final EmitterCore core;
    private final AtomicInteger cancelCalls = new AtomicInteger();

    /** A race in which everything but the scheduler's part is drawn from the seed. */
    StreamRace(RaceConsumer.Form form, long seed, ExecutorService threads) {
        this.seed = seed;
        this.threads = threads;
        random = new SplittableRandom(seed);
        enders = Stream.generate(() -> Ender.values()[random.nextInt(Ender.values().length)])
                .limit(1 + random.nextInt(3))
                .toList();
        tokens = random.nextInt(4) == 0 ? 30 + random.nextInt(40) : random.nextInt(12);
        onDemand = random.nextBoolean();
        delays = new RaceDelays(random, Step.values().length);
        consumer = new RaceConsumer(form, enders.contains(Ender.SUBSCRIBER_FAULT) ? tokens / 2 : -1);
        adapter = random.nextInt(4) == 0;
        core = adapter ? opened() : alone();
    }

    /** A stream with delays at its steps. */
    private EmitterCore alone() {
        EmitterCore made = new EmitterCore(
                "job-1",
                "engine",
                "r0",
                StreamLimits.DEFAULT,
                Deliveries.shared(),
                time,
                step -> delays.at(step.ordinal()));
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

    /** Runs the race and checks what it left; how the stream has ended. */
    String run() throws Exception {
        core.onCancel(cause -> {
            cancelCalls.incrementAndGet();
            return CompletableFuture.completedStage(PROOF);
        });
        List<Runnable> actors = actors();
        CyclicBarrier start = new CyclicBarrier(actors.size());
        List<Future<?>> running = new ArrayList<>();
        for (Runnable actor : actors) {
            int pause = random.nextInt(60);
            running.add(threads.submit(() -> {
                start.await();
                RaceDelays.pause(pause);
                actor.run();
                return null;
            }));
        }
        for (Future<?> actor : running) {
            actor.get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
        }
        return check();
    }

    private List<Runnable> actors() {
        List<Runnable> actors = new ArrayList<>();
        RaceScript script = new RaceScript(core, tokens, enders.contains(Ender.ERROR));
        actors.add(() -> script.play(onDemand));
        for (Ender ender : enders) {
            if (ender != Ender.END && ender != Ender.ERROR && ender != Ender.SUBSCRIBER_FAULT) {
                actors.add(() -> endBy(ender));
            }
        }
        actors.add(() -> consumer.listen(core.stream()));
        if (consumer.form() != RaceConsumer.Form.LOOP) {
            actors.add(this::ask);
        }
        return actors;
    }

    private void endBy(Ender ender) {
        switch (ender) {
            case HANDLE -> consumer.note(core.stream().cancel());
            case JOB_ID ->
                consumer.note(adapter ? streams.cancel("job-1") : core.stream().cancel());
            case SUBSCRIPTION_OR_INTERRUPT -> consumer.leave();
            case ADAPTER_CLOSE -> {
                if (adapter) {
                    streams.close();
                } else {
                    core.closeBecauseAdapterCloses();
                }
            }
            case TIME_LIMIT -> time.advance(DEADLINE);
            case REFUSAL -> core.refused(WorkerError.of(ErrorCode.ADMISSION_REJECT, "full"));
            default -> throw new AssertionError(ender);
        }
    }

    private void ask() {
        SplittableRandom own = new SplittableRandom(~seed);
        int all = tokens + 2;
        for (int asked = 0; asked < all && !core.ended(); ) {
            int more = 1 + own.nextInt(8);
            asked += more;
            consumer.ask(more);
            RaceDelays.pause(own.nextInt(60));
        }
    }

    private String check() throws Exception {
        TokenEvent.Terminal terminal = Patience.get(core.stream().outcome());
        assertTrue(core.ended());
        CancelReceipt receipt = Patience.get(core.stream().released());
        consumer.finish(terminal);
        awaitQuiet();
        String kind = consumer.verdict(terminal, tokens);
        if (terminal instanceof TokenEvent.Error failed) {
            assertEquals(core.pieces(), failed.error().tokensDelivered());
        }
        assertEquals(
                kind.endsWith("CALLER") ? 1 : 0,
                consumer.accepted(),
                "one cancel, and only the one that won, is accepted");
        String left = switch (kind) {
            case "END_OF_TEXT", "Error(ADMISSION_REJECT)" -> "SLOT_FREE after PT0S";
            case "Error(WORKER_RESET)" -> "UNCONFIRMED (the stream failed before the engine's own end)";
            default -> PROOF.toString();
        };
        assertEquals(left, receipt.toString(), "what is known of the engine's place");
        assertEquals(
                left.equals(PROOF.toString()) ? 1 : 0,
                cancelCalls.get(),
                "the adapter is told once, unless it ended the stream");
        assertEquals(0, time.waiting(), "no timer is left");
        assertEquals(0, streams.count());
        return kind;
    }

    /** Whoever owns the delivery lets go of it in the end, and holds nothing then; it may be about to look once more. */
    private void awaitQuiet() throws Exception {
        if (consumer.form() != RaceConsumer.Form.LOOP) {
            CompletableFuture<Void> quiet = new CompletableFuture<>();
            core.backlog().claim().whenQuiet(() -> quiet.complete(null));
            Patience.get(quiet);
            Patience.await("nothing is held", core.backlog()::isEmpty);
        }
    }

    @Override
    public String toString() {
        return "ended by " + enders + ", " + tokens + " tokens, outcome "
                + core.stream().outcome().toCompletableFuture().getNow(null) + ", ledger pieces " + core.pieces()
                + ", consumer " + consumer;
    }
}
