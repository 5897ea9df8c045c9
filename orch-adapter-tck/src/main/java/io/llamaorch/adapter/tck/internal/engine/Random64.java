package io.llamaorch.adapter.tck.internal.engine;

/** Numbers that look random and are the same in every process. */
final class Random64 {
    private Random64() {}

    /** Spreads every bit of {@code x} over the result (the finalizer of MurmurHash3). */
    static long mix(long x) {
        long h = x + 0x9e3779b97f4a7c15L;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }

    /** A number from 0 inclusive to 1 exclusive. */
    static double unit(long mixed) {
        return (mixed >>> 11) * 0x1.0p-53;
    }
}
