package io.llamaorch.adapter.tck.internal.cli;

import java.io.IOException;

/** A text that was typed as an argument, or is read from standard input where {@code -} stands for it. */
final class TextArgument {

    private static final String STANDARD_INPUT = "-";
    private static final char UNREADABLE = '\uFFFD';

    private TextArgument() {}

    /**
     * The text. One that the JVM could not read is refused: another one must not be answered instead.
     *
     * @param what what it is, in a word
     */
    static String read(Terminal terminal, String what, String argument) throws IOException {
        return argument.equals(STANDARD_INPUT) ? terminal.readAll() : typed(what, argument);
    }

    /** The text as it was typed. */
    static String typed(String what, String argument) {
        if (argument.indexOf(UNREADABLE) >= 0) {
            throw new IllegalArgumentException(
                    "the " + what + " has characters that this locale cannot hold: set a UTF-8"
                            + " one (LC_ALL=C.UTF-8), or give the " + what + " on standard input, with - in its place");
        }
        return argument;
    }

    static boolean isStandardInput(String argument) {
        return argument.equals(STANDARD_INPUT);
    }
}
