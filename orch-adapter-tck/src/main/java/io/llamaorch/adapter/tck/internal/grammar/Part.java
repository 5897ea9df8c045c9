package io.llamaorch.adapter.tck.internal.grammar;

import java.util.List;

/**
 * A part of a grammar: what may stand at one place of a sentence.
 *
 * <p>Thread safety: immutable.
 */
public sealed interface Part {

    /** This text, which is not empty. */
    record Text(String text) implements Part {}

    /** One character of a set. */
    record Chars(CharSet set) implements Part {}

    /** One part after the other; none at all is the empty text. */
    record Sequence(List<Part> parts) implements Part {
        public Sequence {
            parts = List.copyOf(parts);
        }

        /** The parts in their order. */
        public static Sequence of(Part... parts) {
            return new Sequence(List.of(parts));
        }
    }

    /** One of several. */
    record Choice(List<Part> alternatives) implements Part {
        public Choice {
            alternatives = List.copyOf(alternatives);
        }
    }

    /**
     * The same part several times.
     *
     * @param least how often at least
     * @param most how often at most, {@link #UNLIMITED} for any number
     */
    record Repeat(Part part, int least, int most) implements Part {
        /** No upper limit. */
        public static final int UNLIMITED = Integer.MAX_VALUE;
    }

    /** What a rule says. */
    record Reference(String rule) implements Part {}
}
