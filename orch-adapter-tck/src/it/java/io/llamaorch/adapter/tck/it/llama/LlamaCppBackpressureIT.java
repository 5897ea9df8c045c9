package io.llamaorch.adapter.tck.it.llama;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.LlamaCppAdapterFactory;
import io.llamaorch.adapter.spi.AdapterConfig;
import io.llamaorch.adapter.spi.CancelCause;
import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscribers that are slower than the real engine, which writes on whether anybody reads or not. */
@NoLeaks
@RealEngine
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LlamaCppBackpressureIT {
    private static final String PROMPT = "Once upon a time";
    private static final int TOKENS = 3000;

    /** Of an event on this wire, its framing not counted. */
    private static final int FEWEST_BYTES = 100;

    /** What may lie in the adapter though nobody asks for it: 32 events and what one read brings (FLW-02). */
    private static final int READ_AHEAD = 32 + 16 * 1024 / FEWEST_BYTES;

    private static LlamaServer server;
    private static String told;

    private final ManualTime time = new ManualTime();

    @BeforeAll
    static void start() throws Exception {
        server = LlamaServer.of(BigramModel.plain())
                .contextPerSlot(2 * TOKENS)
                .arguments("--override-kv", "llama.context_length=int:" + 2 * TOKENS)
                .start();
        told = Runs.twin(server, PROMPT, TOKENS);
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    /** FLW-02, FLW-03. */
    @Test
    void subscriber_whenItTakesOneEventAtATime_losesNothing() throws Exception {
        try (WorkerAdapter adapter = adapter();
                TokenStream stream = adapter.submit(task())) {
            Taker taker = new Taker(1);
            stream.subscribe(taker);
            StringBuilder text = new StringBuilder();
            TokenEvent event = taker.next();
            for (; !(event instanceof TokenEvent.Terminal); event = taker.next()) {
                text.append(event instanceof TokenEvent.Token token ? token.text() : "");
                assertEquals(0, taker.waiting(), "one event for each that is asked for");
                taker.request(1);
            }

            assertEquals(told, text.toString());
            TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, event);
            assertEquals(StopReason.LIMIT, end.reason());
            assertEquals(TOKENS, end.usage().generated().orElse(-1));
            taker.awaitCompleted();
        }
    }

    /**
     * FLW-02: the engine is done and its text lies in the sockets; the adapter has read no more than it may hold, which
     * shows in the usage that the cancelled end tells. While it does not read, only the stall limit runs.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void subscriber_whenItAsksForNoMore_leavesTheEngineUnreadUntilItStalls(int asked) throws Exception {
        try (WorkerAdapter adapter = adapter();
                TokenStream stream = adapter.submit(task())) {
            Taker taker = new Taker(asked);
            stream.subscribe(taker);
            Patience.await("the engine has begun", () -> TcpQueues.unread(port()) > 0);
            assertTrue(Await.holds(Runs.MUST_HAPPEN, LlamaCppBackpressureIT::isIdle), server::log);
            assertTrue(TcpQueues.unread(port()) > 0, "nothing is left in the sockets");

            time.advance(Duration.ofSeconds(59));
            assertFalse(stream.outcome().toCompletableFuture().isDone(), "no limit of the engine's runs");
            assertEquals(asked, taker.waiting());
            time.advance(Duration.ofSeconds(2));

            TokenEvent.End end = assertInstanceOf(TokenEvent.End.class, Runs.await(stream.outcome()));
            assertEquals(Optional.of(CancelCause.STALLED), end.details().cancelCause());
            int read = end.usage().generated().orElse(0);
            assertTrue(read <= asked + READ_AHEAD, "the adapter read " + read + " of " + TOKENS + " tokens");
            Patience.await("the connection is closed", () -> TcpQueues.clients(port()) == 0);

            taker.request(Long.MAX_VALUE);
            taker.awaitCompleted();
            StringBuilder text = new StringBuilder();
            int pieces = 0;
            for (TokenEvent event = taker.next(); event != end; event = taker.next()) {
                if (event instanceof TokenEvent.Token token) {
                    text.append(token.text());
                    pieces++;
                }
            }
            assertEquals(read, pieces, "all that was read is delivered");
            assertTrue(pieces >= 31 && told.startsWith(text.toString()), text.toString());
        }
    }

    /** FLW-07. */
    @Test
    void stream_whenNobodyAsks_isSettledAndReleasedAllTheSame() throws Exception {
        try (WorkerAdapter adapter = adapter();
                TokenStream stream = adapter.submit(Runs.greedy(PROMPT, 20).build())) {
            TokenEvent.Terminal outcome = Runs.await(stream.outcome());

            assertEquals(
                    StopReason.LIMIT,
                    assertInstanceOf(TokenEvent.End.class, outcome).reason());
            assertEquals(0, time.waiting(), () -> "no limit runs on: " + time.pending());
            Patience.await("the connection is closed", () -> TcpQueues.clients(port()) == 0);

            Taker late = new Taker(22);
            stream.subscribe(late);
            late.awaitCompleted();
            assertEquals(22, late.waiting(), "Started, 20 tokens, End");
        }
    }

    private WorkerAdapter adapter() {
        return new LlamaCppAdapterFactory()
                .create(AdapterConfig.builder()
                        .replica("default", "r0")
                        .url(server.url().toString())
                        .timeSource(time)
                        .build());
    }

    private static TaskRequest task() {
        return Runs.greedy(PROMPT, TOKENS).build();
    }

    private static int port() {
        return server.url().getPort();
    }

    private static boolean isIdle() {
        try {
            return server.idleSlots() == 2;
        } catch (IOException e) {
            return false;
        }
    }
}
