package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of tools are told whole or not at all. */
class ToolCallAssemblerTest {

    private final ToolCallAssembler calls = new ToolCallAssembler();

    @Test
    void call_inParts_isToldOnceItIsFinished() {
        calls.part(0, "c0", "weather", "{");
        calls.part(0, "", "", "\"city\":\"Li");
        calls.part(0, "", "", "ma\"}");
        assertEquals(List.of(), calls.take());
        calls.finish(false);
        assertEquals(List.of(new ToolCall("c0", "weather", "{\"city\":\"Lima\"}")), calls.take());
        assertEquals(List.of(), calls.take());
        assertNull(calls.fault());
    }

    @Test
    void call_isWholeWhenTheNextBegins() {
        calls.part(0, "c0", "a", "{}");
        calls.part(1, "c1", "b", "{\"x\":");
        assertEquals(List.of(new ToolCall("c0", "a", "{}")), calls.take());
        calls.part(1, "", "", "1}");
        calls.finish(false);
        assertEquals(List.of(new ToolCall("c1", "b", "{\"x\":1}")), calls.take());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n"})
    void arguments_missing_areNone(String arguments) {
        calls.part(0, "c0", "now", arguments);
        calls.finish(false);
        assertEquals(List.of(new ToolCall("c0", "now", "{}")), calls.take());
    }

    /** As engines do whose parts have no number. */
    @Test
    void index_missing_aNameBeginsTheNext() {
        calls.part(-1, "", "a", "{");
        calls.part(-1, "", "", "}");
        calls.part(-1, "", "b", "{}");
        calls.finish(false);
        assertEquals(List.of(new ToolCall("", "a", "{}"), new ToolCall("", "b", "{}")), calls.take());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "7", "\"{}\"", "{}{}", "{} x", "{\"a\":}", "{\"a\":\"\t\"}", "{'a':1}", "null"})
    void arguments_thatAreNoObject_areAFault(String arguments) {
        calls.part(0, "c0", "a", arguments);
        calls.finish(false);
        assertEquals("a tool call whose arguments are no JSON object", calls.fault());
        assertEquals(List.of(), calls.take());
    }

    @Test
    void name_missing_isAFault() {
        calls.part(0, "c0", "", "{}");
        calls.part(1, "c1", "b", "{}");
        assertEquals("a tool call without a name", calls.fault());
        assertEquals(List.of(), calls.take());
    }

    @Test
    void part_ofACallThatWasComplete_isAFault() {
        calls.part(0, "c0", "a", "{}");
        calls.part(1, "c1", "b", "{}");
        calls.part(0, "", "", " ");
        assertEquals("a part of a tool call that was complete", calls.fault());
    }

    @Test
    void part_afterTheEnd_isAFault() {
        calls.part(0, "c0", "a", "{}");
        calls.finish(false);
        calls.part(0, "", "", "{}");
        assertEquals("a part of a tool call that was complete", calls.fault());
    }

    /** The answer ended for its length, which its end says: what was begun is no call, and no fault either. */
    @ParameterizedTest
    @CsvSource({"weather, '{\"city\":\"Li'", "weather, ''", "'', '{}'"})
    void call_cutByTheLimit_isNone(String name, String arguments) {
        calls.part(0, "c0", name, arguments);
        calls.finish(true);
        assertEquals(List.of(), calls.take());
        assertNull(calls.fault());
    }

    @Test
    void call_wholeAtTheLimit_isTold() {
        calls.part(0, "c0", "weather", "{\"city\":\"Lima\"}");
        calls.finish(true);
        assertEquals(List.of(new ToolCall("c0", "weather", "{\"city\":\"Lima\"}")), calls.take());
    }

    /** SEC-05. */
    @Test
    void call_endless_isAFaultBeforeItIsHeld() {
        calls.part(0, "c0", "a", "{\"x\":\"");
        String much = "x".repeat(ToolCallAssembler.LIMIT / 2 - 8);
        calls.part(0, "", "", much);
        calls.part(0, "", "", much);
        assertNull(calls.fault());
        calls.part(0, "", "", "xxxxxxxx");
        assertEquals("a tool call of more than 1048576 characters", calls.fault());
    }
}
