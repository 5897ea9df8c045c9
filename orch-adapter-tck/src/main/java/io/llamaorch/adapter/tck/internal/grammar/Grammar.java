package io.llamaorch.adapter.tck.internal.grammar;

import java.util.Map;

/**
 * A grammar: rules by their names, of which {@value #ROOT} says what a sentence is.
 *
 * <p>Thread safety: immutable.
 */
public record Grammar(Map<String, Part> rules) {

    /** The rule that sentences begin with. */
    public static final String ROOT = "root";

    public Grammar {
        rules = Map.copyOf(rules);
    }

    /**
     * Reads a grammar in GBNF, as strictly as llama-server 0.7.0 does.
     *
     * @param text the grammar
     * @return the grammar
     * @throws IllegalArgumentException if it is none, lacks a rule or is left-recursive
     * @throws UnsupportedOperationException if it is one, and asks for more than can be done here
     */
    public static Grammar read(String text) {
        Grammar grammar = new Grammar(new GrammarReader(text).rules());
        if (!grammar.rules.containsKey(ROOT)) {
            throw new IllegalArgumentException("there is no rule " + ROOT);
        }
        LeftRecursion.refuse(grammar);
        return grammar;
    }

    /** What a rule says. */
    Part rule(String name) {
        Part rule = rules.get(name);
        if (rule == null) {
            throw new IllegalArgumentException("there is no rule " + name);
        }
        return rule;
    }

    /**
     * Whether it has a sentence that ends.
     *
     * @return whether it has one
     */
    public boolean ends() {
        return new Heights(this).ends(rule(ROOT));
    }
}
