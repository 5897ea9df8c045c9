package io.llamaorch.adapter.tck.internal.cli;

import java.util.ArrayList;
import java.util.List;

/** Text broken into lines between words. */
final class Paragraph {

    private Paragraph() {}

    /**
     * Breaks a text. A word that is longer than a line has one of its own: to break it would spoil a path or a name.
     *
     * @param label what the first line begins with; the others are indented as far
     * @param text the words
     * @param width how wide a line may be
     * @return the lines
     */
    static List<String> of(String label, String text, int width) {
        List<String> lines = new ArrayList<>();
        String indent = " ".repeat(label.length());
        StringBuilder line = new StringBuilder(label);
        boolean empty = true;
        for (String word : text.strip().split("\\s+", -1)) {
            if (!empty && Table.width(line) + 1 + Table.width(word) > width) {
                lines.add(line.toString());
                line = new StringBuilder(indent);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }
}
