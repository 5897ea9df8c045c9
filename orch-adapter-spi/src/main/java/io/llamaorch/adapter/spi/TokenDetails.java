package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What is known of a piece of text besides the text.
 *
 * <p>Thread safety: immutable. {@code toString} shows no text.
 */
public final class TokenDetails {

    /** Nothing more is known: shared by all pieces for which nothing was asked. */
    public static final TokenDetails NONE = new TokenDetails(List.of(), Double.NaN, List.of());

    private final List<Integer> ids;
    private final double logProbability;
    private final List<Alternative> alternatives;

    private TokenDetails(List<Integer> ids, double logProbability, List<Alternative> alternatives) {
        this.ids = ids;
        this.logProbability = logProbability;
        this.alternatives = alternatives;
    }

    /**
     * Makes details.
     *
     * @param ids the token ids of the piece as far as the engine tells; may be empty
     * @param logProbability natural logarithm of the token's probability; NaN for unknown
     * @param alternatives what else could have come, the most likely first; may be empty
     * @return the details
     */
    public static TokenDetails of(List<Integer> ids, double logProbability, List<Alternative> alternatives) {
        return new TokenDetails(List.copyOf(ids), logProbability, List.copyOf(alternatives));
    }

    /** {@return the token ids of the piece, as far as the engine tells} */
    public List<Integer> ids() {
        return ids;
    }

    /** {@return natural logarithm of the probability: of the token, or of all tokens of the piece in a row} */
    public OptionalDouble logProbability() {
        return Double.isNaN(logProbability) ? OptionalDouble.empty() : OptionalDouble.of(logProbability);
    }

    /** {@return what else could have come, the most likely first} */
    public List<Alternative> alternatives() {
        return alternatives;
    }

    /**
     * A token that could have come.
     *
     * @param id the token's id; -1 where the engine does not tell
     * @param text its text; may hold U+FFFD where the token is part of a character
     * @param logProbability natural logarithm of its probability; negative infinity for none
     */
    public record Alternative(int id, String text, double logProbability) {

        /**
         * Checks that nothing is null.
         *
         * @param id the token's id; -1 where the engine does not tell
         * @param text its text; may hold U+FFFD where the token is part of a character
         * @param logProbability natural logarithm of its probability; negative infinity for none
         */
        public Alternative {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String toString() {
            return "Alternative[" + text.length() + " chars, " + logProbability + "]";
        }
    }
}
