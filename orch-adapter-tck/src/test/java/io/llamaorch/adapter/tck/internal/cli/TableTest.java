package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void lines_always_alignTheColumnsAndEndWithoutBlanks() {
        Table table = new Table("ENGINE", "VERSION", "VERDICT")
                .row("mock", "0.1.0", "loaded")
                .row("llamacpp", "2", "");
        assertEquals(List.of("ENGINE    VERSION  VERDICT", "mock      0.1.0    loaded", "llamacpp  2"), table.lines());
    }

    @Test
    void lines_whenTheyAreTooWide_leaveOutTheBeginningInTheWidestColumn() {
        Table table = new Table("A", "WHAT").row("short", "abcdefghijklmnop").row("b", "abc");
        assertEquals(List.of("A      WHAT", "short  …jklmnop", "b      abc"), table.lines(15));
    }

    /** A heading is always whole: a table of no width at all is as wide as its headings. */
    @Test
    void lines_whenThereIsNoRoom_keepTheHeadings() {
        Table table = new Table("A", "WHAT").row("short", "abcdefghijklmnop");
        assertEquals(List.of("A  WHAT", "…  …nop"), table.lines(1));
    }

    @Test
    void row_whenItHasTooFewCells_isRefused() {
        Table table = new Table("A", "B");
        assertThrows(IllegalArgumentException.class, () -> table.row("a"));
    }
}
