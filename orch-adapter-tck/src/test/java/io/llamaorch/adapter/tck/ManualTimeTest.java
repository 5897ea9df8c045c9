package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@NoLeaks
class ManualTimeTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final List<String> ran = new ArrayList<>();

    @Test
    void timers_whenTheyAreDue_runInTheOrderOfTheirTimeAndThenOfTheirSetting() {
        time.schedule(SECOND.multipliedBy(2), () -> ran.add("late"));
        time.schedule(SECOND, () -> ran.add("early"));
        time.schedule(SECOND, () -> ran.add("early too"));
        time.advance(SECOND.multipliedBy(2));
        assertEquals(List.of("early", "early too", "late"), ran);
    }

    @Test
    void timer_whenOneTickIsMissing_waits() {
        time.schedule(SECOND, () -> ran.add("x"));
        time.advance(SECOND.minusNanos(1));
        assertEquals(List.of(), ran);
        time.advance(Duration.ofNanos(1));
        assertEquals(List.of("x"), ran);
    }

    @Test
    void timer_thatIsSetByATimer_runsInTheSameAdvanceAtItsOwnTime() {
        List<Long> passed = new ArrayList<>();
        long begun = time.nanoTime();
        time.schedule(SECOND, () -> time.schedule(SECOND, () -> passed.add(time.nanoTime() - begun)));
        time.advance(SECOND.multipliedBy(3));
        assertEquals(List.of(SECOND.multipliedBy(2).toNanos()), passed);
        assertEquals(SECOND.multipliedBy(3).toNanos(), time.nanoTime() - begun);
    }

    @Test
    void timer_whenTakenBack_doesNotRunAndDoesNotWait() {
        TimeSource.Scheduled timer = time.schedule(SECOND, () -> ran.add("x"));
        timer.cancel();
        timer.cancel();
        assertEquals(0, time.waiting());
        time.advance(SECOND);
        assertEquals(List.of(), ran);
    }

    @Test
    void timer_whenItsDelayIsNegative_isDueAtOnceButNotRunByTheCall() {
        time.schedule(SECOND.negated(), () -> ran.add("x"));
        assertEquals(List.of(), ran);
        time.advance(Duration.ZERO);
        assertEquals(List.of("x"), ran);
    }

    @Test
    void count_whenTwoSecondsPass_overflows() {
        long before = time.nanoTime();
        time.schedule(SECOND.multipliedBy(2), () -> ran.add("x"));
        time.advance(SECOND.multipliedBy(2));
        assertTrue(time.nanoTime() < before, "the count is not past its overflow");
        assertEquals(SECOND.multipliedBy(2).toNanos(), time.nanoTime() - before);
        assertEquals(List.of("x"), ran);
    }

    @Test
    void pending_whenTimersWait_tellsWhatTheyAreForTheNextOneFirst() {
        time.schedule(SECOND.multipliedBy(2), new Named("second"));
        time.schedule(SECOND, new Named("first"));
        assertEquals(List.of("first in PT1S", "second in PT2S"), time.pending());
        time.advance(SECOND.multipliedBy(2));
        assertEquals(List.of(), time.pending());
    }

    @Test
    void awaitTimer_whenAnotherThreadSetsIt_returns() throws InterruptedException {
        Thread setter = new Thread(() -> time.schedule(SECOND, () -> ran.add("x")));
        setter.start();
        time.awaitTimer(SECOND);
        Patience.end(setter);
        time.advance(SECOND);
        assertEquals(List.of("x"), ran);
    }

    @Test
    void hook_whenTheClockIsRead_runsOnceAfterTheReading() {
        long before = time.nanoTime();
        time.atNextLook(() -> time.advance(SECOND));
        assertEquals(before, time.nanoTime());
        assertEquals(SECOND.toNanos(), time.nanoTime() - before);
    }

    @Test
    void timer_whenItThrows_isOver() {
        time.schedule(SECOND, () -> {
            throw new IllegalStateException("test");
        });
        assertThrows(IllegalStateException.class, () -> time.advance(SECOND));
        assertEquals(0, time.waiting());
    }

    private record Named(String name) implements Runnable {
        @Override
        public void run() {}

        @Override
        public String toString() {
            return name;
        }
    }
}
