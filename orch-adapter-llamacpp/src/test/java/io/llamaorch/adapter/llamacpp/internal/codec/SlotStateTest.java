package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.llamacpp.Transcripts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** The slots of servers of every age (CAN-07). */
class SlotStateTest {

    private static List<SlotState> read(String json) {
        return SlotState.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void slots_recorded_areUnderstood() {
        assertEquals(
                List.of(new SlotState(2, false), new SlotState(2, true)),
                SlotState.read(Transcripts.body("slots-busy")));
        assertEquals(
                List.of(new SlotState(SlotState.NO_MARK, false), new SlotState(SlotState.NO_MARK, false)),
                SlotState.read(Transcripts.body("slots-idle")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'id':0,'is_processing':false,'params':{'seed':1,'dry_allowed_length':7,'lora':[{'a':[]}]}} | 7  | false",
                "{'params':{'dry_allowed_length':2147483647},'x':[[{}]],'is_processing':true}     | 2147483647 | true",
                "{'dry_allowed_length':7,'is_processing':false,'next_token':{'n_decoded':3}}                 | 7  | false",
                "{'dry_allowed_length':7,'state':0,'prompt':'is_processing'}                                 | 7  | false",
                "{'dry_allowed_length':7,'state':1}                                                          | 7  | true",
                "{'dry_allowed_length':7,'state':2}                                                          | 7  | true",
                "{'dry_allowed_length':7}                                                                    | 7  | true",
                "{'params':{'dry_allowed_length':7,'is_processing':false}}                                   | 7  | true",
                "{'x':{'dry_allowed_length':7},'params':[{'dry_allowed_length':8}],'is_processing':false}    | -1 | false",
                "{'params':{'params':{'dry_allowed_length':7}},'is_processing':false}                        | -1 | false",
                "{'dry_allowed_length':'7','is_processing':'false'}                                          | -1 | true",
                "{'dry_allowed_length':[7],'is_processing':null}                                             | -1 | true",
                "{'dry_allowed_length':4294967303,'is_processing':0,'state':'0'}                             | -1 | true",
                "{}                                                                                          | -1 | true"
            })
    void slot_saysWhoseItIsAndWhetherItWorks(String slot, int mark, boolean processing) {
        assertEquals(List.of(new SlotState(mark, processing)), read("[" + slot + "]"));
    }

    @Test
    void slots_many_areAllRead() {
        assertEquals(
                List.of(new SlotState(1, false), new SlotState(2, true), new SlotState(-1, false)),
                read("[{'is_processing':false,'params':{'dry_allowed_length':1}},"
                        + "{'is_processing':true,'params':{'dry_allowed_length':2}},{'is_processing':false}]"));
        assertEquals(List.of(), read("[]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "{'error':{'code':501}}",
                "[1]",
                "[[]]",
                "[null]",
                "[{}",
                "[{'is_processing':false,'params':{'dry_allowed_length':1}",
                "[{'is_processing':false}",
                "[{'is_processing':}]",
                "<html>",
                "'slots'"
            })
    void answer_thatIsNoListOfSlots_isRefused(String text) {
        assertThrows(JacksonException.class, () -> read(text));
    }

    @Test
    void nesting_withoutEnd_isRefused() {
        assertThrows(JacksonException.class, () -> read("[{'x':" + "[".repeat(100_000)));
    }
}
