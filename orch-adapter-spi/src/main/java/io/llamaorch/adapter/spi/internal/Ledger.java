package io.llamaorch.adapter.spi.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The word that decides every race of a stream: it counts the events that were accepted and holds the seal that ends
 * them. Accepting and sealing are one compare-and-set each, so the seal knows exactly what came before it.
 */
final class Ledger {

    private static final long SEAL = Long.MIN_VALUE;
    private static final int PIECE_SHIFT = 32;
    private static final long EVENT = 1;
    private static final long PIECE = EVENT + (1L << PIECE_SHIFT);
    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Ledger.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The seal in bit 63, the number of pieces in 62 to 32, the number of events in 31 to 0. */
    @SuppressWarnings("UnusedVariable") // by way of WORD
    private volatile long word;

    /** Accepts an event, which is a piece of text or not; tells how many there are with it, or 0 if it is sealed. */
    long accept(boolean piece) {
        long before;
        do {
            before = word;
            if (before < 0) {
                return 0;
            }
        } while (!WORD.compareAndSet(this, before, before + (piece ? PIECE : EVENT)));
        return events(before) + 1;
    }

    /** Ends the events; false if that was done before. */
    boolean seal() {
        long before;
        do {
            before = word;
            if (before < 0) {
                return false;
            }
        } while (!WORD.compareAndSet(this, before, before | SEAL));
        return true;
    }

    boolean sealed() {
        return word < 0;
    }

    /** How many pieces of text were accepted; final once it is sealed. */
    int pieces() {
        return (int) ((word & ~SEAL) >>> PIECE_SHIFT);
    }

    /** How many events were accepted; final once it is sealed. */
    long events() {
        return events(word);
    }

    private static long events(long word) {
        return word & 0xFFFF_FFFFL;
    }
}
