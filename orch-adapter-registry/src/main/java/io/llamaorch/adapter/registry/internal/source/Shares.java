package io.llamaorch.adapter.registry.internal.source;

import java.util.regex.Pattern;

/** How many streams of a host may run on a replica at once (DSP-03), as it is written. */
final class Shares {

    /** What one must be, and how to have none. */
    static final String KIND =
            "a whole number from 1 to " + Integer.MAX_VALUE + "; leave it out for as many as the engine has slots";

    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,10}");

    private Shares() {}

    /**
     * Reads one.
     *
     * @param text its digits
     * @return the share, 1 or more
     * @throws IllegalArgumentException if it is none; the text is not shown, for it may be a secret in a wrong place
     */
    static int parse(String text) {
        long share = DIGITS.matcher(text).matches() ? Long.parseLong(text) : 0;
        if (share < 1 || share > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("must be " + KIND);
        }
        return (int) share;
    }
}
