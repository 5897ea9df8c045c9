package io.llamaorch.adapter.spi;

import java.util.OptionalInt;

/**
 * How many tokens a task took, by the engine's own count. What the engine does not tell stays absent.
 *
 * <p>Thread safety: immutable.
 */
public final class Usage {

    /** Nothing is known. */
    public static final Usage UNKNOWN = new Usage(-1, -1, -1);

    private final int prompt;
    private final int cached;
    private final int generated;

    private Usage(int prompt, int cached, int generated) {
        this.prompt = prompt;
        this.cached = cached;
        this.generated = generated;
    }

    /**
     * Makes a usage from counts, each {@code -1} where it is unknown.
     *
     * @param prompt tokens of the prompt, the cached ones included
     * @param cached tokens of the prompt that the engine took from its cache
     * @param generated tokens generated so far
     * @return the usage
     */
    public static Usage of(int prompt, int cached, int generated) {
        return new Usage(Math.max(-1, prompt), Math.max(-1, cached), Math.max(-1, generated));
    }

    /** {@return tokens of the prompt, the cached ones included} */
    public OptionalInt prompt() {
        return known(prompt);
    }

    /** {@return tokens of the prompt that the engine did not evaluate because its cache held them} */
    public OptionalInt cached() {
        return known(cached);
    }

    /** {@return tokens generated} */
    public OptionalInt generated() {
        return known(generated);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage that
                && prompt == that.prompt
                && cached == that.cached
                && generated == that.generated;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * prompt + cached) + generated;
    }

    @Override
    public String toString() {
        return "prompt " + text(prompt) + ", cached " + text(cached) + ", generated " + text(generated);
    }

    private static OptionalInt known(int count) {
        return count < 0 ? OptionalInt.empty() : OptionalInt.of(count);
    }

    private static String text(int count) {
        return count < 0 ? "unknown" : Integer.toString(count);
    }
}
