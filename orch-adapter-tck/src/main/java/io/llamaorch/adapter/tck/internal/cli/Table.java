package io.llamaorch.adapter.tck.internal.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text under headings, each column as wide as its widest cell if there is room. */
final class Table {

    private static final String GAP = "  ";
    private static final String CUT = "…";

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    Table row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException("a row needs " + rows.get(0).size() + " cells, not " + cells.length);
        }
        rows.add(List.of(cells));
        return this;
    }

    /** {@return the lines, without blanks at their ends} */
    List<String> lines() {
        return lines(Integer.MAX_VALUE);
    }

    /**
     * Draws the table with lines that are not wider than this, as long as a column keeps its heading: the beginning of what
     * is too long is left out, in the widest columns first. Names of files and folders differ at their ends.
     *
     * @param width how wide a line may be
     * @return the lines, without blanks at their ends
     */
    List<String> lines(int width) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        narrow(widths, width);
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private void narrow(int[] widths, int width) {
        int wanted = GAP.length() * (widths.length - 1);
        for (int each : widths) {
            wanted += each;
        }
        for (; wanted > width; wanted--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (widths[i] > width(rows.get(0).get(i)) && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
        }
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cut(row.get(i), widths[i]);
            line.append(cell).append(" ".repeat(widths[i] - width(cell))).append(GAP);
        }
        return line.toString().stripTrailing();
    }

    private static String cut(String cell, int width) {
        int length = width(cell);
        if (length <= width) {
            return cell;
        }
        return CUT + cell.substring(cell.offsetByCodePoints(0, length - width + 1));
    }

    static int width(CharSequence text) {
        return Character.codePointCount(text, 0, text.length());
    }
}
