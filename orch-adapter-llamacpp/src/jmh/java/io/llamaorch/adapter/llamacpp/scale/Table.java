package io.llamaorch.adapter.llamacpp.scale;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints a Markdown table row by row, so that what was measured is seen even if the rest fails. */
final class Table {

    private final PrintStream out;

    Table(PrintStream out, String title, String... columns) {
        this.out = out;
        out.println("\n### " + title + "\n");
        row(Arrays.asList(columns));
        out.println("|" + "---:|".repeat(columns.length));
    }

    void row(List<?> cells) {
        out.println(cells.stream()
                .map(cell -> cell instanceof Double number ? text(number) : String.valueOf(cell))
                .collect(Collectors.joining(" | ", "| ", " |")));
        out.flush();
    }

    /** Three digits that count, as far as there is anything to tell. */
    private static String text(double number) {
        double size = Math.abs(number);
        int places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + places + "f", number);
    }
}
