package io.llamaorch.adapter.llamacpp.fuzz;

import io.llamaorch.adapter.llamacpp.Transcripts;
import java.util.ArrayList;
import java.util.List;

/** What streams of events are made of: recordings, events of all dialects, and what a hostile engine would put in. */
public final class StreamInputs {

    private static final List<String> RECORDINGS = List.of(
            "chat-stream",
            "completion-stream-batch",
            "completion-stream-cancelled-by-delete",
            "completion-stream-n_probs",
            "completion-stream-ping",
            "completion-stream-progress",
            "completion-stream-short",
            "completion-stream-stop-word",
            "completion-stream-timings",
            "completion-stream-utf8-emoji",
            "error-exceed-context");

    private static final List<String> PIECES = List.of(
            "data: {\"index\":0,\"content\":\" the\",\"tokens\":[267],\"stop\":false,\"id_slot\":-1,"
                    + "\"tokens_predicted\":1,\"tokens_evaluated\":23}\n\n",
            "data: {\"content\":\"é🦙\",\"stop\":false}\n\n",
            "data: {\"content\":\"\\ud83e\"}\n\ndata: {\"content\":\"\\udd99\"}\n\n",
            "data: {\"content\":\"say \\\"prompt\\\": \\\"x\\\" \\\\\",\"tokens_predicted\":3}\n\n",
            "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_predicted\":2}\n\n",
            "data: {\"content\":\"\",\"id_slot\":1,\"stop\":true,\"prompt\":\"Once \\\"upon\\\" \\\\\",\"stopped_limit\":true,"
                    + "\"truncated\":true,\"timings\":{\"cache_n\":4,\"prompt_ms\":1.5,\"predicted_ms\":20.25}}\n\n",
            "data: {\"prompt\":[1,[\"]\"],{\"prompt\":\"}\"}],\"content\":\"a\",\"generation_settings\":{\"prompt\":\"x\"}}\n\n",
            "data: {\"content\":\"\",\"prompt_progress\":{\"total\":600,\"cache\":2,\"processed\":256}}\n\n",
            "data: {\"content\":\"a\",\"stopping_word\":\"the\",\"stop_type\":\"word\",\"slot_id\":2}\n\n",
            "data: {\"error\":{\"code\":500,\"message\":\"m\",\"type\":\"server_error\"}}\n\n",
            "data: {\"error\":\"overloaded\"}\n\n",
            "error: {\"code\":400,\"message\":\"too long\",\"type\":\"invalid_request_error\"}\n\n",
            "data: {\"content\":\ndata: \"a\",\ndata:\"stop\"\ndata: :false}\n\n",
            "data: null\n\n",
            "data: [DONE]\n\n",
            "data: {}\n\n",
            ":\n\n",
            ": ping\nevent: x\nid: 7\nretry: 1\n",
            "data\n",
            "\n");

    private static final List<String> TOKENS = List.of(
            "\"\\\"prompt\":\"x\",",
            "\"x\":{\"y\":},",
            "\"x\":[1,],",
            "\uFEFF",
            "\0",
            "\u00ff",
            "\u00c3",
            "\u2028",
            "\r",
            "\n",
            "\n\n",
            "\r\n\r\n",
            "\n \n",
            "\"",
            "\\",
            "\\\"",
            "\\u",
            "\\ud83e",
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            " ",
            "data:",
            "data: ",
            "error:",
            ":",
            "\"prompt\":\"",
            "\"prompt\" : [",
            "\"prompt\":{",
            "\\\"prompt\\\":\"",
            "prompt",
            "\"stop\":true,",
            "\"stop\":true",
            "\"stop\":\"true\"",
            "\"content\":\"b\",",
            "\"content\":7,",
            "\"tokens_predicted\":",
            "-1",
            "1e400",
            "1.5e3",
            "99999999999999999999",
            "NaN",
            "Infinity",
            "0x10",
            "01",
            "null",
            "true",
            "\"timings\":[],",
            "\"timings\":{\"cache_n\":7},",
            "\"error\":[],",
            "\"error\":null,",
            "\"error\":{\"code\":1},",
            "[".repeat(70),
            "{\"a\":".repeat(70),
            "9".repeat(1100),
            "n".repeat(1100),
            "\"" + "n".repeat(1100) + "\":1,");

    private StreamInputs() {}

    public static Mutator mutator() {
        List<byte[]> seeds =
                new ArrayList<>(RECORDINGS.stream().map(Transcripts::body).toList());
        List<byte[]> tokens = new ArrayList<>(Mutator.bytes(TOKENS));
        for (String invalid : List.of(
                "\u00c0\u0080",
                "\u00ed\u00a0\u0080",
                "\u00f0\u0080\u0080\u0080",
                "\u00f4\u0090\u0080\u0080",
                "\u00e2\u0082",
                "\u00f0\u009f\u00a6",
                "\u00fe")) {
            tokens.add(Mutator.bytes(invalid));
        }
        return new Mutator(seeds, Mutator.bytes(PIECES), tokens);
    }
}
