package io.llamaorch.adapter.registry.internal.dispatch;

import java.time.Duration;
import java.util.Optional;

/**
 * Foretells when waiting tasks start, from how long tasks held their places lately.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Forecast {

    /** What the latest task counts against all before it. */
    private static final double WEIGHT = 0.1;

    private double mean = -1;

    /**
     * Learns how long a task held its place.
     *
     * @param nanos how long
     */
    public void learn(long nanos) {
        mean = mean < 0 ? nanos : mean + WEIGHT * (nanos - mean);
    }

    /**
     * Foretells.
     *
     * @param before how many tasks are before it
     * @param places among how many places they are shared out
     * @return how long it will probably wait; empty if nothing is known yet
     */
    public Optional<Duration> startOf(int before, int places) {
        return mean < 0 || places <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) Math.ceil(mean * (before + 1) / places / 1_000_000)));
    }
}
