package io.llamaorch.adapter.llamacpp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.Endpoint;
import io.llamaorch.adapter.llamacpp.internal.wire.SharedLoop;
import io.llamaorch.adapter.llamacpp.internal.wire.SocketTransport;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.RunningStreams;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.StreamLimits;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.RaceConsumer;
import io.llamaorch.adapter.tck.RaceDelays;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * CAN-08 over real sockets: what an engine does races what a caller does, with delays at named steps, and leaves one
 * terminal event, no open socket and no timer each time. The seed is printed; {@code -Dorch.races.seed} repeats a run as
 * far as the scheduler allows, and {@code -Dorch.races} sets how many races there are.
 */
@NoLeaks
@Timeout(600)
class LlamaCppRacesTest {

    private static final int RACES = Integer.getInteger("orch.races", 2_000);
    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration PROOF_LIMIT = Duration.ofSeconds(10);
    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** What the engine does after its tokens. */
    private enum EngineDoes {
        END_MARKER(StopReason.END_OF_TEXT.toString()),
        ERROR_EVENT("Error(ADMISSION_REJECT)"),
        RESET("Error(WORKER_RESET)"),
        END_WITHOUT_MARKER("Error(WORKER_RESET)"),
        NONSENSE("Error(PROTOCOL)"),
        REFUSAL("Error(POOL_UNREADY)"),
        NOTHING("CANCELLED by CALLER");

        private final String kind;

        EngineDoes(String kind) {
            this.kind = kind;
        }
    }

    /** How the engine writes. */
    private enum Writes {
        ALL_IN_ONE,
        TOKENS_THEN_END,
        EACH_TOKEN_ALONE
    }

