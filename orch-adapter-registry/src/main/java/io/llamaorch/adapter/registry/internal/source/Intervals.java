package io.llamaorch.adapter.registry.internal.source;

import java.time.Duration;

/** How often sources are read again. */
final class Intervals {

    private Intervals() {}

    /**
     * Checks one.
     *
     * @param interval the time between two looks; zero: none by itself
     * @return the same
     * @throws IllegalArgumentException if it is negative
     */
    static Duration check(Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException(
                    "the interval is " + interval + ": give zero or more; with zero it is read when asked only");
        }
        return interval;
    }
}
