package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** DSP-02: free places first, then fewest running streams, then the first. */
class ScoresTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());

    private static Scores of(long... scores) {
        Scores made = new Scores(scores.length);
        for (int i = 0; i < scores.length; i++) {
            made.set(i, scores[i]);
        }
        return made;
    }

    private static int best(Scores scores) {
        return scores.best(Scores.ANY, index -> true);
    }

    @Test
    void best_whenNothingIsRated_isNone() {
        assertEquals(-1, best(new Scores(3)));
        assertEquals(-1, best(new Scores(0)));
    }

    @Test
    void of_whenNoPlaceIsFree_isNotNow() {
        assertEquals(Scores.NOT_NOW, Scores.of(0, 0));
        assertEquals(Scores.NOT_NOW, Scores.of(-1, 0));
    }

    @Test
    void best_isTheOneWithMostFreePlacesHoweverManyRun() {
        assertEquals(1, best(of(Scores.of(3, 0), Scores.of(4, 1_000_000), Scores.of(1, 0))));
    }

    @Test
    void best_amongEquallyFree_isTheOneWithFewestRunning() {
        assertEquals(2, best(of(Scores.of(4, 2), Scores.of(4, 3), Scores.of(4, 1))));
    }

    @Test
    void best_amongEquals_isTheFirst() {
        assertEquals(1, best(of(Scores.of(1, 0), Scores.of(4, 2), Scores.of(4, 2))));
    }

    @Test
    void best_whenTheBestIsNotAble_isTheNext() {
        Scores scores = of(Scores.of(1, 0), Scores.of(4, 0), Scores.of(2, 0));
        assertEquals(2, scores.best(Scores.ANY, index -> index != 1));
        assertEquals(-1, scores.best(Scores.ANY, index -> false));
    }

    /** What a replica is able to is dear to find out (DSP-10). */
    @Test
    void best_asksOnlyThoseThatWouldBeTheBestSoFar() {
        List<Integer> asked = new ArrayList<>();
        of(Scores.of(2, 0), Scores.NOT_NOW, Scores.of(1, 0), Scores.of(2, 0), Scores.of(3, 0))
                .best(Scores.ANY, asked::add);
        assertEquals(List.of(0, 4), asked);
    }

    @Test
    void has_tellsWhetherThereIsAScore() {
        Scores scores = of(Scores.of(1, 7), Scores.NOT_NOW);
        assertTrue(scores.has(0));
        assertFalse(scores.has(1));
    }

    @Test
    void best_amongAnyReplicas_isWhatTheRuleSays() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 2_000; round++) {
            int size = 1 + random.nextInt(8);
            int[] free = random.ints(size, 0, 4).toArray();
            int[] running = random.ints(size, 0, 3).toArray();
            Scores scores = new Scores(size);
            IntStream.range(0, size).forEach(i -> scores.set(i, Scores.of(free[i], running[i])));
            int expected = IntStream.range(0, size)
                    .filter(i -> free[i] > 0)
                    .boxed()
                    .min(Comparator.<Integer>comparingInt(i -> -free[i])
                            .thenComparingInt(i -> running[i])
                            .thenComparingInt(i -> i))
                    .orElse(-1);
            assertEquals(expected, best(scores), "seed " + SEED + ", round " + round);
        }
    }
}
