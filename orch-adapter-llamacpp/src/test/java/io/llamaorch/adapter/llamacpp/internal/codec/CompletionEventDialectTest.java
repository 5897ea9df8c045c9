package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.sse.EventTooLargeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers of different years say of a completion, as recorded and as they are known to. */
class CompletionEventDialectTest {

    /** Name, whole text, number of events, last event; from the recordings by an independent reader. */
    private static final String RECORDINGS = """
            completion-stream-short| the moon heard the|5|[] generated 4 prompt 23 cached 0 slot 0 5434us+34070us stop LIMIT
            completion-stream-stop-word| the moon |5|[] generated 4 prompt 23 cached 0 slot 0 158175us+10456us stop STOP_STRING at 'heard the'
            completion-stream-timings| the moon heard the|5|[] generated 4 prompt 23 cached 0 slot 1 1309us+774us stop LIMIT
            completion-stream-n_probs| the moon|3|[] generated 2 prompt 23 cached 0 slot 0 908us+286us stop LIMIT
            completion-stream-progress| the moon|5|[] generated 2 prompt 23 cached 0 slot 0 19616us+8164us stop LIMIT
            completion-stream-progress-multibatch| Once upon|7|[] generated 2 prompt 600 cached 0 slot 0 17464456us+233785us stop LIMIT
            completion-stream-ping| Once upon|3|[] generated 2 prompt 600 cached 0 slot 0 25084405us+2401467us stop LIMIT
            completion-stream-utf8-emoji|🦙 after accenté cjk中 bad\uFFFD word cut\uFFFD over lone\uFFFD end|16|[] generated 23 prompt 2 cached 0 slot 0 230229us+100303us stop END_OF_TEXT
            completion-stream-server-killed| the moon heard the moon|5|[ moon] generated 5 prompt 8
            completion-stream-batch| the the moon|4|[] generated 2 prompt 15 cached 0 slot 0 2109us+362us stop LIMIT
            """;

    private static List<String[]> recordings() {
        return RECORDINGS.lines().map(line -> line.split("\\|")).toList();
    }

    @Test
    void recording_whole_isDecoded() {
        for (String[] recording : recordings()) {
            Decoded decoded = Decoded.of(Transcripts.body(recording[0]));
            assertEquals(recording[1], decoded.text(), recording[0]);
            assertEquals(recording[2], "" + decoded.events().size(), recording[0]);
            assertEquals(recording[3], decoded.last(), recording[0]);
        }
    }

