package io.llamaorch.adapter.tck.internal.grammar;

import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;

/** A grammar made at random, and beside it what recognises its sentences without ever having read it. */
final class RandomGrammar {
    private static final List<String> LETTERS = List.of("a", "b", "0", "\"", "\\", "]", "-", "^", "é", "🦙", "\n", " ");
    private static final int DEEPEST = 3;

    private final Random random;
    private final StringBuilder rules = new StringBuilder();
    private int named;

    record Both(String gbnf, Recogniser recogniser) {}

    private RandomGrammar(Random random) {
        this.random = random;
    }

    static Both of(Random random) {
        RandomGrammar made = new RandomGrammar(random);
        Both root = made.alternatives(0);
        return new Both("root ::= " + root.gbnf() + "\n" + made.rules, root.recogniser());
    }

    private Both alternatives(int depth) {
        Both all = sequence(depth);
        for (int i = random.nextInt(3); i > 0; i--) {
            Both next = sequence(depth);
            all = new Both(all.gbnf() + " | " + next.gbnf(), all.recogniser().or(next.recogniser()));
        }
        return all;
    }

    private Both sequence(int depth) {
        Both all = repeated(depth);
        for (int i = random.nextInt(3); i > 0; i--) {
            Both next = repeated(depth);
            all = new Both(all.gbnf() + " " + next.gbnf(), all.recogniser().then(next.recogniser()));
        }
        return all;
    }

    private Both repeated(int depth) {
        Both item = item(depth);
        return switch (random.nextInt(8)) {
            case 0 -> times(item, "*", 0, Integer.MAX_VALUE);
            case 1 -> times(item, "+", 1, Integer.MAX_VALUE);
            case 2 -> times(item, "?", 0, 1);
            case 3 -> times(item, "{2}", 2, 2);
            case 4 -> times(item, "{1,}", 1, Integer.MAX_VALUE);
            case 5 -> times(item, "{ 1 , 3 }", 1, 3);
            default -> item;
        };
    }

    private static Both times(Both item, String written, int least, int most) {
        return new Both(item.gbnf() + written, item.recogniser().times(least, most));
    }

    private Both item(int depth) {
        int kind = random.nextInt(depth < DEEPEST ? 5 : 3);
        if (kind == 0) {
            return new Both(".", Recogniser.character(c -> true));
        }
        if (kind == 1) {
            return characterClass();
        }
        if (kind == 2) {
            return literal();
        }
        Both inner = alternatives(depth + 1);
        if (kind == 3) {
            return new Both("(" + inner.gbnf() + ")", inner.recogniser());
        }
        String name = "r-" + named++;
        rules.append(name).append(" ::= ").append(inner.gbnf()).append(" # a rule\n");
        return new Both(name, inner.recogniser());
    }

    private String letter() {
        return LETTERS.get(random.nextInt(LETTERS.size()));
    }

    private Both literal() {
        String first = letter();
        StringBuilder written = new StringBuilder(escaped(first, "\"\\"));
        Recogniser recogniser = Recogniser.character(c -> c == first.codePointAt(0));
        for (int i = random.nextInt(3); i > 0; i--) {
            String letter = letter();
            written.append(escaped(letter, "\"\\"));
            recogniser = recogniser.then(Recogniser.character(c -> c == letter.codePointAt(0)));
        }
        return new Both("\"" + written + "\"", recogniser);
    }

    private Both characterClass() {
        boolean negated = random.nextBoolean();
        StringBuilder written = new StringBuilder(negated ? "^" : "");
        IntPredicate fits = c -> false;
        for (int i = random.nextInt(3); i >= 0; i--) {
            if (random.nextInt(3) == 0) {
                written.append("c-g");
                fits = fits.or(c -> c >= 'c' && c <= 'g');
            } else {
                String letter = letter();
                // A caret that comes first would negate.
                written.append(letter.equals("^") ? "\\x5E" : escaped(letter, "]\\-"));
                fits = fits.or(c -> c == letter.codePointAt(0));
            }
        }
        return new Both("[" + written + "]", Recogniser.character(negated ? fits.negate() : fits));
    }

    private static String escaped(String letter, String special) {
        return letter.equals("\n") ? "\\n" : special.contains(letter) ? "\\" + letter : letter;
    }
}
