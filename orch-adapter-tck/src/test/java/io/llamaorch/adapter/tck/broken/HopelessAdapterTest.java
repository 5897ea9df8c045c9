package io.llamaorch.adapter.tck.broken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.WorkerAdapter;
import io.llamaorch.adapter.tck.AdapterConformance;
import io.llamaorch.adapter.tck.AdapterHarness;
import io.llamaorch.adapter.tck.RuleBroken;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Adapters that do nothing, or never return, pass nothing and cost a bounded time (TCK-08). */
@Tag("once")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HopelessAdapterTest {

    /** How much of its usual patience the kit has with what never comes. */
    private static final double SCANT = 0.002;

    /** How much when each test waits for as long as it may, and not only for what does not come. */
    private static final double SCANTIER = 0.0005;

    /** How much longer than it may a test takes on a machine that is busy. */
    private static final int LEEWAY = 4;

    @Test
    void adapterThatDoesNothing_passesNothing() {
        KitRun run = KitRun.on(() -> made(new IdleAdapter()), SCANT);

        assertEquals(List.of(), run.passes(), "passed by an adapter that does nothing");
        assertTrue(run.failures().size() > 80, () -> run.failures().size() + " failures");
    }

    @Test
    void adapterThatHangs_passesNothing_inBoundedTime() {
        CountDownLatch letGo = new CountDownLatch(1);
        long began = System.nanoTime();
        KitRun run;
        try {
            run = KitRun.on(() -> made(new HangingAdapter(letGo)), SCANTIER);
        } finally {
            letGo.countDown();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);

        assertEquals(List.of(), run.passes(), "passed by an adapter that hangs");
        int tests = run.failures().size() + run.skipped();
        Duration bound = Duration.ofNanos(
                        (long) (AdapterConformance.LONGEST_TEST.toNanos() * SCANTIER * KitRun.factor()))
                .multipliedBy((long) LEEWAY * tests);
        System.out.println("An adapter that hangs costs the kit " + took.toMillis() + " ms with its patience at "
                + SCANTIER + "; the bound is " + bound.toMillis() + " ms.");
        assertTrue(took.compareTo(bound) < 0, () -> "it took " + took + ", and the bound is " + bound);
        assertTrue(
                run.failures().stream()
                        .anyMatch(failure -> failure instanceof RuleBroken broken
                                && broken.observation().contains("HangingAdapter.hang")),
                "the place where it hangs is told");
    }

    private static AdapterHarness made(WorkerAdapter adapter) {
        return new ChangedHarness(Changes.made((config, correct) -> adapter));
    }
}
