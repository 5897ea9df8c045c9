package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;

/**
 * How likely a chosen token was, and which ones were likeliest.
 *
 * <p>Thread safety: immutable.
 */
record Odds(Likely chosen, List<Likely> best) {

    /** A token and its share of all probability, from 0 to 1. */
    record Likely(int token, double share) {}
}
