package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A request on its way: head and body as one sequence of bytes, sent through the I/O thread's buffer, so that a small
 * request is one write and a large one needs no buffer of its size.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Outgoing {

    private final ByteBuffer head;
    private final ByteBuffer body;

    Outgoing(byte[] head, ByteBuffer body) {
        this.head = ByteBuffer.wrap(head);
        this.body = body;
    }

    /** Whether it is so small that the system may copy it at once, on any thread. */
    boolean isSmall() {
        return head.remaining() + body.remaining() <= EventLoop.BUFFER_BYTES;
    }

    /** Writes as much as the socket takes now, without a buffer of ours; returns whether everything is written. */
    boolean writeTo(GatheringByteChannel channel) throws IOException {
        channel.write(new ByteBuffer[] {head, body});
        return !body.hasRemaining() && !head.hasRemaining();
    }

    /** Writes as much as the channel takes now; returns whether everything is written. */
    boolean writeTo(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (head.hasRemaining() || body.hasRemaining()) {
            int headStart = head.position();
            int bodyStart = body.position();
            buffer.clear();
            move(head, buffer);
            move(body, buffer);
            buffer.flip();
            int written = channel.write(buffer);
            int ofHead = Math.min(written, head.position() - headStart);
            head.position(headStart + ofHead);
            body.position(bodyStart + written - ofHead);
            if (buffer.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    private static void move(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(from.remaining(), to.remaining());
        to.put(to.position(), from, from.position(), count);
        to.position(to.position() + count);
        from.position(from.position() + count);
    }
}
