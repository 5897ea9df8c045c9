package com.example.myengine;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A body without its framing: chunks, a length, or all until the connection ends. Calls must be serial.
 *
 * <p>It reads byte by byte from a buffer, so that it never waits for more than the next byte.
 */
final class HttpBody extends InputStream {

    private static final int SIZE_LIMIT = 256;
    private static final Pattern SIZE = Pattern.compile("[0-9A-Fa-f]{1,8}");
    private static final Pattern LENGTH = Pattern.compile("\\d{1,18}");

    /** How the body's end is known. */
    private enum Framing {
        CHUNKS,
        LENGTH,
        CONNECTION
    }

    private final InputStream in;
    private final Framing framing;
    private long left;
    private boolean begun;
    private boolean over;

    private HttpBody(InputStream in, Framing framing, long left) {
        this.in = in;
        this.framing = framing;
        this.left = left;
    }

    static HttpBody of(InputStream in, Map<String, String> headers) throws IOException {
        String length = headers.get("content-length");
        String coding = headers.get("transfer-encoding");
        if (length != null && (coding != null || !LENGTH.matcher(length).matches())) {
            throw BadAnswer.protocol("the answer tells a length that is none, or that it has chunks too");
        }
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            throw BadAnswer.protocol("the answer's transfer encoding is not known");
        }
        return coding != null
                ? new HttpBody(in, Framing.CHUNKS, 0)
                : length != null
                        ? new HttpBody(in, Framing.LENGTH, Long.parseLong(length))
                        : new HttpBody(in, Framing.CONNECTION, Long.MAX_VALUE);
    }

    @Override
    public int read() throws IOException {
        if (left == 0 && !over) {
            over = framing != Framing.CHUNKS || !nextChunk();
        }
        if (over) {
            return -1;
        }
        int next = in.read();
        if (next < 0) {
            over = true;
            if (framing != Framing.CONNECTION) {
                throw BadAnswer.cut("the connection was closed before the end of the answer");
            }
        }
        left--;
        return next;
    }

    /** Reads the size of a chunk; what comes after the last chunk is not read, as the connection is not used again. */
    private boolean nextChunk() throws IOException {
        if (begun && !HttpAnswer.line(in, 1).isEmpty()) {
            throw BadAnswer.protocol("a chunk of the answer is longer than it says");
        }
        begun = true;
        String size = HttpAnswer.line(in, SIZE_LIMIT).split(";", 2)[0].strip();
        if (!SIZE.matcher(size).matches()) {
            throw BadAnswer.protocol("a chunk of the answer has a size that is none");
        }
        left = Long.parseLong(size, 16);
        return left > 0;
    }
}
