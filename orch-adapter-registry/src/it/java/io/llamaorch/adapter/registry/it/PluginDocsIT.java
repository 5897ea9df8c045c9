package io.llamaorch.adapter.registry.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of faults in the documentation is what the tests hold the report to. */
class PluginDocsIT {

    private static final String BEGIN = "<!-- compared by PluginDocsIT -->\n\n";
    private static final String END = "\n<!-- end -->";

    @Test
    void table_whenCompared_equalsTheFixtures() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "plugins.md"));
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        assertEquals(table(), page.substring(begin, page.indexOf(END, begin)));
    }

    private static String table() {
        return """
                | what is wrong | a host of modules says | a host on the class path says |
                |---|---|---|
                """
                + Fault.all().stream()
                        .map(Fault::told)
                        .map(fault -> "| " + fault.title() + " | " + cell(fault.asModules()) + " | "
                                + (fault.asClasses().equals(fault.asModules()) ? "the same" : cell(fault.asClasses()))
                                + " |\n")
                        .collect(Collectors.joining());
    }

    private static String cell(String verdict) {
        return verdict.equals(Fault.LOADED)
                ? "it loads"
                : verdict.startsWith(Fault.LOADED)
                        ? "it loads, with the note: " + verdict.substring(Fault.LOADED.length() + 2)
                        : verdict.substring("REJECTED: ".length());
    }
}
