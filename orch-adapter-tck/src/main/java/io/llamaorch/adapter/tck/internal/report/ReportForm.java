package io.llamaorch.adapter.tck.internal.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The forms in which a report is written (TCK-05). */
public enum ReportForm {
    /** For people at a terminal. */
    TEXT("conformance.txt"),
    /** For programs. */
    JSON("conformance.json"),
    /** For build servers. */
    JUNIT("TEST-conformance.xml"),
    /** One page that needs nothing else. */
    HTML("conformance.html");

    private final String file;

    ReportForm(String file) {
        this.file = file;
    }

    /**
     * Writes a report.
     *
     * @param report the report
     * @return its text in this form
     */
    public String write(ConformanceReport report) {
        return switch (this) {
            case TEXT -> TextReport.of(report);
            case JSON -> JsonReport.of(report);
            case JUNIT -> JUnitReport.of(report);
            case HTML -> HtmlReport.of(report);
        };
    }

    /**
     * Writes a report in all forms.
     *
     * @param report the report
     * @param folder where to, made if it is not there
     * @return the files
     * @throws IllegalArgumentException if they cannot be written
     */
    public static List<Path> writeAll(ConformanceReport report, Path folder) {
        List<Path> files = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (ReportForm form : values()) {
                byte[] bytes = form.write(report).getBytes(StandardCharsets.UTF_8); // also what is no character
                files.add(Files.write(folder.resolve(form.file), bytes));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the report cannot be written to " + folder + " ("
                            + e.getClass().getSimpleName() + "): choose a folder that you may write to",
                    e);
        }
        return files;
    }
}
