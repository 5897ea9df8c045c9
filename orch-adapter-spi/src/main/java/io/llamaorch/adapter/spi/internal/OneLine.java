package io.llamaorch.adapter.spi.internal;

/**
 * Text for messages and logs, where a line break could pass for another record.
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
     * @return the same, with a space for everything that could break a line or control a terminal
     */
    public static String of(String text) {
        return text.chars().noneMatch(OneLine::breaks)
                ? text
                : text.chars()
                        .map(c -> breaks(c) ? ' ' : c)
                        .collect(StringBuilder::new, (line, c) -> line.append((char) c), StringBuilder::append)
                        .toString();
    }

    private static boolean breaks(int c) {
        return Character.isISOControl(c) || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR;
    }
}
