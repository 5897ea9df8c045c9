package io.llamaorch.adapter.llamacpp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A stream as llama-server 0.7.0 sends it, and where reads of it may end. */
public final class StreamBytes {

    /** Tokens of the stream. */
    public static final int TOKENS = 512;

    private static final String[] WORDS = {
        " once", " upon", " a", " time", ",", " there", " was", " the", " \\\"moon\\\"", "."
    };

    private StreamBytes() {}

    /** The tokens and the event that ends the text. */
    static byte[] body() {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < TOKENS; i++) {
            body.append("data: {\"index\":0,\"content\":\"")
                    .append(WORDS[i % WORDS.length])
                    .append("\",\"tokens\":[")
                    .append(262 + i % WORDS.length)
                    .append("],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":")
                    .append(i + 1)
                    .append(",\"tokens_evaluated\":23}\n\n");
        }
        body.append(
                        "data: {\"index\":0,\"content\":\"\",\"tokens\":[],\"id_slot\":0,\"stop\":true,\"tokens_predicted\":")
                .append(TOKENS)
                .append(
                        ",\"tokens_evaluated\":23,\"prompt\":\"once upon\",\"truncated\":false,\"stop_type\":\"limit\",")
                .append(
                        "\"stopping_word\":\"\",\"timings\":{\"cache_n\":22,\"prompt_ms\":1.2,\"predicted_ms\":1.1}}\n\n");
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The same with the response's head, each event a chunk of its own. */
    public static byte[] response() {
        byte[] body = body();
        StringBuilder response = new StringBuilder("HTTP/1.1 200 OK\r\nServer: llama.cpp\r\n")
                .append("Access-Control-Allow-Origin: \r\nX-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\n")
                .append("Transfer-Encoding: chunked\r\nKeep-Alive: timeout=5, max=100\r\n\r\n");
        int from = 0;
        for (int to : eventEnds(body)) {
            response.append(Integer.toHexString(to - from))
                    .append("\r\n")
                    .append(new String(body, from, to - from, StandardCharsets.UTF_8))
                    .append("\r\n");
            from = to;
        }
        return response.append("0\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    static int[] eventEnds(byte[] body) {
        List<Integer> ends = new ArrayList<>();
        for (int i = 1; i < body.length; i++) {
            if (body[i] == '\n' && body[i - 1] == '\n') {
                ends.add(i + 1);
            }
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    static int[] every(byte[] body, int bytes) {
        int[] ends = new int[(body.length + bytes - 1) / bytes];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = Math.min(body.length, (i + 1) * bytes);
        }
        return ends;
    }
}
