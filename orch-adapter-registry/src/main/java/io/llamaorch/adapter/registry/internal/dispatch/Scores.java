package io.llamaorch.adapter.registry.internal.dispatch;

import java.util.function.IntPredicate;

/**
 * How good each replica of a pool is now, as one number each, so that a choice among a thousand reads eight kilobytes and
 * nothing else (DSP-10).
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Scores {

    /** What no task goes to. */
    public static final long NOT_NOW = 0;

    private long[] scores;

    /**
     * Makes the scores of some replicas, none of which gets work yet.
     *
     * @param size how many
     */
    public Scores(int size) {
        scores = new long[size];
    }

    /**
     * Rates a replica that gets work: more free places are better, then fewer running streams (DSP-02).
     *
     * @param free its free places
     * @param running its running streams
     * @return the score; {@link #NOT_NOW} if no place is free
     */
    public static long of(int free, int running) {
        return free <= 0 ? NOT_NOW : ((long) free << Integer.SIZE) | (Integer.MAX_VALUE - running);
    }

    /**
     * Sets a replica's score.
     *
     * @param index which
     * @param score {@link #of} or {@link #NOT_NOW}
     */
    public void set(int index, long score) {
        scores[index] = score;
    }

    /**
     * Tells whether a replica gets work now.
     *
     * @param index which
     * @return whether it has a score
     */
    public boolean has(int index) {
        return scores[index] != NOT_NOW;
    }

    /**
     * Finds the best, the first among equals.
     *
     * @param able whether a replica can serve; asked only of those that would be the best so far
     * @return its index; -1 if there is none
     */
    public int best(IntPredicate able) {
        int best = -1;
        long bestScore = NOT_NOW;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > bestScore && able.test(i)) {
                best = i;
                bestScore = scores[i];
            }
        }
        return best;
    }
}
