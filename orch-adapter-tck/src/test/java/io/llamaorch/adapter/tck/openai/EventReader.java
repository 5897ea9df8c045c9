package io.llamaorch.adapter.tck.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events: an event counts only once the empty line after it was read. Calls must be serial. */
final class EventReader {

    private static final int EVENT_LIMIT = 1 << 20;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final InputStream in;
    private boolean begun;
    private int size;

    EventReader(InputStream in) {
        this.in = in;
    }

    /** The data of the next event; a body that ends before there is one was cut (EVT-05). */
    String next() throws IOException {
        StringBuilder data = new StringBuilder();
        boolean any = false;
        size = 0;
        for (String line = line(); !line.isEmpty() || !any; line = line()) {
            if (line.isEmpty() || line.startsWith(":")) {
                size = any ? size : 0; // a comment, as servers send to keep a connection alive, belongs to no event
            } else if (line.startsWith("data:")) {
                data.append(any ? "\n" : "").append(line, line.startsWith("data: ") ? 6 : 5, line.length());
                any = true;
            } else if (line.startsWith("error:")) { // llama-server of before September 2025
                data.append("{\"error\":").append(line, 6, line.length()).append('}');
                any = true;
            }
        }
        return data.toString();
    }

    private String line() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw BadAnswer.cut("the stream ended without [DONE]");
            }
            if (++size > EVENT_LIMIT) {
                throw BadAnswer.protocol("an event of the stream is larger than " + EVENT_LIMIT + " bytes");
            }
            bytes.write(next);
        }
        String line = decoded(bytes.toByteArray());
        line = !begun && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
        begun = true;
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    private static String decoded(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw BadAnswer.protocol("an event of the stream is not in UTF-8");
        }
    }
}
