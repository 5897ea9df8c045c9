package io.llamaorch.adapter.registry.internal.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.llamaorch.adapter.registry.AdmissionPolicy;
import io.llamaorch.adapter.registry.BreakerPolicy;
import io.llamaorch.adapter.registry.HealthPolicy;
import io.llamaorch.adapter.registry.RetryPolicy;
import io.llamaorch.adapter.spi.TimeSource;
import io.llamaorch.adapter.tck.ManualTime;
import io.llamaorch.adapter.tck.NoLeaks;
import io.llamaorch.adapter.tck.Patience;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** What is to happen later happens once, or not at all. */
@NoLeaks
class TimersTest {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();
    private final List<String> happened = new ArrayList<>();
    private final Timers timers = timers(time, Runnable::run);

    private static Timers timers(TimeSource time, Executor executor) {
        Policies policies =
                new Policies(AdmissionPolicy.DEFAULT, RetryPolicy.DEFAULT, BreakerPolicy.DEFAULT, HealthPolicy.DEFAULT);
        return new Timers(
                new HostSettings(time, executor, policies, new Announcements(List.of(), executor), () -> 0.5));
    }

    private TimeSource.Scheduled later(Timers which) {
        return which.later(SOON, "a test", () -> happened.add("it"));
    }

    @Test
    void later_whenTheTimeComes_happensOnce() {
        later(timers);
        time.advance(SOON.minusNanos(1));
        assertEquals(List.of(), happened);
        time.advance(SOON);
        assertEquals(List.of("it"), happened);
    }

    @Test
    void later_whenItIsCancelled_neverHappens() {
        later(timers).cancel();
        assertEquals(0, time.waiting());
        time.advance(SOON);
        assertEquals(List.of(), happened);
    }

    @Test
    void close_takesBackWhatWaitsAndWhatComesAfter() {
        later(timers);
        timers.close();
        later(timers);
        assertEquals(0, time.waiting());
        time.advance(SOON);
        assertEquals(List.of(), happened);
    }

    /** The clock has handed it to the executor, which has not come to it yet. */
    @Test
    void close_whenItIsAboutToHappen_stillPreventsIt() {
        Queue<Runnable> executor = new ArrayDeque<>();
        Timers slow = timers(time, executor::add);
        later(slow);
        time.advance(SOON);
        slow.close();
        executor.remove().run();
        assertEquals(List.of(), happened);
    }

    /** With a clock of real threads a short time may be over before its timer is in anybody's hand. */
    @Test
    void later_whenItHappensAtOnce_isNotRememberedAnyMore() {
        List<String> cancels = new ArrayList<>();
        TimeSource hasty = new TimeSource() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public Scheduled schedule(Duration delay, Runnable task) {
                Thread clock = new Thread(task, "hasty clock");
                clock.start();
                try {
                    Patience.end(clock);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                return () -> cancels.add("cancelled");
            }
        };
        Timers quick = timers(hasty, Runnable::run);
        later(quick);
        cancels.clear();
        quick.close();
        assertEquals(List.of("it"), happened);
        assertEquals(List.of(), cancels);
    }
}
