package io.llamaorch.adapter.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen. What is absent is left to the engine's default.
 *
 * <p>Thread safety: immutable.
 */
public final class Sampling {

    /** Everything at the engine's defaults. */
    public static final Sampling DEFAULT = builder().build();

    private final @Nullable Double temperature;
    private final @Nullable Double topP;
    private final @Nullable Integer topK;
    private final @Nullable Double minP;
    private final @Nullable Long seed;
    private final @Nullable Double repeatPenalty;
    private final @Nullable Double presencePenalty;
    private final @Nullable Double frequencyPenalty;
    private final List<String> stop;
    private final Map<Integer, Double> logitBias;
    private final int logProbabilities;

    private Sampling(Builder builder) {
        temperature = builder.temperature;
        topP = builder.topP;
        topK = builder.topK;
        minP = builder.minP;
        seed = builder.seed;
        repeatPenalty = builder.repeatPenalty;
        presencePenalty = builder.presencePenalty;
        frequencyPenalty = builder.frequencyPenalty;
        stop = builder.stop;
        logitBias = builder.logitBias;
        logProbabilities = builder.logProbabilities;
    }

    /** {@return a builder with everything at the engine's defaults} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return a builder that holds these values} */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.temperature = temperature;
        builder.topP = topP;
        builder.topK = topK;
        builder.minP = minP;
        builder.seed = seed;
        builder.repeatPenalty = repeatPenalty;
        builder.presencePenalty = presencePenalty;
        builder.frequencyPenalty = frequencyPenalty;
        builder.stop = stop;
        builder.logitBias = logitBias;
        builder.logProbabilities = logProbabilities;
        return builder;
    }

    /** {@return how flat the distribution is made: 0 takes the most likely token} */
    public OptionalDouble temperature() {
        return optional(temperature);
    }

    /** {@return the share of probability that is kept, 0 to 1} */
    public OptionalDouble topP() {
        return optional(topP);
    }

    /** {@return how many candidates are kept; 0 keeps all} */
    public OptionalInt topK() {
        return topK == null ? OptionalInt.empty() : OptionalInt.of(topK);
    }

    /** {@return the least probability, as a share of the best candidate's, 0 to 1} */
    public OptionalDouble minP() {
        return optional(minP);
    }

    /** {@return the seed of the random choice} */
    public OptionalLong seed() {
        return seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
    }

    /** {@return by what a repeated token's score is divided; 1 is off} */
    public OptionalDouble repeatPenalty() {
        return optional(repeatPenalty);
    }

    /** {@return what is taken from the score of a token that occurred; 0 is off} */
    public OptionalDouble presencePenalty() {
        return optional(presencePenalty);
    }

    /** {@return what is taken from a token's score for each time that it occurred; 0 is off} */
    public OptionalDouble frequencyPenalty() {
        return optional(frequencyPenalty);
    }

    /** {@return texts at which the answer stops; they are not part of it} */
    public List<String> stop() {
        return stop;
    }

    /** {@return token id to what is added to its score} */
    public Map<Integer, Double> logitBias() {
        return logitBias;
    }

    /** {@return how many alternatives are reported with each token; 0 is none} */
    public int logProbabilities() {
        return logProbabilities;
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /**
     * Collects the values of a {@link Sampling}; each setter checks its value at once.
     *
     * <p>Thread safety: calls must be serial.
     */
    public static final class Builder {

        /** The largest seed: engines read the seed as 32 bits and take all ones for "random". */
        public static final long MAX_SEED = 0xFFFF_FFFEL;

        private @Nullable Double temperature;
        private @Nullable Double topP;
        private @Nullable Integer topK;
        private @Nullable Double minP;
        private @Nullable Long seed;
        private @Nullable Double repeatPenalty;
        private @Nullable Double presencePenalty;
        private @Nullable Double frequencyPenalty;
        private List<String> stop = List.of();
        private Map<Integer, Double> logitBias = Map.of();
        private int logProbabilities;

        private Builder() {}

        /**
         * Sets the temperature.
         *
         * @param temperature 0 or more; 0 takes the most likely token each time
         * @return this
         */
        public Builder temperature(double temperature) {
            this.temperature = inRange("temperature", temperature, 0, Double.MAX_VALUE, "a finite number, 0 or more");
            return this;
        }

        /**
         * Sets top-p.
         *
         * @param topP 0 to 1; 1 is off
         * @return this
         */
        public Builder topP(double topP) {
            this.topP = inRange("topP", topP, 0, 1, "between 0 and 1");
            return this;
        }

        /**
         * Sets top-k.
         *
         * @param topK 0 or more; 0 is off
         * @return this
         */
        public Builder topK(int topK) {
            this.topK = notNegative("topK", topK);
            return this;
        }

        /**
         * Sets min-p.
         *
         * @param minP 0 to 1; 0 is off
         * @return this
         */
        public Builder minP(double minP) {
            this.minP = inRange("minP", minP, 0, 1, "between 0 and 1");
            return this;
        }

        /**
         * Sets the seed.
         *
         * @param seed 0 to {@link #MAX_SEED}
         * @return this
         */
        public Builder seed(long seed) {
            if (seed < 0 || seed > MAX_SEED) {
                throw new IllegalArgumentException("seed is " + seed + ": it must be between 0 and " + MAX_SEED
                        + "; leave it out for a random one");
            }
            this.seed = seed;
            return this;
        }

        /**
         * Sets the repetition penalty.
         *
         * @param repeatPenalty above 0; 1 is off
         * @return this
         */
        public Builder repeatPenalty(double repeatPenalty) {
            this.repeatPenalty = inRange(
                    "repeatPenalty", repeatPenalty, Double.MIN_VALUE, Double.MAX_VALUE, "a finite number above 0");
            return this;
        }

        /**
         * Sets the presence penalty.
         *
         * @param presencePenalty any finite number; 0 is off
         * @return this
         */
        public Builder presencePenalty(double presencePenalty) {
            this.presencePenalty = finite("presencePenalty", presencePenalty);
            return this;
        }

        /**
         * Sets the frequency penalty.
         *
         * @param frequencyPenalty any finite number; 0 is off
         * @return this
         */
        public Builder frequencyPenalty(double frequencyPenalty) {
            this.frequencyPenalty = finite("frequencyPenalty", frequencyPenalty);
            return this;
        }

        /**
         * Sets the stop strings.
         *
         * @param stop the texts, none of them empty
         * @return this
         */
        public Builder stop(List<String> stop) {
            List<String> copy = List.copyOf(stop);
            if (copy.contains("")) {
                throw new IllegalArgumentException("a stop string is empty: it would stop every answer at once");
            }
            this.stop = copy;
            return this;
        }

        /**
         * Sets what is added to the scores of tokens.
         *
         * @param logitBias token id, 0 or more, to a finite number; its order is kept
         * @return this
         */
        public Builder logitBias(Map<Integer, Double> logitBias) {
            Map<Integer, Double> copy = new LinkedHashMap<>();
            logitBias.forEach((id, bias) ->
                    copy.put(notNegative("a token id of logitBias", id), finite("a value of logitBias", bias)));
            this.logitBias = Collections.unmodifiableMap(copy);
            return this;
        }

        /**
         * Sets how many alternatives are reported with each token.
         *
         * @param logProbabilities 0 or more; needs {@link Capability#LOG_PROBABILITIES} if above 0
         * @return this
         */
        public Builder logProbabilities(int logProbabilities) {
            this.logProbabilities = notNegative("logProbabilities", logProbabilities);
            return this;
        }

        /** {@return the sampling} */
        public Sampling build() {
            return new Sampling(this);
        }

        private static int notNegative(String name, int value) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " is " + value + ": it must be 0 or more");
            }
            return value;
        }

        private static double finite(String name, double value) {
            return inRange(name, value, -Double.MAX_VALUE, Double.MAX_VALUE, "a finite number");
        }

        private static double inRange(String name, double value, double least, double most, String rule) {
            if (Double.isNaN(value) || value < least || value > most) {
                throw new IllegalArgumentException(name + " is " + value + ": it must be " + rule);
            }
            return value;
        }
    }
}
