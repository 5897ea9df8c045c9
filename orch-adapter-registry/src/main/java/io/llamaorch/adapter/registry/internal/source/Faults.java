package io.llamaorch.adapter.registry.internal.source;

import java.util.ArrayList;
import java.util.List;

/**
 * All that is wrong with one description of replicas, for one message.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Faults {

    /** More than anybody reads; a file may have a hundred thousand. */
    private static final int MOST_SHOWN = 50;

    private final List<String> shown = new ArrayList<>();
    private int more;

    /**
     * Adds one.
     *
     * @param fault where, what and what to do; no secret
     */
    void add(String fault) {
        if (shown.size() < MOST_SHOWN) {
            shown.add(oneLine(fault));
        } else {
            more++;
        }
    }

    /**
     * Throws if there are any.
     *
     * @param source what was read
     * @throws IllegalArgumentException with all of them in its message
     */
    void throwIfAny(String source) {
        if (!shown.isEmpty()) {
            throw new IllegalArgumentException(source + " does not describe replicas properly: "
                    + String.join("; ", shown) + (more == 0 ? "" : "; and " + more + " more"));
        }
    }

    /** Names are shown as they were found, and must not make up lines of a log. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c)
                .forEach(line::appendCodePoint);
        return line.toString();
    }
}
