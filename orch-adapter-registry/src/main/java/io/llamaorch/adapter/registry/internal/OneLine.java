package io.llamaorch.adapter.registry.internal;

/**
 * What others wrote, for messages and logs: a line break in it could pass for another record.
 *
 * <p>Thread safety: immutable.
 */
public final class OneLine {

    private static final int LINE_SEPARATOR = 0x2028;
    private static final int PARAGRAPH_SEPARATOR = 0x2029;

    private OneLine() {}

    /**
     * Makes one line of a text.
     *
     * @param text the text
     * @return the same, with a question mark for everything that could break a line or control a terminal
     */
    public static String of(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isISOControl(c) || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR ? '?' : c)
                .forEach(line::appendCodePoint);
        return line.toString();
    }
}
