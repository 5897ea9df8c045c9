package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** DSP-10: what replicas can serve is asked of their kinds, however many replicas there are. */
class ScoresOfKindsTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());

    @Test
    void best_amongAThousandReplicasOfTwoKinds_asksTwice() {
        Scores scores = new Scores(1_000);
        for (int i = 0; i < 1_000; i++) {
            scores.kind(i, i % 2);
            scores.set(i, Scores.of(i + 1, 0));
        }
        List<Integer> asked = new ArrayList<>();
        int best = scores.best(
                kind -> {
                    asked.add(kind);
                    return kind == 0;
                },
                Scores.ANY);
        assertEquals(List.of(0, 1), asked);
        assertEquals(998, best);
    }

    @Test
    void best_whenNoneOfAKindGetsWork_doesNotAskAboutIt() {
        Scores scores = new Scores(2);
        scores.kind(1, 1);
        scores.set(0, Scores.of(1, 0));
        List<Integer> asked = new ArrayList<>();
        scores.best(asked::add, Scores.ANY);
        assertEquals(List.of(0), asked);
    }

    @Test
    void any_tellsWhetherAnyGetsWork() {
        Scores scores = new Scores(2);
        assertFalse(scores.any());
        scores.set(1, Scores.of(1, 0));
        assertTrue(scores.any());
        scores.set(1, Scores.NOT_NOW);
        assertFalse(scores.any());
    }

    @Test
    void best_whateverBecameOfReplicasAndKinds_isThatOfALookAtEach() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 500; round++) {
            int size = 1 + random.nextInt(6);
            Scores scores = new Scores(size);
            long[] score = new long[size];
            int[] kind = new int[size];
            for (int step = 0; step < 30; step++) {
                int index = random.nextInt(size);
                if (random.nextBoolean()) {
                    kind[index] = random.nextInt(5);
                    scores.kind(index, kind[index]);
                } else {
                    score[index] = Scores.of(random.nextInt(3), random.nextInt(3));
                    scores.set(index, score[index]);
                }
                int kinds = random.nextInt(32);
                int replicas = random.nextInt(64);
                IntPredicate ableKind = number -> (kinds & 1 << number) != 0;
                IntPredicate able = number -> (replicas & 1 << number) != 0;
                int expected = -1;
                boolean any = false;
                for (int i = 0; i < size; i++) {
                    any |= score[i] != Scores.NOT_NOW;
                    if (ableKind.test(kind[i])
                            && able.test(i)
                            && score[i] > (expected < 0 ? Scores.NOT_NOW : score[expected])) {
                        expected = i;
                    }
                }
                String where = "seed " + SEED + ", round " + round + ", step " + step;
                assertEquals(expected, scores.best(ableKind, able), where);
                assertEquals(any, scores.any(), where);
            }
        }
    }
}
