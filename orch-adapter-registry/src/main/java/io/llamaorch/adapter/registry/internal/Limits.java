package io.llamaorch.adapter.registry.internal;

import java.time.Duration;

/** Checks the values of policies: each complaint names the value, what it is, and what it may be. */
public final class Limits {

    /** Longer than anybody waits, and short enough to add to a clock. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Limits() {}

    /**
     * Checks a duration; one above a century counts as a century.
     *
     * @param name what it is called
     * @param value the duration
     * @return the same, or a century
     */
    public static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be above zero");
        }
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }

    /**
     * Checks a count.
     *
     * @param name what it is called
     * @param value the count
     * @param least the least that it may be
     * @param most the most that it may be
     * @return the same
     */
    public static int range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be " + least + " to " + most);
        }
        return value;
    }

    /**
     * Checks a part of a whole.
     *
     * @param name what it is called
     * @param value the part
     * @return the same
     */
    public static double fraction(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be 0 to 1");
        }
        return value;
    }
}
