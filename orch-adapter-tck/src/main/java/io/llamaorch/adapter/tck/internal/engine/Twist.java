package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/**
 * What a fault makes of a right answer's bytes on their way to the wire: first of the head as a whole, then of the
 * body's bytes as they come. It runs on the thread that answers, which it may hold for as long as the client stays.
 */
abstract class Twist {

    /** CR LF CR LF. */
    private static final int EMPTY_LINE = 0x0d0a0d0a;

    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private int lastFour;
    private boolean headDone;

    /** Takes bytes that would have been sent as they are. */
    final void write(WatchedConnection out, byte[] bytes, int from, int length) throws IOException {
        int at = from;
        int end = from + length;
        while (!headDone && at < end) {
            lastFour = (lastFour << 8) | (bytes[at] & 0xff);
            head.write(bytes[at++]);
            headDone = lastFour == EMPTY_LINE;
            if (headDone) {
                head(out, head.toString(StandardCharsets.ISO_8859_1));
            }
        }
        if (at < end) {
            body(out, bytes, at, end - at);
        }
    }

    /** Sends what becomes of the head; its lines end with CRLF, the last one is empty. */
    void head(WatchedConnection out, String text) throws IOException {
        send(out, text);
    }

    /** Sends what becomes of a part of the body. */
    void body(WatchedConnection out, byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
    }

    static void send(WatchedConnection out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        out.write(bytes, 0, bytes.length);
    }

    /** Sends the same again and again, only as fast as the client takes it, until the client goes. */
    static void sendForEver(WatchedConnection out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        while (out.awaitRoom()) {
            out.write(bytes, 0, bytes.length);
        }
        throw over();
    }

    /** Sends nothing more until the client goes. */
    static void keepSilent(WatchedConnection out) throws IOException {
        out.awaitGone(Long.MAX_VALUE);
        throw over();
    }

    /** Ends the answering: nothing that is written after this would reach the wire. */
    static SocketException over() {
        return new SocketException("the answer is over");
    }
}
