package io.llamaorch.adapter.tck.internal.grammar;

import java.util.HashMap;
import java.util.Map;

/**
 * Finds a rule that comes to itself before any character was said, as far as the server finds it: what it takes for
 * empty is only what has an empty alternative of its own.
 *
 * <p>Thread safety: calls must be serial.
 */
final class LeftRecursion {
    private final Grammar grammar;

    /** Rules that were begun: true while they are looked through. */
    private final Map<String, Boolean> begun = new HashMap<>();

    private LeftRecursion(Grammar grammar) {
        this.grammar = grammar;
    }

    /** @throws IllegalArgumentException if a rule is left-recursive, or refers to one that is not there */
    static void refuse(Grammar grammar) {
        LeftRecursion search = new LeftRecursion(grammar);
        grammar.rules().values().forEach(search::lookInto);
        grammar.rules().keySet().forEach(search::begin);
    }

    private void lookInto(Part part) {
        if (part instanceof Part.Reference reference) {
            grammar.rule(reference.rule());
        } else if (part instanceof Part.Sequence sequence) {
            sequence.parts().forEach(this::lookInto);
        } else if (part instanceof Part.Choice choice) {
            choice.alternatives().forEach(this::lookInto);
        } else if (part instanceof Part.Repeat repeat) {
            lookInto(repeat.part());
            if (repeat.most() == Part.Repeat.UNLIMITED && mayBeEmpty(repeat.part())) {
                throw new IllegalArgumentException("what may be empty is repeated without end");
            }
        }
    }

    private void begin(String rule) {
        if (begun.getOrDefault(rule, false)) {
            throw new IllegalArgumentException("rule " + rule + " is left-recursive");
        }
        if (begun.putIfAbsent(rule, true) == null) {
            walk(grammar.rule(rule));
            begun.put(rule, false);
        }
    }

    /** Goes to all that may come first. */
    private void walk(Part part) {
        if (part instanceof Part.Reference reference) {
            begin(reference.rule());
        } else if (part instanceof Part.Choice choice) {
            choice.alternatives().forEach(this::walk);
        } else if (part instanceof Part.Repeat repeat) {
            walk(repeat.part());
        } else if (part instanceof Part.Sequence sequence) {
            for (Part next : sequence.parts()) {
                walk(next);
                if (!mayBeEmpty(next)) {
                    break;
                }
            }
        }
    }

    private boolean mayBeEmpty(Part part) {
        if (part instanceof Part.Reference reference) {
            return mayBeEmpty(grammar.rule(reference.rule()));
        }
        if (part instanceof Part.Repeat repeat) {
            return repeat.least() == 0 || mayBeEmpty(repeat.part());
        }
        return part instanceof Part.Choice choice
                && choice.alternatives().stream()
                        .anyMatch(one -> one instanceof Part.Sequence parts
                                && parts.parts().isEmpty());
    }
}
