package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the pattern of a string, a regular expression of the plainer kind, into what stands for it inside a JSON
 * string. A pattern that is not anchored fits a string that it fits whole.
 *
 * <p>Thread safety: calls must be serial.
 */
final class PatternReader {
    private static final int DEEPEST = 100;
    private static final int LONGEST_NUMBER = 4;

    private final PatternText in;
    private int depth;

    private PatternReader(String pattern) {
        this.in = new PatternText(pattern);
    }

    /**
     * Reads a pattern.
     *
     * @throws IllegalArgumentException if it is none
     * @throws UnsupportedOperationException if it is one with more than can be done here
     */
    static Part read(String pattern) {
        PatternReader reader = new PatternReader(pattern);
        Part part = reader.alternatives();
        if (reader.in.more()) {
            throw reader.in.wrong("unbalanced parentheses");
        }
        return part;
    }

    private Part alternatives() {
        List<Part> alternatives = new ArrayList<>(List.of(sequence()));
        while (in.skip("|")) {
            alternatives.add(sequence());
        }
        return new Part.Choice(alternatives);
    }

    private Part sequence() {
        List<Part> parts = new ArrayList<>();
        if (depth == 0) {
            in.skip("^");
        }
        while (in.more() && !in.at("|)")) {
            if (in.skip("$")) {
                if (in.more() && (depth > 0 || !in.at("|"))) {
                    throw in.beyond("$ before its end");
                }
                break;
            }
            parts.add(repeated(item()));
        }
        return new Part.Sequence(parts);
    }

    private Part item() {
        if (in.skip("(")) {
            if (in.at("?") && !in.skip("?:")) {
                throw in.beyond("a special group");
            }
            if (++depth > DEEPEST) {
                throw in.beyond("groups so deep inside each other");
            }
            Part group = alternatives();
            if (!in.skip(")")) {
                throw in.wrong("unbalanced parentheses");
            }
            depth--;
            return group;
        }
        if (in.at("*+?{")) {
            throw in.wrong("nothing to repeat");
        }
        if (in.at("^")) {
            throw in.beyond("^ behind its beginning");
        }
        return in.at("[") ? PatternText.inJson(in.characterClass()) : PatternText.inJson(in.character());
    }

    private Part repeated(Part part) {
        int least = 1;
        int most = 1;
        if (in.skip("*")) {
            least = 0;
            most = Part.Repeat.UNLIMITED;
        } else if (in.skip("+")) {
            most = Part.Repeat.UNLIMITED;
        } else if (in.skip("?")) {
            least = 0;
        } else if (in.skip("{")) {
            least = number();
            most = !in.skip(",") ? least : in.at("}") ? Part.Repeat.UNLIMITED : number();
            if (!in.skip("}") || least > most) {
                throw in.beyond("an odd repetition");
            }
        } else {
            return part;
        }
        in.skip("?"); // a lazy repetition fits the same texts
        if (in.at("*+?{")) {
            throw in.beyond("a repetition of a repetition");
        }
        return new Part.Repeat(part, least, most);
    }

    private int number() {
        String digits = in.digits();
        if (digits.isEmpty() || digits.length() > LONGEST_NUMBER) {
            throw in.beyond("an odd repetition");
        }
        return Integer.parseInt(digits);
    }
}
