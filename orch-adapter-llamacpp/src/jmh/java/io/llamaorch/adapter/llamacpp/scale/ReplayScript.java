package io.llamaorch.adapter.llamacpp.scale;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * A streamed response as llama-server 0.7.0 writes it: the head, a chunk for each token, and the final event with the
 * last chunk.
 *
 * <p>Thread safety: immutable, if the bytes are only read through duplicates.
 *
 * @param bytes all of it, in memory that a socket takes without a copy
 * @param ends where the head ends, where each token ends, and where all ends
 */
record ReplayScript(ByteBuffer bytes, int[] ends) {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n"
            + "X-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
            + "Keep-Alive: timeout=5, max=100\r\n\r\n";

    private static final String[] WORDS = {" once", " upon", " a", " time", ",", " there", " was", " the", " moon", "."
    };

    /** The response that carries so many tokens. */
    static ReplayScript of(int tokens) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(tokens * 160 + 1024);
        int[] ends = new int[tokens + 2];
        all.writeBytes(HEAD.getBytes(UTF_8));
        ends[0] = all.size();
        for (int i = 1; i <= tokens; i++) {
            chunk(
                    all,
                    "data: {\"index\":0,\"content\":\"" + WORDS[i % WORDS.length] + "\",\"tokens\":["
                            + (262 + i % WORDS.length) + "],\"stop\":false,\"id_slot\":-1,\"tokens_predicted\":" + i
                            + ",\"tokens_evaluated\":23}\n\n");
            ends[i] = all.size();
        }
        chunk(
                all,
                "data: {\"stop\":true,\"stop_type\":\"limit\",\"tokens_predicted\":" + tokens
                        + ",\"tokens_evaluated\":23,\"id_slot\":0,\"truncated\":false,\"timings\":{\"cache_n\":22,"
                        + "\"prompt_n\":1,\"prompt_ms\":1.2,\"predicted_n\":" + tokens + ",\"predicted_ms\":1.1}}\n\n");
        all.writeBytes("0\r\n\r\n".getBytes(UTF_8));
        ends[tokens + 1] = all.size();
        ByteBuffer bytes = ByteBuffer.allocateDirect(all.size());
        bytes.put(all.toByteArray()).flip();
        return new ReplayScript(bytes, ends);
    }

    int tokens() {
        return ends.length - 2;
    }

    private static void chunk(ByteArrayOutputStream all, String event) {
        byte[] data = event.getBytes(UTF_8);
        all.writeBytes((Integer.toHexString(data.length) + "\r\n").getBytes(UTF_8));
        all.writeBytes(data);
        all.writeBytes("\r\n".getBytes(UTF_8));
    }
}
