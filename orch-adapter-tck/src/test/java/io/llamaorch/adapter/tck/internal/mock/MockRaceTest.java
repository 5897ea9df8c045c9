package io.llamaorch.adapter.tck.internal.mock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.StopReason;
import io.llamaorch.adapter.spi.TokenEvent;
import io.llamaorch.adapter.spi.TokenStream;
import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.EngineScript;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.TestEngine;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cancels that meet the end of the text, or each other, leave one terminal event and no slot behind. */
@NoLeaks
@Timeout(120)
class MockRaceTest {

    private static final int ROUNDS = 2_000;
    private static final int TOKENS = 12;
    private static final int MOST_SPINS = 20_000;

    @RegisterExtension
    final MockBench bench = new MockBench();

    private enum Ending {
        BEFORE_START,
        CANCELLED,
        WELL
    }

    @Test
    void cancel_whenItMeetsTheEnd_leavesOneTerminalEventAndAFreeSlot() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Ending, Integer> endings = new EnumMap<>(Ending.class);
        for (int round = 0; round < ROUNDS; round++) {
            String where = "round " + round + " of seed " + seed;
            TestEngine engine =
                    bench.engine(EngineScript.builder().slots(1).stepped().build());
            WorkerAdapter adapter = bench.adapter(engine);
            int before = random.nextInt(TOKENS);
            int spins = random.nextInt(MOST_SPINS);
            AtomicBoolean go = new AtomicBoolean();
            TokenStream stream = adapter.submit(bench.task());
            if (before > 0) {
                engine.release(before);
                MockBench.await(engine, () -> engine.tokensGenerated() == before);
            }
            CompletableFuture<Void> steps = CompletableFuture.runAsync(() -> {
                while (!go.get()) {
                    Thread.onSpinWait();
                }
                engine.release(TOKENS - before);
            });
            go.set(true);
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            stream.cancel();
            List<TokenEvent> events = MockBench.events(stream);
            Patience.get(steps);
            Patience.get(stream.released());
            long ends = events.stream()
                    .filter(TokenEvent.Terminal.class::isInstance)
                    .count();
            assertEquals(1, ends, where);
            assertEquals(0, engine.slotsBusy(), where);
            assertEquals(0, engine.connectionsOpen(), where);
            endings.merge(ending(events), 1, Integer::sum);
            adapter.close();
            engine.close();
        }
        System.out.println("seed " + seed + ": " + endings);
        for (Ending ending : List.of(Ending.WELL, Ending.CANCELLED)) {
            assertTrue(
                    endings.getOrDefault(ending, 0) >= ROUNDS / 100,
                    "too few " + ending + " of seed " + seed + ": " + endings);
        }
    }

    private static Ending ending(List<TokenEvent> events) {
        TokenEvent.End end = (TokenEvent.End) MockBench.last(events);
        if (end.reason() != StopReason.CANCELLED) {
            return Ending.WELL;
        }
        return end.usage().prompt().isPresent() ? Ending.CANCELLED : Ending.BEFORE_START;
    }

    @Test
    void tasks_whenManyPressForOneSlot_areAllServedOrCancelled() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        TestEngine engine = bench.engine(EngineScript.builder().slots(2).build());
        WorkerAdapter adapter = bench.adapter(engine);
        for (int round = 0; round < 100; round++) {
            List<TokenStream> streams = IntStream.range(0, 20)
                    .mapToObj(i -> adapter.submit(bench.task()))
                    .toList();
            for (TokenStream stream : streams) {
                if (random.nextBoolean()) {
                    stream.cancel();
                }
            }
            for (TokenStream stream : streams) {
                assertTrue(
                        MockBench.last(MockBench.events(stream)) instanceof TokenEvent.End,
                        "round " + round + " of seed " + seed);
            }
            MockBench.await(engine, () -> engine.slotsBusy() == 0 && engine.connectionsOpen() == 0);
            assertEquals(0, engine.tasksQueued(), "round " + round + " of seed " + seed);
        }
    }
}
