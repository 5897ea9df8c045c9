package io.llamaorch.adapter.registry.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearMissTest {

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "'', abc, 3",
        "abc, '', 3",
        "abc, abc, 0",
        "abc, abd, 1",
        "abc, ac, 1",
        "ac, abc, 1",
        "ab, ba, 2",
        "kitten, sitting, 3",
    })
    void distance_ofTwoNames_isTheLeastNumberOfEdits(String from, String to, int edits) {
        assertEquals(edits, NearMiss.distance(from, to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lamacpp", "llamacp", "lllamacpp", "LlamaCPP", "llama.cpp", "llama_cpp", "llama-c-p-p"})
    void hint_whenNear_asksForIt(String name) {
        assertEquals("; did you mean 'llamacpp'?", NearMiss.hint(name, List.of("other", "llamacpp")));
    }

    @Test
    void hint_whenSeveralAreNear_takesTheNearestThenTheFirst() {
        assertEquals("; did you mean 'pool-a'?", NearMiss.hint("pool-aa", List.of("pool-c", "pool-b", "pool-a")));
        assertEquals("; did you mean 'r0'?", NearMiss.hint("r5", List.of("r1", "r0")));
    }

    @Test
    void hint_whenNothingIsInCommon_isEmpty() {
        assertEquals("", NearMiss.hint("xy", List.of("ab")));
        assertEquals("", NearMiss.hint("z", List.of("a", "bc")));
        assertEquals("", NearMiss.hint("", List.of("ab")));
    }

    @Test
    void hint_whenNamesHaveNoLatinLetters_doesNotTakeAllOfThemForOne() {
        assertEquals("", NearMiss.hint("москва", List.of("новгород")));
        assertEquals("; did you mean 'москва'?", NearMiss.hint("моск-ва", List.of("новгород", "москва")));
        assertEquals("", NearMiss.hint("---", List.of("москва", "!!!!!!")));
    }
}
