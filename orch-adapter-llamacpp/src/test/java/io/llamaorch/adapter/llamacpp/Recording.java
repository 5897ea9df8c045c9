package io.llamaorch.adapter.llamacpp;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One whole response as bytes, with its framing taken apart simply and slowly: how much of the body is among the first
 * bytes of it.
 */
final class Recording {

    private final String name;
    private final byte[] raw;
    private final int headLength;
    private final boolean chunked;
    private final int[] bodyBefore;
    private final int[] rawAfter;
    private final byte[] body;

    private Recording(String name, byte[] raw) {
        this.name = name;
        this.raw = raw;
        String text = new String(raw, StandardCharsets.ISO_8859_1);
        headLength = headLength(text);
        chunked = text.substring(0, headLength).toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
        boolean[] isBody = new boolean[raw.length];
        if (chunked) {
            markChunks(text, isBody);
        } else {
            Arrays.fill(isBody, headLength, raw.length, true);
        }
        bodyBefore = new int[raw.length + 1];
        rawAfter = new int[raw.length + 1];
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < raw.length; i++) {
            if (isBody[i]) {
                bytes.write(raw[i]);
                rawAfter[bytes.size()] = i + 1;
            }
            bodyBefore[i + 1] = bytes.size();
        }
        body = bytes.toByteArray();
    }

    static Recording of(String name, byte[] raw) {
        return new Recording(name, raw);
    }

    /** The same body in another frame: in chunks of this size. */
    static Recording inChunks(String name, byte[] body, int size) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        raw.writeBytes(FakeEngine.STREAM_HEAD.getBytes(StandardCharsets.ISO_8859_1));
        for (int at = 0; at < body.length; at += size) {
            chunk(raw, body, at, Math.min(body.length, at + size));
        }
        last(raw);
        return new Recording(name, raw.toByteArray());
    }

    /** The same body in another frame: whatever the head says. */
    static Recording after(String head, String name, byte[] body) {
        ByteArrayOutputStream raw = new ByteArrayOutputStream();
        raw.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        raw.writeBytes(body);
        return new Recording(name, raw.toByteArray());
    }

    /** The length of all heads; the last one is no interim one. */
    private static int headLength(String text) {
        int at = 0;
        while (text.startsWith("HTTP/1.1 1", at)) {
            at = text.indexOf("\r\n\r\n", at) + 4;
        }
        return text.indexOf("\r\n\r\n", at) + 4;
    }

    private static void markChunks(String text, boolean[] isBody) {
        int at = headLength(text);
        while (at < text.length()) {
            int lineEnd = text.indexOf("\r\n", at);
            int size = Integer.parseInt(text.substring(at, lineEnd), 16);
            if (size == 0) {
                return;
            }
            Arrays.fill(isBody, lineEnd + 2, lineEnd + 2 + size, true);
            at = lineEnd + 2 + size + 2;
        }
    }

    String name() {
        return name;
    }

    byte[] raw() {
        return raw;
    }

    byte[] body() {
        return body;
    }

    boolean isChunked() {
        return chunked;
    }

    int headLength() {
        return headLength;
    }

    /** How many of the first bytes are the body's. */
    int bodyWithin(int length) {
        return bodyBefore[length];
    }

    /** The response as it is when the engine breaks off after so much of the body and ends it as HTTP wants it. */
    byte[] endedCleanlyAfter(int bodyLength) {
        if (!chunked) {
            throw new IllegalStateException("only a chunked body can end anywhere");
        }
        int last = bodyLength == 0 ? headLength : rawAfter[bodyLength];
        int start = last; // of the data of the chunk that is broken off
        while (start > headLength && bodyBefore[start] > bodyBefore[start - 1]) {
            start--;
        }
        int sizeLine = start == headLength ? start : start - 2;
        while (sizeLine > headLength && raw[sizeLine - 1] != '\n') {
            sizeLine--;
        }
        ByteArrayOutputStream cut = new ByteArrayOutputStream(last + 16);
        cut.write(raw, 0, sizeLine);
        if (last > start) {
            chunk(cut, raw, start, last);
        }
        last(cut);
        return cut.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream to, byte[] bytes, int from, int end) {
        to.writeBytes((Integer.toHexString(end - from) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        to.write(bytes, from, end - from);
        to.write('\r');
        to.write('\n');
    }

    private static void last(ByteArrayOutputStream to) {
        to.writeBytes("0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String toString() {
        return name;
    }
}
