package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is JSON and UTF-8 and what is not, however the reads cut it. */
class CompletionEventSyntaxTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":\"a\"",
                "{\"content\":\"a",
                "{\"content\":",
                "{",
                "[",
                "\"",
                "tru",
                "",
                "   ",
                "nul",
                "{\"content\":\"a\"}{\"content\":\"b\"}",
                "{} {}",
                "null null",
                "{}]",
                "{]",
                "{\"a\":}",
                "{\"a\":1,,}",
                "{,}",
                "[,]",
                "{'a':1}",
                "{a:1}",
                "NaN",
                "{\"a\":NaN}",
                "{\"a\":01}",
                "{\"a\":\"\\x\"}",
                "<html>",
                "[DONE]",
                "{\"a\":\"\t\"}"
            })
    void event_thatIsNotOneJsonValue_isRefused(String broken) {
        assertThrows(NoJsonException.class, () -> Decoded.ofData(broken));
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"content\":\"a\"}", broken, "{\"content\":\"b\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"content\":\"a\",}",
                "{\"x\":[1 , ]}",
                "{\"x\":{} , }",
                "{\"content\":}",
                "{\"x\":{\"y\": }}",
                "{\"x\":]",
                "[{\"x\":}]",
                "{\"x\":[1}",
                "{\"x\":{]}",
                "{\"x\":[[]]]",
                "{\"x\" \"y\"}",
                "[1 2]",
                "[1]]",
                "{\"prompt\":[}}",
                "{\"timings\":{\"prompt_ms\":1,}}",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "[-]",
                "trueish",
                "\"\\u12g4\"",
                "\"\\"
            })
    void event_thatIsAlmostJson_isRefusedInAnyReads(String event) {
        byte[] bytes = ("data: " + event + "\n\n").getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at++) {
            byte[] first = Arrays.copyOf(bytes, at);
            byte[] second = Arrays.copyOfRange(bytes, at, bytes.length);
            assertThrows(NoJsonException.class, () -> Decoded.of(first, second), event + " split at " + at);
        }
    }

    @Test
    void event_cutAtEveryByte_isRefusedOrSkipped() {
        String event = "{\"content\":\"é🦙\",\"stop\":true,\"timings\":{\"prompt_ms\":1.5},\"error\":null}";
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at++) {
            byte[] cut = Arrays.copyOf(bytes, at);
            assertThrows(
                    NoJsonException.class,
                    () -> Decoded.of("data: ".getBytes(StandardCharsets.UTF_8), cut, new byte[] {'\n', '\n'}),
                    "cut at " + at);
        }
    }

    @Test
    void event_inSeveralDataLines_isOneValue() {
        String stream = "data: {\"content\":\ndata: \"a\",\ndata:\"stop\"\ndata: :false}\n\n";
        assertEquals(
                List.of("[a]"),
                Decoded.of(stream.getBytes(StandardCharsets.UTF_8)).events());
    }

    /** Two prompts, the one in what is skipped, with everything in them that could mislead; whole and in any two reads. */
    @Test
    void event_withPrompts_isReadAlikeInAnyReads() {
        String event =
                "{\"a\":[{\"prompt\":[\"]\\\"\",{}]}],\"prompt\":\"\u00ff \\x \\\"stop\\\":true\",\"content\":\"b\"}";
        byte[] bytes = ("data: " + event + "\n\n").getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at++) {
            assertEquals(
                    List.of("[b]"),
                    Decoded.of(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))
                            .events());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FF",
                "80",
                "C3",
                "E282",
                "F09FA6",
                "C328",
                "EDA0",
                "EDA080",
                "C080",
                "C1BF",
                "E08080",
                "E09FBF",
                "F0808080",
                "F08FBFBF",
                "F4908080",
                "F5808080",
                "78787878787878C080",
                "7878787878787878787878F0808080"
            })
    void utf8_invalid_isRefused(String hex) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes("data: {\"content\":\"".getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < hex.length(); i += 2) {
            event.write(Integer.parseInt(hex.substring(i, i + 2), 16));
        }
        event.writeBytes("\"}\n\n".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = event.toByteArray();
        assertThrows(NoJsonException.class, () -> Decoded.of(bytes));
        for (int at = 1; at < bytes.length; at++) {
            byte[] first = Arrays.copyOf(bytes, at);
            byte[] second = Arrays.copyOfRange(bytes, at, bytes.length);
            assertThrows(NoJsonException.class, () -> Decoded.of(first, second), "split at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000",
                "\u007f",
                "\u0080",
                "\u07ff",
                "\u0800",
                "\ud7ff",
                "\ue000",
                "\uffff",
                "\ud800\udc00",
                "\udbff\udfff"
            })
    void utf8_atTheEdgesOfItsForms_isRead(String character) {
        String text = character.equals("\u0000") ? "\\u0000" : character;
        byte[] bytes = ("data: {\"content\":\"" + text + "\"}\n\n").getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at++) {
            assertEquals(
                    character,
                    Decoded.of(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))
                            .text());
        }
    }

    @Test
    void escapes_areDecoded_aloneAndInPairs() {
        assertEquals("🦙", Decoded.ofData("{\"content\":\"\\ud83e\\udd99\"}").text());
        assertEquals("\ud83e", Decoded.ofData("{\"content\":\"\\ud83e\"}").text());
        assertEquals("\udd99x", Decoded.ofData("{\"content\":\"\\udd99x\"}").text());
        assertEquals(
                "🦙",
                Decoded.ofData("{\"content\":\"\\ud83e\"}", "{\"content\":\"\\udd99\"}")
                        .text());
        assertEquals(
                "\0\n\"\\/\u2028",
                Decoded.ofData("{\"content\":\"\\u0000\\n\\\"\\\\\\/\\u2028\"}").text());
    }

    @Test
    void nul_inJson_isRefused() {
        assertThrows(NoJsonException.class, () -> Decoded.ofData("\0{}"));
        assertThrows(NoJsonException.class, () -> Decoded.ofData("{\"content\":\"a\0b\"}"));
    }
}
