package io.llamaorch.adapter.tck.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParagraphTest {

    @Test
    void of_whenItIsTooLong_breaksBetweenWordsAndIndents() {
        assertEquals(
                List.of("  why: one two", "       three", "       four"),
                Paragraph.of("  why: ", "one two three  four", 14));
    }

    @Test
    void of_whenAWordIsLongerThanALine_keepsItWhole() {
        assertEquals(List.of("a", "/a/very/long/path", "b"), Paragraph.of("", "a /a/very/long/path b", 5));
    }
}
