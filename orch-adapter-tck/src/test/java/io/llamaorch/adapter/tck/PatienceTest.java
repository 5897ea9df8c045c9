package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
class PatienceTest {

    /** Makes what must happen fail after 20 ms. */
    private static final String HASTE = "0.001";

    private final String before = System.getProperty(Patience.FACTOR_PROPERTY, "1");

    @AfterEach
    void putFactorBack() {
        System.setProperty(Patience.FACTOR_PROPERTY, before);
    }

    @Test
    void factor_whenSet_scalesEveryWait() {
        System.setProperty(Patience.FACTOR_PROPERTY, "1");
        Duration mustHappen = Patience.mustHappen();
        Duration mustNotHappen = Patience.mustNotHappen();
        System.setProperty(Patience.FACTOR_PROPERTY, "2.5");
        assertEquals(mustHappen.toMillis() * 5 / 2, Patience.mustHappen().toMillis());
        assertEquals(mustNotHappen.toMillis() * 5 / 2, Patience.mustNotHappen().toMillis());
        assertEquals(Duration.ofMillis(25), Patience.scaled(Duration.ofMillis(10)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0", "-1", "NaN", "Infinity", "1001"})
    void factor_whenItIsNoNumberAboveZero_isRefusedByName(String factor) {
        System.setProperty(Patience.FACTOR_PROPERTY, factor);
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, Patience::mustHappen);
        assertTrue(refusal.getMessage().contains(Patience.FACTOR_PROPERTY), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("'" + factor + "'"), refusal.getMessage());
    }

    @Test
    void waits_whenWhatMustHappenHasHappened_return() throws Exception {
        IllegalStateException why = new IllegalStateException("test");
        assertEquals("x", Patience.get(CompletableFuture.completedStage("x")));
        assertSame(why, Patience.failure(CompletableFuture.failedStage(why)));
        assertEquals("x", Patience.next(new LinkedBlockingQueue<>(List.of("x"))));
        Patience.await(new CountDownLatch(0));
        Patience.end(new Thread());
        AtomicInteger looks = new AtomicInteger();
        Patience.await("the third look", () -> looks.incrementAndGet() == 3);
        assertEquals(3, looks.get());
    }

    @Test
    void waits_whenWhatMustHappenDoesNot_fail() {
        System.setProperty(Patience.FACTOR_PROPERTY, HASTE);
        assertThrows(AssertionError.class, () -> Patience.get(new CompletableFuture<>()));
        assertThrows(AssertionError.class, () -> Patience.failure(new CompletableFuture<>()));
        assertThrows(AssertionError.class, () -> Patience.failure(CompletableFuture.completedStage("x")));
        assertThrows(AssertionError.class, () -> Patience.next(new LinkedBlockingQueue<>()));
        assertThrows(AssertionError.class, () -> Patience.await(new CountDownLatch(1)));
        assertThrows(AssertionError.class, () -> Patience.end(Thread.currentThread()));
        AssertionError failure = assertThrows(AssertionError.class, () -> Patience.await("a miracle", () -> false));
        assertTrue(failure.getMessage().contains("a miracle"), failure.getMessage());
    }

    @Test
    void awaitNot_whenItHappens_failsAndNamesIt() {
        AtomicInteger looks = new AtomicInteger();
        AssertionError failure = assertThrows(
                AssertionError.class, () -> Patience.awaitNot("an accident", () -> looks.incrementAndGet() == 2));
        assertTrue(failure.getMessage().contains("an accident"), failure.getMessage());
    }

    @Test
    void awaitNot_whenItDoesNotHappen_watchesForTheWholeTime() {
        long begun = System.nanoTime();
        Patience.awaitNot("an accident", () -> false);
        assertTrue(System.nanoTime() - begun >= Patience.mustNotHappen().toNanos());
    }

    @Test
    void within_whenInterrupted_endsAndKeepsTheFlag() {
        Thread.currentThread().interrupt();
        assertFalse(Patience.within(Duration.ofDays(1), () -> false));
        assertTrue(Thread.interrupted());
    }
}