    /** What a caller does. */
    private enum CallerDoes {
        CANCEL_BY_HANDLE,
        CANCEL_BY_JOB,
        LEAVE,
        CLOSE_THE_ADAPTER,
        LET_THE_DEADLINE_PASS,
        THROW
    }

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS));
    }

    @Test
    void stream_whenEngineAndCallerRace_hasOneTerminalAndLeavesNothing() throws Exception {
        System.out.println("races on sockets: " + RACES + ", seed " + SEED);
        Map<String, Integer> distribution = new TreeMap<>();
        SharedLoop loop = new SharedLoop();
        RacePeer peer = new RacePeer(threads);
        SocketTransport keepsTheLoop =
                new SocketTransport(Endpoint.parse(peer.url()), TlsOptions.NONE, loop, new ManualTime());
        try {
            for (int i = 0; i < RACES; i++) {
                Race race = new Race("race-" + i, SEED + i, peer, loop);
                try {
                    distribution.merge(race.run(), 1, Integer::sum);
                    assertEquals(List.of(), List.copyOf(peer.faults()), "what the engine saw");
                } catch (Throwable failed) {
                    throw new AssertionError("race " + i + " of seed " + SEED + ": " + race, failed);
                }
            }
        } finally {
            keepsTheLoop.close();
            peer.close();
        }
        System.out.println("races on sockets: " + distribution);
        for (String kind : List.of(
                "END_OF_TEXT",
                "CANCELLED by CALLER",
                "CANCELLED by SUBSCRIBER",
                "CANCELLED by INTERRUPTED",
                "Error(ADMISSION_REJECT)",
                "Error(WORKER_RESET)",
                "Error(PROTOCOL)",
                "Error(POOL_UNREADY)",
                "Error(POOL_UNAVAILABLE)",
                "Error(DEADLINE_UNMET)",
                "Error(INTERNAL)")) {
            int times = distribution.getOrDefault(kind, 0);
            assertTrue(times * 100 >= RACES, kind + " won only " + times + " of " + RACES + ": " + distribution);
        }
    }

    /** One stream, and who fights over it. */
    private final class Race {
        private final String name;
        private final long seed;
        private final RacePeer peer;
        private final ManualTime time = new ManualTime();
        private final EngineDoes engineDoes;
        private final List<CallerDoes> callerDoes = new ArrayList<>();
        private final int tokens;
        private final Writes writes;
        private final boolean asksForTheVersion;
        private final RaceDelays delays;
        private final RaceConsumer consumer;
        private final CompletableFuture<TokenStream> submitted = new CompletableFuture<>();
        private final RunningStreams streams;
        private final SteppedTransport transport;

        private Race(String name, long seed, RacePeer peer, SharedLoop loop) {
            this.name = name;
            this.seed = seed;
            SplittableRandom random = new SplittableRandom(seed);
            this.peer = peer;
            engineDoes = EngineDoes.values()[random.nextInt(EngineDoes.values().length)];
            for (int i = random.nextInt(3); i > 0; i--) {
                callerDoes.add(CallerDoes.values()[random.nextInt(CallerDoes.values().length)]);
            }
            tokens = random.nextInt(5) == 0 ? 30 + random.nextInt(40) : 1 + random.nextInt(6);
            writes = Writes.values()[random.nextInt(Writes.values().length)];
            asksForTheVersion = random.nextInt(3) == 0;
            delays = new RaceDelays(random, SteppedTransport.Step.values().length);
            consumer = new RaceConsumer(
                    RaceConsumer.Form.values()[random.nextInt(3)],
                    callerDoes.contains(CallerDoes.THROW) ? 1 + random.nextInt(tokens) : -1);
            AdapterConfig config = AdapterConfig.builder()
                    .timeSource(time)
                    .deliveryExecutor(task -> threads.execute(() -> {
                        delays.at(7);
                        task.run();
                    }))
                    .build();
            streams = RunningStreams.create("llamacpp", config, StreamLimits.DEFAULT);
            transport = new SteppedTransport(
                    new SocketTransport(Endpoint.parse(peer.url()), TlsOptions.NONE, loop, time),
                    step -> delays.at(step.ordinal()));
        }

        private String run() throws Exception {
            peer.expect(name, this::talk);
            List<Runnable> actors = new ArrayList<>();
            actors.add(this::submit);
            if (consumer.form() == RaceConsumer.Form.LOOP) {
                actors.add(() -> consumer.listen(submitted.join()));
            } else {
                actors.add(this::askAgainAndAgain);
            }
            callerDoes.stream().filter(what -> what != CallerDoes.THROW).forEach(what -> actors.add(() -> act(what)));
            CyclicBarrier start = new CyclicBarrier(actors.size());
            List<Future<?>> running = new ArrayList<>();
            for (Runnable actor : actors) {
                running.add(threads.submit(() -> {
                    start.await();
                    actor.run();
                    return null;
                }));
            }
            try {
                Future<?> consuming = running.remove(1); // a loop may wait for what nobody but the check does
                for (Future<?> actor : running) {
                    actor.get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
                }
                String kind = check();
                consuming.get(Patience.mustHappen().toNanos(), TimeUnit.NANOSECONDS);
                return kind;
            } finally {
                streams.close();
                transport.close();
                peer.forget(name);
            }
        }

        private void submit() {
            Engine engine = asksForTheVersion ? Engines.unknown(transport, time) : Engines.known(transport, time);
            TaskRequest task =
                    TaskRequest.builder(name).jobId("job-1").deadline(DEADLINE).build();
            TokenStream stream;
            try {
                stream = streams.open(task, emitter -> CompletionRun.begin(task, emitter, engine));
            } catch (IllegalStateException closed) {
                stream = TokenStream.failed("job-1", WorkerError.of(ErrorCode.POOL_UNAVAILABLE, "closed before"));
            }
            if (consumer.form() != RaceConsumer.Form.LOOP) {
                consumer.listen(stream);
            }
            submitted.complete(stream);
        }

        private void askAgainAndAgain() {
            TokenStream stream = submitted.join();
            SplittableRandom own = new SplittableRandom(~seed);
            for (int asked = 0;
                    asked < tokens + 2
                            && !stream.outcome().toCompletableFuture().isDone(); ) {
                int more = 1 + own.nextInt(8);
                asked += more;
                consumer.ask(more);
                RaceDelays.pause(own.nextInt(60));
            }
        }

        /** Waits for its moment, which is after some events or at any time, and does it. */
        private void act(CallerDoes what) {
            SplittableRandom own = new SplittableRandom(seed * 31 + what.ordinal());
            if (own.nextInt(3) > 0) {
                int events = own.nextInt(Math.min(tokens, 8) + 2);
                CompletionStage<?> outcome = submitted.join().outcome();
                Patience.within(
                        Patience.mustHappen(),
                        () -> consumer.heard() >= events
                                || outcome.toCompletableFuture().isDone()
                                || engineDoes == EngineDoes.REFUSAL);
            }
            RaceDelays.pause(own.nextInt(100));
            switch (what) {
                case CANCEL_BY_HANDLE -> consumer.note(submitted.join().cancel());
                case CANCEL_BY_JOB -> consumer.note(streams.cancel("job-1"));
                case LEAVE -> consumer.leave();
                case CLOSE_THE_ADAPTER -> {
                    streams.close();
                    transport.close();
                }
                case LET_THE_DEADLINE_PASS -> time.advance(DEADLINE);
                case THROW -> throw new AssertionError(what);
            }
        }

        private String check() throws Exception {
            TokenStream stream = submitted.join();
            if (engineDoes == EngineDoes.NOTHING) { // and perhaps nobody else did anything in time either
                consumer.note(stream.cancel());
            }
            TokenEvent.Terminal terminal = Patience.get(stream.outcome());
            consumer.finish(terminal);
            assertEquals(0, streams.count(), "the job's id is free");
            Patience.await("no connection at the engine", () -> peer.open() == 0);
            Patience.await(
                    "no timer but that of the proof",
                    () -> time.pending().stream().allMatch(timer -> timer.startsWith("limit of the proof")));
            streams.close();
            transport.close();
            time.advance(PROOF_LIMIT);
            Patience.get(stream.released());
            Patience.await("no timer", () -> time.pending().isEmpty());
            String kind = consumer.verdict(terminal, tokens);
            assertEquals(
                    kind.endsWith("CALLER") ? 1 : 0,
                    consumer.accepted(),
                    "one cancel, and only the one that won, is accepted");
            if (callerDoes.isEmpty()) {
                assertEquals(engineDoes.kind, kind, "nobody but the engine did anything");
            }
            return kind;
        }

        /** The engine's part. */
        private boolean talk(Socket socket) throws IOException {
            SplittableRandom own = new SplittableRandom(seed * 17);
            if (engineDoes == EngineDoes.REFUSAL) {
                RaceDelays.pause(own.nextInt(100));
                send(socket, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
                return true;
            }
            StringBuilder waiting = new StringBuilder(HEAD);
            for (int i = 0; i <= tokens; i++) {
                if (writes == Writes.EACH_TOKEN_ALONE || (writes == Writes.TOKENS_THEN_END && i == tokens)) {
                    RaceDelays.pause(own.nextInt(60));
                    send(socket, waiting.toString());
                    waiting.setLength(0);
                }
                if (i < tokens) {
                    waiting.append(
                            chunk("data: {\"content\":\"t" + i + "\",\"tokens_predicted\":" + (i + 1) + "}\n\n"));
                }
            }
            waiting.append(
                    switch (engineDoes) {
                        case END_MARKER -> chunk(FakeEngine.END) + "0\r\n\r\n";
                        case ERROR_EVENT ->
                            chunk("data: {\"error\":{\"code\":429,\"message\":\"full\",\"type\":\"x\"}}\n\n")
                                    + "0\r\n\r\n";
                        case NONSENSE -> chunk("data: {]\n\n");
                        case END_WITHOUT_MARKER -> "0\r\n\r\n";
                        default -> "";
                    });
            RaceDelays.pause(own.nextInt(100));
            send(socket, waiting.toString());
            if (engineDoes == EngineDoes.RESET) {
                // Everything was read, or nothing: a reset may overtake what was sent before.
                socket.setSoLinger(true, 0);
                socket.close();
                return false;
            }
            return true;
        }

        private void send(Socket socket, String text) throws IOException {
            if (!text.isEmpty()) {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            }
        }

        private String chunk(String data) {
            return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
        }

        @Override
        public String toString() {
            TokenStream stream = submitted.getNow(null);
            return "the engine does " + engineDoes + " after " + tokens + " tokens, written " + writes
                    + (asksForTheVersion ? " and its version" : "") + ", the caller does " + callerDoes
                    + ", consumer " + consumer + ", outcome "
                    + (stream == null
                            ? "none"
                            : stream.outcome().toCompletableFuture().getNow(null)) + ", timers "
                    + time.pending();
        }
    }
}
