package io.llamaorch.adapter.spi.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import io.llamaorch.adapter.tck.RaceConsumer.Form;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Integer> distribution = new TreeMap<>();

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
            StreamRace race = new StreamRace(form, SEED + i, threads);
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
                "Error(ADMISSION_REJECT)",
                "CANCELLED by CALLER",
                "CANCELLED by SUBSCRIBER",
                "CANCELLED by INTERRUPTED",
                "END_OF_TEXT")) {
            int times = distribution.getOrDefault(kind, 0);
            assertTrue(times * 100 >= RACES, kind + " won only " + times + " of " + RACES + ": " + distribution);
        }
    }
}
