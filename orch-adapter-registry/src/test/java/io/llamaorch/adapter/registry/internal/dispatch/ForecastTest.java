package io.llamaorch.adapter.registry.internal.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** DSP-03: when a waiting task will probably start. */
class ForecastTest {

    private static final long SECOND = 1_000_000_000;

    private final Forecast forecast = new Forecast();

    @Test
    void startOf_beforeAnyTaskEnded_isUnknown() {
        assertEquals(Optional.empty(), forecast.startOf(0, 1));
    }

    @Test
    void startOf_whenNoReplicaIsReady_isUnknown() {
        forecast.learn(SECOND);
        assertEquals(Optional.empty(), forecast.startOf(0, 0));
    }

    @Test
    void startOf_growsWithThoseBeforeAndShrinksWithPlaces() {
        forecast.learn(4 * SECOND);
        assertEquals(Duration.ofSeconds(4), forecast.startOf(0, 1).orElseThrow());
        assertEquals(Duration.ofSeconds(12), forecast.startOf(2, 1).orElseThrow());
        assertEquals(Duration.ofSeconds(3), forecast.startOf(2, 4).orElseThrow());
    }

    @Test
    void startOf_isNeverNothing() {
        forecast.learn(1);
        assertEquals(Duration.ofMillis(1), forecast.startOf(0, 1_000).orElseThrow());
    }

    @Test
    void startOf_followsHowLongTasksTakeLately() {
        forecast.learn(10 * SECOND);
        forecast.learn(20 * SECOND);
        assertEquals(Duration.ofSeconds(11), forecast.startOf(0, 1).orElseThrow());
        for (int i = 0; i < 50; i++) {
            forecast.learn(20 * SECOND);
        }
        assertTrue(forecast.startOf(0, 1).orElseThrow().compareTo(Duration.ofSeconds(19)) > 0);
    }
}
