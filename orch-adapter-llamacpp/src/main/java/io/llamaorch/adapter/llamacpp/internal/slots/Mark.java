package io.llamaorch.adapter.llamacpp.internal.slots;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * The number by which a job is known again among the engine's slots, or the reason why it has none.
 *
 * <p>Thread safety: immutable.
 *
 * @param value the number, above 0
 * @param whyNone why there is none; empty if there is
 */
public record Mark(OptionalInt value, String whyNone) {

    /** Checks the parts. */
    public Mark {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(whyNone, "whyNone");
    }

    static Mark of(int value) {
        return new Mark(OptionalInt.of(value), "");
    }

    static Mark none(String why) {
        return new Mark(OptionalInt.empty(), why);
    }
}
