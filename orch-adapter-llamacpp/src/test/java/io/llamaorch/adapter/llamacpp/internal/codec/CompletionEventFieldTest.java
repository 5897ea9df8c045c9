package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a value counts for that is unknown, of another type or out of range, and what is skipped whole. */
class CompletionEventFieldTest {

    @Test
    void event_null_isSkipped() {
        assertEquals(
                List.of("[a]", "[b]"),
                Decoded.ofData("null", "{\"content\":\"a\"}", "null", "{\"content\":\"b\"}")
                        .events());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{\"content\":\"x\",\"total\":1}]", "[[{}]]", "5", "\"content\"", "true"})
    void event_thatIsNoObject_isSkippedAndLeavesNoTrace(String other) {
        String before = "{\"content\":\"a\",\"timings\":{\"prompt_ms\":1}}";
        String after = "{\"content\":\"b\"}";
        assertEquals(
                List.of("[a] 1000us+0us", "[b]"),
                Decoded.ofData(before, other, after).events());
        assertEquals(
                List.of("[a]", "[b]"),
                Decoded.ofData("{\"content\":\"a\",\"prompt_progress\":0}", other, after)
                        .events());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "-1.5e300",
                "\"text\"",
                "[]",
                "{}",
                "[1,[2,{\"content\":\"no\",\"stop\":true}]]",
                "{\"content\":\"no\",\"stop\":true,\"error\":{\"code\":1},\"timings\":{\"cache_n\":1}}"
            })
    void field_unknown_isSkippedWhateverItHolds(String value) {
        assertEquals(
                "[a] generated 1",
                Decoded.ofData("{\"new\":" + value + ",\"content\":\"a\",\"newer\":" + value
                                + ",\"tokens_predicted\":1," + "\"newest\":" + value + "}")
                        .last());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "7", "[\"x\"]", "{\"a\":\"x\"}"})
    void field_ofAnUnexpectedType_countsAsAbsent(String value) {
        assertEquals(
                "[]",
                Decoded.ofData("{\"content\":" + value + ",\"stop_type\":" + value + ",\"stopping_word\":" + value
                                + ",\"truncated\":\"x\",\"stop\":\"x\",\"tokens_predicted\":\"1\",\"id_slot\":[1],"
                                + "\"timings\":1,\"prompt_progress\":[]}")
                        .last()
                        .replace(" progress 0/0/0", ""));
    }

    @Test
    void field_twice_countsAsTheLast() {
        assertEquals(
                "[b] generated 2",
                Decoded.ofData("{\"content\":\"a\",\"tokens_predicted\":1,\"content\":\"b\",\"tokens_predicted\":2}")
                        .last());
    }

    @Test
    void name_withEscapes_isTheSameName() {
        assertEquals("[a]", Decoded.ofData("{\"c\\u006fntent\":\"a\"}").last());
    }

    @Test
    void nesting_deep_isSkipped_andDeeperThanSenseIsRefused() {
        assertEquals(
                "[a]",
                Decoded.ofData("{\"x\":" + "[".repeat(60) + "]".repeat(60) + ",\"content\":\"a\"}")
                        .last());
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"x\":" + "[".repeat(64)));
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"x\":" + "[".repeat(100_000)));
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"x\":".repeat(100_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-5",
                "2147483648",
                "4294967295",
                "99999999999999999999",
                "1e400",
                "-1e400",
                "1e99999",
                "-0.5"
            })
    void number_outOfRange_countsAsAbsent(String number) {
        assertEquals(
                "[a] progress -1/-1/-1 0us+0us",
                Decoded.ofData("{\"content\":\"a\",\"tokens_predicted\":" + number + ",\"tokens_evaluated\":" + number
                                + ",\"id_slot\":" + number + ",\"timings\":{\"cache_n\":" + number
                                + ",\"prompt_ms\":-1e300,\"predicted_ms\":1e300},\"prompt_progress\":{\"total\":"
                                + number
                                + ",\"cache\":" + number + ",\"processed\":" + number + "}}")
                        .last());
    }

    @Test
    void number_withAFraction_countsWithoutIt() {
        assertEquals(
                "[] generated 2 prompt 2147483647",
                Decoded.ofData("{\"tokens_predicted\":2.7,\"tokens_evaluated\":2147483647.0}")
                        .last());
    }

    @Test
    void number_ofAThousandDigits_isSkipped_andALongerOneRefused() {
        assertEquals(
                "[]",
                Decoded.ofData("{\"tokens_predicted\":" + "9".repeat(1000) + "}")
                        .last());
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"x\":" + "9".repeat(100_000) + "}"));
    }
}
