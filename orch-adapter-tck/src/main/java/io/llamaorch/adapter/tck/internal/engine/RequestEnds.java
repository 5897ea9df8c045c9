package io.llamaorch.adapter.tck.internal.engine;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds where each request ends in what a connection receives, so that a byte too many is noticed even if it came in
 * one piece with the request. Calls must be serial.
 */
final class RequestEnds {
    private static final int MOST_HEAD = 256 * 1024;
    private static final Pattern LENGTH = Pattern.compile("(?im)^Content-Length:[ \t]*(\\d{1,18})[ \t]*\r?$");
    private static final Pattern CHUNKED = Pattern.compile("(?im)^Transfer-Encoding:");

    private final ArrayDeque<Long> ends = new ArrayDeque<>();
    private final StringBuilder head = new StringBuilder();
    private long received;
    private long bodyLeft;
    private long end;
    private boolean lost;

    /** Takes what was received; the buffer is left as it was. */
    void received(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate();
        long before = received;
        received += in.remaining();
        while (in.hasRemaining() && !lost) {
            if (bodyLeft > 0) {
                int some = (int) Math.min(bodyLeft, in.remaining());
                in.position(in.position() + some);
                bodyLeft -= some;
            } else {
                head(in.get());
            }
            if (bodyLeft == 0 && head.isEmpty() && !lost) {
                ends.add(before + in.position() - bytes.position());
            }
        }
    }

    private void head(byte next) {
        head.append((char) (next & 0xff));
        int n = head.length();
        if (n >= 4 && head.charAt(n - 1) == '\n' && head.charAt(n - 2) == '\r' && head.charAt(n - 3) == '\n') {
            Matcher length = LENGTH.matcher(head);
            bodyLeft = length.find() ? Long.parseLong(length.group(1)) : 0;
            // The end of a chunked request is not looked for: all that came with it counts as its own.
            lost = CHUNKED.matcher(head).find();
            head.setLength(0);
        } else if (n > MOST_HEAD) {
            lost = true;
        }
    }

    /** Says that the web server has read a request whole. */
    void read() {
        Long next = ends.poll();
        end = next == null ? received : next;
    }

    /** How many bytes were received after the end of the request that was read last. */
    int beyond() {
        return (int) Math.min(Integer.MAX_VALUE, received - end);
    }
}
