package io.llamaorch.adapter.tck.internal.grammar;

import java.util.BitSet;
import java.util.function.IntPredicate;

/** Tells where a text may stand after a part of a grammar, for all places before it at once: in no more than its square. */
@FunctionalInterface
interface Recogniser {

    /** The places behind the part, from any of the places before it. */
    BitSet after(int[] text, BitSet before);

    /** Whether all of the text is such a part. */
    default boolean takes(String text) {
        int[] characters = text.codePoints().toArray();
        BitSet start = new BitSet();
        start.set(0);
        return after(characters, start).get(characters.length);
    }

    static Recogniser character(IntPredicate fits) {
        return (text, before) -> {
            BitSet after = new BitSet();
            before.stream()
                    .filter(at -> at < text.length && fits.test(text[at]))
                    .forEach(at -> after.set(at + 1));
            return after;
        };
    }

    default Recogniser then(Recogniser next) {
        return (text, before) -> next.after(text, after(text, before));
    }

    default Recogniser or(Recogniser other) {
        return (text, before) -> {
            BitSet either = after(text, before);
            either.or(other.after(text, before));
            return either;
        };
    }

    default Recogniser times(int least, int most) {
        return (text, before) -> {
            BitSet now = (BitSet) before.clone();
            BitSet reached = new BitSet();
            for (int done = 0; ; done++) {
                BitSet known = (BitSet) reached.clone();
                if (done >= least) {
                    reached.or(now);
                }
                if (done == most || (done > least && reached.equals(known))) {
                    return reached;
                }
                now = after(text, now);
            }
        };
    }
}
