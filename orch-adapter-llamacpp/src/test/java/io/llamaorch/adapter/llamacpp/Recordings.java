package io.llamaorch.adapter.llamacpp;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Every kind of stream that this adapter may meet. */
final class Recordings {

    private static final List<String> TODAYS = List.of(
            "completion-stream-short",
            "completion-stream-response-fields", // as this adapter asks
            "completion-stream-batch", // not asked for: the first prompt's end is the end
            "completion-stream-cancelled-by-delete",
            "completion-stream-midstream-error",
            "completion-stream-n_probs",
            "completion-stream-ping",
            "completion-stream-progress",
            "completion-stream-progress-multibatch",
            "completion-stream-server-killed",
            "completion-stream-stop-word",
            "completion-stream-timings",
            "completion-stream-utf8-emoji");

    /** Recorded from the scripted engine's dialect of 2024, as no server of that year is at hand. */
    private static final List<String> OF_2024 =
            List.of("completion-2024-stream-short", "completion-2024-stream-stop-word", "completion-2024-stream-error");

    /** Forms that this adapter does not speak: none of them may ever end well. */
    private static final List<String> FOREIGN = List.of("v1-completions-stream", "chat-stream");

    private static final String MIDDLE = "data: {\"content\":\" é🦙\",\"stop\":false,\"tokens_predicted\":1}\n\n"
            + ":\n\n"
            + "event: message\nid: 7\ndata: {\"content\":\" two\",\ndata: \"stop\":false}\n\n"
            + "data: null\n\n";
    private static final String END = "data: {\"content\":\"!\",\"stop\":true,\"stop_type\":\"word\","
            + "\"stopping_word\":\"\\n\",\"truncated\":true,\"id_slot\":3}\n\n";

    private Recordings() {}

    static List<Recording> all() {
        return Stream.of(
                        Stream.of(TODAYS, OF_2024, FOREIGN)
                                .flatMap(List::stream)
                                .map(name -> Recording.of(name, Transcripts.raw(name))),
                        handMade())
                .flatMap(streams -> streams)
                .toList();
    }

    static Stream<String> recorded() {
        return Stream.of(TODAYS, OF_2024, FOREIGN).flatMap(List::stream);
    }

    /** What the standard allows and no server sends today, and what only an old one or a gateway sends. */
    private static Stream<Recording> handMade() {
        return Stream.of(
                Recording.inChunks("one byte a chunk", bytes(MIDDLE + END), 1),
                Recording.inChunks("CRLF", bytes((MIDDLE + END).replace("\n", "\r\n")), 7),
                Recording.inChunks("CR", bytes((MIDDLE + END).replace("\n", "\r")), 11),
                Recording.inChunks("byte-order mark", bytes("\uFEFF" + MIDDLE + END), 5),
                Recording.inChunks("more after the end", bytes(MIDDLE + END + MIDDLE + END + "data: x\n\n"), 64),
                Recording.inChunks("text in the end marker only", bytes(END), 200),
                Recording.inChunks("an error at once", bytes(error("data", "{\"error\":", "}")), 200),
                Recording.inChunks("an error after text", bytes(MIDDLE + error("data", "{\"error\":", "}") + END), 50),
                Recording.inChunks("an old error at once", bytes(error("error", "", "")), 200),
                Recording.inChunks("an old error after text", bytes(MIDDLE + error("error", "", "") + END), 50),
                Recording.inChunks("an empty body", new byte[0], 1),
                Recording.inChunks("pings only", bytes(":\n\n:\n\n"), 3),
                Recording.inChunks("nonsense after text", bytes(MIDDLE + "data: <html>\n\n" + END), 40),
                Recording.after(head("Content-Length: " + bytes(MIDDLE + END).length), "length", bytes(MIDDLE + END)),
                Recording.after(head("Connection: close"), "until close", bytes(MIDDLE + END)),
                Recording.after(head("Connection: close"), "until close, no marker", bytes(MIDDLE)),
                Recording.after("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + head("Server: x"), "103", bytes(END)));
    }

    private static String head(String header) {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" + header + "\r\n\r\n";
    }

    private static String error(String field, String before, String after) {
        return field + ": " + before + "{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}"
                + after + "\n\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
