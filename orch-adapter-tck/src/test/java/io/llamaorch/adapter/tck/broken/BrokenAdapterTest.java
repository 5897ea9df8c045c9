package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.RuleBroken;
import io.llamaorch.adapter.tck.internal.mock.MockHarness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each broken adapter is caught by exactly the rules that it breaks (TCK-08). */
@Tag("once")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BrokenAdapterTest {

    private static final long BEGAN = System.nanoTime();
    private static final AtomicInteger CAUGHT = new AtomicInteger();

    /** How many broken adapters are tried at once. */
    private static final int AT_ONCE = 4;

    private static final Map<Broken, KitRun> RUNS = new ConcurrentHashMap<>();

    static List<Broken> all() {
        return Broken.all();
    }

    /** Most of what a broken adapter costs is waiting, so several of them are waited for at once. */
    @BeforeAll
    static void runTheKitOnAll() {
        ExecutorService waiting = Executors.newFixedThreadPool(AT_ONCE);
        try {
            KitRun.patiently(KitRun.IMPATIENT, () -> {
                List<Future<?>> runs = new ArrayList<>();
                for (Broken adapter : Broken.all()) {
                    KitRun run = RUNS.computeIfAbsent(adapter, key -> new KitRun());
                    runs.add(waiting.submit(() -> run.run(adapter::harness, test -> !KitRun.looksAround(test))));
                }
                for (Future<?> run : runs) {
                    run.get();
                }
                return runs;
            });
        } finally {
            waiting.shutdownNow();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void brokenAdapter_isCaughtByExactlyTheRulesThatItBreaks(Broken adapter) {
        KitRun run = KitRun.patiently(
                KitRun.IMPATIENT,
                () -> Objects.requireNonNull(RUNS.get(adapter)).run(adapter::harness, KitRun::looksAround));

        assertEquals(adapter.breaks(), run.broken(), () -> told(run));
        run.failures().forEach(BrokenAdapterTest::assertTellsWhatIsWrong);
        CAUGHT.incrementAndGet();
    }

    private static void assertTellsWhatIsWrong(Throwable failure) {
        RuleBroken broken = (RuleBroken) failure;
        assertAll(
                broken.getMessage(),
                () -> assertTrue(broken.getMessage().startsWith(broken.rule() + " is broken."), "the rule"),
                () -> assertFalse(broken.expectation().isBlank(), "what was expected"),
                () -> assertFalse(broken.observation().isBlank(), "what was seen"),
                () -> assertFalse(broken.causes().isEmpty(), "what usually leads there"));
    }

    @Test
    void correctAdapter_breaksNothing_andNothingIsUntestable() {
        KitRun run = KitRun.on(MockHarness::new, KitRun.IMPATIENT);

        assertEquals(Set.of(), run.broken(), () -> told(run));
        assertEquals(0, run.skipped());
        assertTrue(run.passed() > 80, () -> run.passed() + " tests");
    }

    @Test
    void adapterThatLeavesAThread_isToldWhich() {
        KitRun run = KitRun.patiently(
                KitRun.IMPATIENT,
                () -> new KitRun().run(BrokenLives.LEAVES_A_THREAD::harness, test -> test.startsWith("lif0")));

        assertEquals(new TreeSet<>(Set.of("LIF-04", "LIF-06")), run.broken(), () -> told(run));
        run.failures()
                .forEach(failure ->
                        assertTrue(failure.getMessage().contains("thread left-behind, WAITING"), failure::getMessage));
    }

    @AfterAll
    static void printScore() {
        Duration took = Duration.ofNanos(System.nanoTime() - BEGAN);
        System.out.println(
                "Mutation score: " + CAUGHT + " of " + RUNS.size() + " broken adapters are caught by exactly the rules"
                        + " that they break (" + 100 * CAUGHT.get() / Math.max(1, RUNS.size()) + " %); it took "
                        + took.toSeconds() + " s.");
    }

    private static String told(KitRun run) {
        return run.failures().stream().map(Throwable::getMessage).collect(Collectors.joining("\n"));
    }
}
