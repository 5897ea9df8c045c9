package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.registry.RetryPolicy;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DSP-05: exponential back-off with full jitter and a cap. */
class BackoffTest {

    private static final long SEED = Long.getLong("orch.races.seed", System.nanoTime());
    private static final double ALMOST_ONE = Math.nextDown(1.0);

    private static final RetryPolicy POLICY = RetryPolicy.builder()
            .firstBackoff(Duration.ofMillis(100))
            .longestBackoff(Duration.ofMillis(1_500))
            .build();

    @ParameterizedTest
    @CsvSource({
        "1, 100",
        "2, 200",
        "3, 400",
        "4, 800",
        "5, 1500",
        "6, 1500",
        "31, 1500",
        "100, 1500",
        "2147483647, 1500"
    })
    void before_aRetry_isAtMostABoundThatDoublesAndIsCapped(int retry, long millis) {
        Duration longest = new Backoff(POLICY, () -> ALMOST_ONE).before(retry);
        assertEquals(Duration.ofMillis(millis).toNanos(), longest.toNanos(), 1);
        assertTrue(longest.compareTo(Duration.ofMillis(millis)) <= 0);
    }

    @Test
    void before_whenChanceWillsIt_isNothing() {
        assertEquals(Duration.ZERO, new Backoff(POLICY, () -> 0).before(5));
    }

    @Test
    void before_isSpreadOverAllOfItsRange() {
        SplittableRandom random = new SplittableRandom(SEED);
        Backoff backoff = new Backoff(POLICY, random::nextDouble);
        int[] quarters = new int[4];
        for (int i = 0; i < 4_000; i++) {
            quarters[(int) (backoff.before(1).toMillis() / 25)]++;
        }
        for (int quarter : quarters) {
            assertTrue(quarter > 700, quarter + " of 4,000 in a quarter, seed " + SEED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5, 3, 1, 3",
        "1, 9223372036854775807, 63, 1073741824",
        "9223372036854775807, 9223372036854775807, 5, 9223372036854775807"
    })
    void bound_atItsEdges_neitherOverflowsNorPassesTheLongest(long first, long longest, int count, long bound) {
        assertEquals(bound, Backoff.bound(first, longest, count));
    }
}
