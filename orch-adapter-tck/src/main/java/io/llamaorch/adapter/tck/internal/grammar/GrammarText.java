package io.llamaorch.adapter.tck.internal.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text of a grammar and a place in it: names, numbers, literals and classes are read from here.
 *
 * <p>Thread safety: calls must be serial.
 */
final class GrammarText {
    private static final int LONGEST_NUMBER = 9;

    private final String text;
    private int at;

    GrammarText(String text) {
        this.text = text;
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + ", at character " + at);
    }

    boolean more() {
        return at < text.length();
    }

    /** Whether one of these characters is next. */
    boolean at(String characters) {
        return more() && characters.indexOf(text.charAt(at)) >= 0;
    }

    boolean atItem() {
        return at("\"[.(<!") || atName();
    }

    private boolean atName() {
        char c = more() ? text.charAt(at) : ' ';
        return c == '-' || (c < 128 && Character.isLetterOrDigit(c));
    }

    boolean skip(char character) {
        boolean there = more() && text.charAt(at) == character;
        at += there ? 1 : 0;
        return there;
    }

    void expect(String word) {
        if (!text.startsWith(word, at)) {
            throw wrong(word + " is missing");
        }
        at += word.length();
    }

    /** Passes over blanks and comments, and over the ends of lines if they mean nothing here. */
    void skipSpace(boolean lines) {
        while (at(lines ? " \t\r\n#" : " \t#")) {
            if (skip('#')) {
                while (more() && !at("\r\n")) {
                    at++;
                }
            } else {
                at++;
            }
        }
    }

    /** A rule ends with its line, or with the text. */
    void endOfRule() {
        if (more() && !at("\r\n")) {
            throw wrong("a rule goes on in an odd way");
        }
        skipSpace(true);
    }

    String name() {
        int begin = at;
        while (atName()) {
            at++;
        }
        if (at == begin) {
            throw wrong("a name is missing");
        }
        return text.substring(begin, at);
    }

    int number(boolean nested) {
        int begin = at;
        while (at("0123456789")) {
            at++;
        }
        if (at == begin || at - begin > LONGEST_NUMBER) {
            throw wrong("a number is missing, or far too large");
        }
        int number = Integer.parseInt(text.substring(begin, at));
        skipSpace(nested);
        return number;
    }

    String literal() {
        expect("\"");
        StringBuilder literal = new StringBuilder();
        while (!skip('"')) {
            int character = character();
            if (CharSet.of(List.of(new CharSet.Range(character, character))).isEmpty()) {
                throw noCharacter();
            }
            literal.appendCodePoint(character);
        }
        return literal.toString();
    }

    /** A class in brackets; nothing if the brackets are empty, which stand for the empty text. */
    Optional<CharSet> characterClass() {
        expect("[");
        boolean negated = skip('^');
        List<CharSet.Range> ranges = new ArrayList<>();
        while (!skip(']')) {
            int from = character();
            boolean range = at("-") && !text.startsWith("-]", at);
            at += range ? 1 : 0;
            ranges.add(new CharSet.Range(from, range ? character() : from));
        }
        if (ranges.isEmpty()) {
            return Optional.empty();
        }
        CharSet set = negated ? CharSet.of(ranges).complement() : CharSet.of(ranges);
        if (set.isEmpty()) {
            throw noCharacter();
        }
        return Optional.of(set);
    }

    private static UnsupportedOperationException noCharacter() {
        return new UnsupportedOperationException("grammars that ask for what is no character");
    }

    private int character() {
        if (!more()) {
            throw wrong("the text ends in a literal or a class");
        }
        if (!skip('\\')) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            return character;
        }
        char escape = more() ? text.charAt(at++) : ' ';
        return switch (escape) {
            case 'x' -> hexadecimal(2);
            case 'u' -> hexadecimal(4);
            case 'U' -> hexadecimal(8);
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'n' -> '\n';
            case '\\', '"', '[', ']', '-' -> escape;
            default -> throw wrong("there is no such escape");
        };
    }

    private int hexadecimal(int digits) {
        String code = text.substring(at, Math.min(text.length(), at + digits));
        if (code.length() < digits || !code.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
            throw wrong("an escape has too few digits");
        }
        at += digits;
        return (int) Math.min(Long.parseLong(code, 16), Integer.MAX_VALUE - 1);
    }
}
