package io.llamaorch.adapter.tck;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * What holds the threads of a race up at its named steps, by a table that is drawn from the race's seed: three times of
 * four nothing, else up to some fifty microseconds.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class RaceDelays {

    private final long[] table = new long[256];
    private final AtomicInteger taken = new AtomicInteger();
    private final int steps;

    /**
     * Draws a table.
     *
     * @param random draws it
     * @param steps how many steps have a name
     */
    public RaceDelays(SplittableRandom random, int steps) {
        this.steps = steps;
        for (int i = 0; i < table.length; i++) {
            table[i] = random.nextInt(4) == 0 ? random.nextInt(100) : -1;
        }
    }

    /**
     * Holds up the thread at hand.
     *
     * @param step the number of the step that it has come to
     */
    public void at(int step) {
        pause(table[(taken.getAndIncrement() * steps + step) % table.length]);
    }

    /**
     * Holds up the thread at hand.
     *
     * @param length up to 40 it spins that long, up to 90 it lets others run, up to 100 it sleeps; below 0 nothing happens
     */
    public static void pause(long length) {
        if (length < 0) {
            return;
        } else if (length < 40) {
            for (long i = 0; i < length * 20; i++) {
                Thread.onSpinWait();
            }
        } else if (length < 90) {
            Thread.yield();
        } else {
            LockSupport.parkNanos((length - 89) * 5_000);
        }
    }
}