    @Test
    void recording_byteByByteAndSplitAnywhere_isDecodedEqually() {
        for (String[] recording : recordings()) {
            byte[] bytes = Transcripts.body(recording[0]);
            List<String> whole = Decoded.of(bytes).events();
            byte[][] single = new byte[bytes.length][];
            Arrays.setAll(single, i -> new byte[] {bytes[i]});
            assertEquals(whole, Decoded.of(single).events(), recording[0]);
            for (int at = 1; at < bytes.length; at++) {
                assertEquals(
                        whole,
                        Decoded.of(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))
                                .events(),
                        recording[0] + " split at " + at);
            }
        }
    }

    @Test
    void recording_ofACancelledStream_hasNoEndMarker() {
        Decoded decoded = Decoded.of(Transcripts.body("completion-stream-cancelled-by-delete"));
        assertEquals(" the moon heard".repeat(8), decoded.text());
        assertTrue(decoded.events().stream().noneMatch(event -> event.contains("stop")));
    }

    @Test
    void recording_withAnErrorInside_tellsIt() {
        Decoded decoded = Decoded.of(Transcripts.body("completion-stream-midstream-error"));
        assertEquals(120, decoded.events().size());
        assertEquals("[] error 500 server_error: Context size has been exceeded.", decoded.last());
    }

    @Test
    void recording_ofProgress_tellsIt() {
        assertEquals(
                List.of("0/600/0", "256/600/0", "512/600/0", "600/600/0"),
                Decoded.of(Transcripts.body("completion-stream-progress-multibatch")).events().stream()
                        .filter(event -> event.contains("progress"))
                        .map(event -> event.replaceFirst(".*progress ", ""))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({"stopped_eos, END_OF_TEXT", "stopped_limit, LIMIT", "stopped_word, STOP_STRING", "stopped_sun, UNKNOWN"
    })
    void dialectOf2024_isUnderstood(String flag, String reason) {
        Decoded decoded = Decoded.ofData(
                "{\"content\":\" Hello\",\"stop\":false,\"id_slot\":0,\"multimodal\":false}",
                "{\"content\":\"\",\"id_slot\":1,\"stop\":true,\"model\":\"m.gguf\",\"tokens_predicted\":8,"
                        + "\"tokens_evaluated\":4,\"generation_settings\":{\"n_ctx\":512,\"stop\":[\"a\"]},"
                        + "\"prompt\":\"Hi\",\"truncated\":true,\"stopped_eos\":false,\"stopped_word\":false,"
                        + "\"stopped_limit\":false,\"" + flag + "\":true,\"stopping_word\":\"\",\"tokens_cached\":11,"
                        + "\"timings\":{\"prompt_n\":4,\"prompt_ms\":1.5,\"predicted_n\":8,\"predicted_ms\":20.25}}");
        assertEquals(
                List.of(
                        "[ Hello] slot 0",
                        "[] generated 8 prompt 4 slot 1 1500us+20250us stop " + reason + " truncated"),
                decoded.events());
    }

    @Test
    void dialectOf2023_tellsTheSlotUnderItsOldName() {
        assertEquals(
                "[] slot 3 stop UNKNOWN",
                Decoded.ofData("{\"content\":\"\",\"slot_id\":3,\"stop\":true}").last());
    }

    @Test
    void errorLine_ofOldServers_hasItsFieldsAtTheRoot() {
        String line = "error: {\"code\":400,\"message\":\"too long\",\"type\":\"invalid_request_error\"}\n\n";
        assertEquals(
                List.of("[a]", "[] error 400 invalid_request_error: too long"),
                Decoded.of(("data: {\"content\":\"a\"}\n\n" + line).getBytes(StandardCharsets.UTF_8))
                        .events());
    }

    @Test
    void errorLine_knowsNothingOfEarlierEvents() {
        String stream = "data: {\"code\":1,\"message\":\"old\",\"type\":\"old\"}\n\nerror: {\"code\":500}\n\n";
        assertEquals(
                "[] error 500 : ",
                Decoded.of(stream.getBytes(StandardCharsets.UTF_8)).last());
    }

    @Test
    void errorLine_withAnEnvelope_isUnderstoodToo() {
        String stream = "error: {\"error\":{\"code\":500,\"message\":\"m\",\"type\":\"t\"}}\n\n";
        assertEquals(
                "[] error 500 t: m",
                Decoded.of(stream.getBytes(StandardCharsets.UTF_8)).last());
    }

    @Test
    void error_ofAnyShape_isAnError() {
        assertEquals(
                "[] error 0 : overloaded",
                Decoded.ofData("{\"error\":\"overloaded\"}").last());
        assertEquals("[] error 0 : ", Decoded.ofData("{\"error\":{}}").last());
        assertEquals(
                "[] error 0 : ",
                Decoded.ofData("{\"error\":{\"code\":\"no\",\"message\":7,\"type\":null}}")
                        .last());
        assertEquals(
                "[] error 400 exceed_context_size_error: m of 9 in 8",
                Decoded.ofData("{\"error\":{\"n_ctx\":8,\"n_prompt_tokens\":9,\"message\":\"m\",\"code\":400,"
                                + "\"type\":\"exceed_context_size_error\",\"more\":{\"code\":1}}}")
                        .last());
        assertEquals("[a]", Decoded.ofData("{\"content\":\"a\",\"error\":null}").last());
        assertEquals(
                "[a]", Decoded.ofData("{\"content\":\"a\",\"error\":false}").last());
    }

    @ParameterizedTest
    @CsvSource({"eos, END_OF_TEXT", "none, END_OF_TEXT", "limit, LIMIT", "word, STOP_STRING", "moon, UNKNOWN"})
    void stopType_isTranslated(String type, String reason) {
        assertEquals(
                "[] stop " + reason,
                Decoded.ofData("{\"stop\":true,\"stop_type\":\"" + type + "\",\"stopped_eos\":true}")
                        .last());
    }

    @Test
    void finalEvent_thatRepeatsALongPrompt_isReadToItsEnd() {
        String prompt = "\\\"quoted\\\" \\\\ 🦙 ".repeat(20_000);
        String event =
                "{\"content\":\"\",\"stop\":true,\"prompt\":\"" + prompt + "\",\"generation_settings\":{\"stop\":[\""
                        + prompt + "\"],\"content\":\"no\"},\"stop_type\":\"eos\",\"tokens_predicted\":3}";
        assertEquals("[] generated 3 stop END_OF_TEXT", Decoded.ofData(event).last());
        assertThrows(EventTooLargeException.class, () -> Decoded.ofData(event + " ".repeat(1 << 20)));
    }

    @Test
    void text_thatLooksLikeAnEndMarker_isText() {
        String text = "\"stop\":true}\n\ndata: [DONE]\n\n";
        assertEquals(
                text,
                Decoded.ofData("{\"content\":\"\\\"stop\\\":true}\\n\\ndata: [DONE]\\n\\n\",\"stop\":false}")
                        .text());
    }
}
