package io.llamaorch.adapter.registry.internal.dispatch;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * How good each replica of a pool is now, as one number each, so that a choice among a thousand reads twelve kilobytes
 * and nothing else (DSP-10): what replicas can serve is asked of their kinds, which are few.
 *
 * <p>Thread safety: calls must be serial.
 */
public final class Scores {

    /** What no task goes to. */
    public static final long NOT_NOW = 0;

    /** Any replica, or any kind, will do. */
    public static final IntPredicate ANY = number -> true;

    private final long[] scores;
    private final int[] kinds;

    /** How many of each kind have a score. */
    private int[] rated = new int[1];

    /**
     * Makes the scores of some replicas, all of kind 0, none of which gets work yet.
     *
     * @param size how many
     */
    public Scores(int size) {
        scores = new long[size];
        kinds = new int[size];
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
        count(index, -1);
        scores[index] = score;
        count(index, 1);
    }

    /**
     * Sets of which kind a replica is: those of one kind can serve the same tasks.
     *
     * @param index which
     * @param kind the kind's number, 0 or more; the fewer kinds there are the better
     */
    public void kind(int index, int kind) {
        if (kind >= rated.length) {
            rated = Arrays.copyOf(rated, 2 * kind);
        }
        count(index, -1);
        kinds[index] = kind;
        count(index, 1);
    }

    private void count(int index, int by) {
        if (has(index)) {
            rated[kinds[index]] += by;
        }
    }

    /** {@return whether any replica gets work now} */
    public boolean any() {
        return Arrays.stream(rated).anyMatch(count -> count > 0);
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
     * @param ableKind whether replicas of a kind can serve; asked once for each kind of those that get work
     * @param able whether a replica of such a kind can serve; asked only of those that would be the best so far
     * @return its index; -1 if there is none
     */
    public int best(IntPredicate ableKind, IntPredicate able) {
        boolean[] ableKinds = new boolean[rated.length];
        boolean any = false;
        for (int kind = 0; kind < rated.length; kind++) {
            ableKinds[kind] = rated[kind] > 0 && ableKind.test(kind);
            any |= ableKinds[kind];
        }
        return any ? best(ableKinds, able) : -1;
    }

    private int best(boolean[] ableKinds, IntPredicate able) {
        int best = -1;
        long bestScore = NOT_NOW;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > bestScore && ableKinds[kinds[i]] && able.test(i)) {
                best = i;
                bestScore = scores[i];
            }
        }
        return best;
    }
}
