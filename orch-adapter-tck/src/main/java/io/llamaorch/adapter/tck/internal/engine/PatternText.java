package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.CharSet;
import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The text of a regular expression and a place in it.
 *
 * <p>Thread safety: calls must be serial.
 */
final class PatternText {
    private static final CharSet DIGITS = range('0', '9');
    private static final CharSet WORD =
            DIGITS.union(range('a', 'z')).union(range('A', 'Z')).union(CharSet.of("_"));
    private static final CharSet SPACE = CharSet.of(" \t\n\r\f\u000b\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff")
            .union(range(0x2000, 0x200a));
    private static final CharSet LINE_ENDS = CharSet.of("\n\r\u2028\u2029");

    /** What a JSON string must escape. */
    private static final CharSet SPECIAL = range(0, 0x1f).union(CharSet.of("\"\\"));

    private static final String PUNCTUATION = "^$\\.*+?()[]{}|/-\"',:;!@#%&=<>~` _";

    private final String pattern;
    private int at;

    PatternText(String pattern) {
        this.pattern = pattern;
    }

    private static CharSet range(int from, int to) {
        return CharSet.of(List.of(new CharSet.Range(from, to)));
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("Invalid pattern " + pattern + ": " + what);
    }

    UnsupportedOperationException beyond(String what) {
        return new UnsupportedOperationException("JSON schemas with a pattern that has " + what);
    }

    boolean more() {
        return at < pattern.length();
    }

    /** Whether one of these characters is next. */
    boolean at(String characters) {
        return more() && characters.indexOf(pattern.charAt(at)) >= 0;
    }

    boolean skip(String word) {
        boolean there = pattern.startsWith(word, at);
        at += there ? word.length() : 0;
        return there;
    }

    private String take(int most, IntPredicate fits) {
        int begin = at;
        while (more() && at - begin < most && fits.test(pattern.charAt(at))) {
            at++;
        }
        return pattern.substring(begin, at);
    }

    String digits() {
        return take(Integer.MAX_VALUE, c -> c >= '0' && c <= '9');
    }

    /** One character, or what stands for one of several. */
    CharSet character() {
        if (skip(".")) {
            return LINE_ENDS.complement();
        }
        return skip("\\") ? escaped() : plain();
    }

    private CharSet plain() {
        int character = pattern.codePointAt(at);
        at += Character.charCount(character);
        return range(character, character);
    }

    private CharSet escaped() {
        if (!more()) {
            throw wrong("trailing backslash");
        }
        char escape = pattern.charAt(at++);
        return switch (escape) {
            case 'd' -> DIGITS;
            case 'D' -> DIGITS.complement();
            case 'w' -> WORD;
            case 'W' -> WORD.complement();
            case 's' -> SPACE;
            case 'S' -> SPACE.complement();
            case 't' -> CharSet.of("\t");
            case 'n' -> CharSet.of("\n");
            case 'r' -> CharSet.of("\r");
            case 'f' -> CharSet.of("\f");
            case 'v' -> CharSet.of("\u000b");
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            default -> {
                if (PUNCTUATION.indexOf(escape) < 0) {
                    throw beyond("the escape \\" + escape);
                }
                yield CharSet.of(String.valueOf(escape));
            }
        };
    }

    private CharSet hexadecimal(int digits) {
        String code = take(digits, c -> Character.digit(c, 16) >= 0 && c < 128);
        CharSet set =
                code.length() < digits ? CharSet.of("") : range(Integer.parseInt(code, 16), Integer.parseInt(code, 16));
        if (set.isEmpty()) {
            throw beyond("an escape of no character");
        }
        return set;
    }

    CharSet characterClass() {
        skip("[");
        boolean negated = skip("^");
        List<CharSet> sets = new ArrayList<>();
        while (!skip("]")) {
            if (!more()) {
                throw wrong("unterminated character class");
            }
            CharSet from = skip("\\") ? escaped() : plain();
            if (at("-") && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
                at++;
                from = between(from, skip("\\") ? escaped() : plain());
            }
            sets.add(from);
        }
        CharSet all = sets.stream().reduce(CharSet.of(""), CharSet::union);
        CharSet meant = negated ? all.complement() : all;
        if (meant.isEmpty()) {
            throw beyond("a class of no character");
        }
        return meant;
    }

    private CharSet between(CharSet from, CharSet to) {
        CharSet range = from.single().isPresent() && to.single().isPresent()
                ? range(from.single().getAsInt(), to.single().getAsInt())
                : CharSet.of("");
        if (range.isEmpty()) {
            throw beyond("an odd range");
        }
        return range;
    }

    /** What stands for one of these characters in a JSON string: one that needs no escape, if there is one. */
    static Part inJson(CharSet set) {
        CharSet simple = set.intersection(SPECIAL.complement());
        if (!simple.isEmpty()) {
            return new Part.Chars(simple);
        }
        List<Part> escapes = new ArrayList<>();
        for (char special = 1; special <= '\\'; special++) {
            if (set.contains(special)) {
                String quoted = SchemaReader.json(String.valueOf(special));
                escapes.add(new Part.Text(quoted.substring(1, quoted.length() - 1)));
            }
        }
        return new Part.Choice(escapes);
    }
}
