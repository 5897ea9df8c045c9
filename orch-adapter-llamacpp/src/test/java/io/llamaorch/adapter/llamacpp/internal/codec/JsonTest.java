package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Allocation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

/** Whole documents, and what reading a hostile one costs (SEC-05). */
class JsonTest {

    private static List<String> values(String document) {
        List<String> values = new ArrayList<>();
        Json.read(
                document.getBytes(StandardCharsets.UTF_8), (path, value) -> values.add(path + "=" + value.getString()));
        return values;
    }

    @Test
    void values_areToldWithTheirPaths_andDeepOnesNot() {
        assertEquals(
                List.of("a=1", "b[]=2", "b[][]=3", "c/d/e/f=4", "h=6"),
                values("{\"a\":1,\"b\":[2,[3]],\"c\":{\"d\":{\"e\":{\"f\":4,\"g\":{\"i\":[5]}}}},\"h\":6}"));
        assertEquals(List.of("=7"), values("7"));
        assertEquals(List.of(), values(""));
    }

    @Test
    void document_brokenInADeepPart_isRefused() {
        assertThrows(JacksonException.class, () -> values("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":x}}}}}"));
        assertThrows(JacksonException.class, () -> values("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":[1,2"));
    }

    /** Found by fuzzing: the parser reads a string only when it is asked for it, or goes on. */
    @Test
    void document_thatIsHalfAString_isRefused() {
        assertThrows(JacksonException.class, () -> Json.read(new byte[] {'"', '}'}, (path, value) -> {}));
    }

    /** A path was made for each value, of all the names above it: gigabytes for one small answer. */
    @Test
    void document_deepWithLongNames_makesNoPathsOfThem() {
        String name = "n".repeat(250);
        StringBuilder document = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            document.append("{\"").append(name).append("\":");
        }
        document.append('{')
                .append("\"a\":1,".repeat(100_000))
                .append("\"z\":1}")
                .append("}".repeat(60));
        byte[] bytes = document.toString().getBytes(StandardCharsets.UTF_8);
        long before = Allocation.ofThisThread();
        Json.read(bytes, (path, value) -> {});
        long allocated = Allocation.ofThisThread() - before;
        assertTrue(allocated < 8 << 20, "allocated " + allocated + " bytes for " + bytes.length);
    }

    @Test
    void name_longerThanAnyServers_isRefused() {
        assertEquals(List.of("n".repeat(250) + "=1"), values("{\"" + "n".repeat(250) + "\":1}"));
        assertThrows(JacksonException.class, () -> values("{\"" + "n".repeat(2000) + "\":1}"));
    }
}
