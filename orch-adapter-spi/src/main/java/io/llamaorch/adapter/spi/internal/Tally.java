package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.Timings;
import io.llamaorch.adapter.spi.Usage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine told of its work so far. Written by the producer; read by whoever ends the stream, after the ledger,
 * and by whoever asks meanwhile, who may find counts of which some are newer than others.
 */
final class Tally {

    private static final VarHandle GENERATED;

    static {
        try {
            GENERATED = MethodHandles.lookup().findVarHandle(Tally.class, "generated", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int prompt = -1;
    private int cached = -1;

    /** Written last and read first by others, so that the other two are seen with it; by way of GENERATED. */
    private int generated = -1;

    private volatile Timings timings = Timings.UNKNOWN;

    /** Who knows the counts of a stream that is forwarded. */
    private volatile @Nullable Supplier<Usage> source;

    /** Takes note of counts, of which -1 leaves what is known; tells whether more tokens are generated than before. */
    boolean count(int newPrompt, int newCached, int newGenerated) {
        boolean rose = newGenerated > Math.max(0, generated);
        prompt = newPrompt < 0 ? prompt : newPrompt;
        cached = newCached < 0 ? cached : newCached;
        GENERATED.setRelease(this, newGenerated < 0 ? generated : newGenerated);
        return rose;
    }

    void time(Timings newTimings) {
        timings = newTimings;
    }

    /** Has somebody else be asked for the counts; null for nobody any more. */
    void askFrom(@Nullable Supplier<Usage> newSource) {
        source = newSource;
    }

    /** What is counted so far, by the source if it knows anything. */
    Usage usage() {
        Usage asked = asked();
        if (!asked.equals(Usage.UNKNOWN)) {
            return asked;
        }
        int seen = (int) GENERATED.getAcquire(this);
        return Usage.of(prompt, cached, seen);
    }

    private Usage asked() {
        Supplier<Usage> known = source;
        if (known == null) {
            return Usage.UNKNOWN;
        }
        try {
            Usage told = known.get();
            return told == null ? Usage.UNKNOWN : told;
        } catch (Throwable thrown) { // not thrown on, not even a fault of the JVM: the stream would never end
            return Usage.UNKNOWN;
        }
    }

    Timings timings() {
        return timings;
    }
}
