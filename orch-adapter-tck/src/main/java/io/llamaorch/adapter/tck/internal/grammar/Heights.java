package io.llamaorch.adapter.tck.internal.grammar;

import java.util.HashMap;
import java.util.Map;

/**
 * How many rules at least must be gone through, one inside the other, until a part has become a text.
 *
 * <p>Thread safety: immutable.
 */
final class Heights {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Map<String, Integer> rules = new HashMap<>();

    Heights(Grammar grammar) {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Map.Entry<String, Part> rule : grammar.rules().entrySet()) {
                int height = of(rule.getValue());
                changed |= height < rules.getOrDefault(rule.getKey(), NEVER);
                rules.put(rule.getKey(), height);
            }
        }
    }

    /** Whether a part becomes a text at all. */
    boolean ends(Part part) {
        return of(part) < NEVER;
    }

    int of(Part part) {
        if (part instanceof Part.Reference reference) {
            int height = rules.getOrDefault(reference.rule(), NEVER);
            return height == NEVER ? NEVER : height + 1;
        }
        if (part instanceof Part.Repeat repeat) {
            return repeat.least() == 0 ? 0 : of(repeat.part());
        }
        if (part instanceof Part.Sequence sequence) {
            return sequence.parts().stream().mapToInt(this::of).max().orElse(0);
        }
        return part instanceof Part.Choice choice
                ? choice.alternatives().stream().mapToInt(this::of).min().orElse(NEVER)
                : 0;
    }
}
