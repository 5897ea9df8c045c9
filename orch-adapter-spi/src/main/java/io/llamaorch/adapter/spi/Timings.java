package io.llamaorch.adapter.spi;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long the engine worked on a task, by its own clock. What the engine does not tell stays absent.
 *
 * <p>Thread safety: immutable.
 */
public final class Timings {

    /** Nothing is known. */
    public static final Timings UNKNOWN = new Timings(null, null);

    private final @Nullable Duration prompt;
    private final @Nullable Duration generation;

    private Timings(@Nullable Duration prompt, @Nullable Duration generation) {
        this.prompt = prompt;
        this.generation = generation;
    }

    /**
     * Makes timings of which both parts are known.
     *
     * @param prompt time spent evaluating the prompt
     * @param generation time spent generating
     * @return the timings
     */
    public static Timings of(Duration prompt, Duration generation) {
        return new Timings(Objects.requireNonNull(prompt, "prompt"), Objects.requireNonNull(generation, "generation"));
    }

    /** {@return time spent evaluating the part of the prompt that was not cached} */
    public Optional<Duration> prompt() {
        return Optional.ofNullable(prompt);
    }

    /** {@return time spent generating tokens} */
    public Optional<Duration> generation() {
        return Optional.ofNullable(generation);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Timings that
                && Objects.equals(prompt, that.prompt)
                && Objects.equals(generation, that.generation);
    }

    @Override
    public int hashCode() {
        return Objects.hash(prompt, generation);
    }

    @Override
    public String toString() {
        return "prompt " + (prompt == null ? "unknown" : prompt) + ", generation "
                + (generation == null ? "unknown" : generation);
    }
}
