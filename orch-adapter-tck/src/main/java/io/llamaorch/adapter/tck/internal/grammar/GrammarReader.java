package io.llamaorch.adapter.tck.internal.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads GBNF: rules of alternatives of sequences of literals, classes, references and groups, each of them repeated or
 * not. A rule ends with its line; inside a group and after a bar it goes on in the next one.
 *
 * <p>Thread safety: calls must be serial.
 */
final class GrammarReader {
    /** So often may something be repeated, and so many rules may come of it, as in the server. */
    private static final int MOST_TIMES = 2000;

    private static final int DEEPEST = 200;

    private static final int MOST_RULES = 1000;

    private final GrammarText in;
    private final Map<String, Part> rules = new HashMap<>();

    /** Rules that the server makes of groups and repetitions. */
    private long made;

    private int depth;

    GrammarReader(String text) {
        this.in = new GrammarText(text);
    }

    /** @throws IllegalArgumentException if the text is no grammar */
    Map<String, Part> rules() {
        in.skipSpace(true);
        while (in.more()) {
            String name = in.name();
            in.skipSpace(false);
            in.expect("::=");
            in.skipSpace(true);
            rules.put(name, alternatives(false));
            in.endOfRule();
            if (rules.size() > MOST_RULES) {
                throw new UnsupportedOperationException("grammars of so many rules");
            }
        }
        return rules;
    }

    private Part alternatives(boolean nested) {
        List<Part> alternatives = new ArrayList<>(List.of(sequence(nested)));
        while (in.skip('|')) {
            in.skipSpace(true);
            alternatives.add(sequence(nested));
        }
        return new Part.Choice(alternatives);
    }

    private Part sequence(boolean nested) {
        List<Part> parts = new ArrayList<>();
        boolean repeatable = false;
        long size = 1;
        while (in.more()) {
            if (in.at("*+?{")) {
                if (!repeatable) {
                    throw in.wrong("there is nothing to repeat");
                }
                int[] times = times(nested);
                size *= size(times[0], times[1]);
                if (size >= MOST_TIMES) {
                    throw in.wrong("that is repeated too often");
                }
                Part last = parts.remove(parts.size() - 1);
                repeatable = times[1] > 0;
                if (repeatable) {
                    parts.add(new Part.Repeat(last, times[0], times[1]));
                }
            } else if (in.atItem()) {
                long before = made;
                List<Part> item = item();
                size = Math.max(1, made - before);
                repeatable = !item.isEmpty();
                parts.addAll(item);
            } else {
                break;
            }
            in.skipSpace(nested);
        }
        return new Part.Sequence(parts);
    }

    private long size(int least, int most) {
        boolean limited = most < Part.Repeat.UNLIMITED;
        made += limited ? most - least : 1;
        return Math.max(1, limited && most > 0 ? most : least);
    }

    /** A literal, a class, a reference or a group; nothing for an empty literal or class. */
    private List<Part> item() {
        if (in.at("\"")) {
            String literal = in.literal();
            return literal.isEmpty() ? List.of() : List.of(new Part.Text(literal));
        }
        if (in.at("[")) {
            return in.characterClass()
                    .<List<Part>>map(set -> List.of(new Part.Chars(set)))
                    .orElse(List.of());
        }
        if (in.skip('.')) {
            return List.of(new Part.Chars(CharSet.of("").complement()));
        }
        if (in.skip('(')) {
            made++;
            if (++depth > DEEPEST) {
                throw new UnsupportedOperationException("grammars with groups so deep inside each other");
            }
            in.skipSpace(true);
            Part group = alternatives(true);
            in.expect(")");
            depth--;
            return List.of(group);
        }
        if (in.at("<!")) {
            throw new UnsupportedOperationException("tokens in grammars");
        }
        return List.of(new Part.Reference(in.name()));
    }

    /** How often at least and at most what stands before it comes. */
    private int[] times(boolean nested) {
        if (in.skip('*')) {
            return new int[] {0, Part.Repeat.UNLIMITED};
        }
        if (in.skip('+')) {
            return new int[] {1, Part.Repeat.UNLIMITED};
        }
        if (in.skip('?')) {
            return new int[] {0, 1};
        }
        in.expect("{");
        in.skipSpace(nested);
        int least = in.number(nested);
        int most = least;
        if (in.skip(',')) {
            in.skipSpace(nested);
            most = in.at("}") ? Part.Repeat.UNLIMITED : in.number(nested);
        }
        in.expect("}");
        if (least > MOST_TIMES || least > most) {
            throw in.wrong("that many times cannot be");
        }
        return new int[] {least, most > MOST_TIMES ? Part.Repeat.UNLIMITED : most};
    }
}
