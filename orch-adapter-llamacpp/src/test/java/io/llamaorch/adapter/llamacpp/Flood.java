package io.llamaorch.adapter.llamacpp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** What a hostile engine sends in one answer, and how much of it it got rid of before the adapter hung up. */
final class Flood implements FakeEngine.Script {

    /** A gigabyte: more than any case may need before its bound is reached. */
    static final long GIGABYTE = 1L << 30;

    /** A stream whose body goes on until the connection is closed, so that only its bytes matter. */
    static final String STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private static final int BLOCK = 64 * 1024;

    private final byte[] head;
    private final byte[] block;
    private final long length;
    private final byte[] tail;
    private final AtomicLong sent = new AtomicLong();
    private final CountDownLatch over = new CountDownLatch(1);

    /**
     * Makes an answer.
     *
     * @param head what it begins with
     * @param again what is then sent again and again
     * @param length how many bytes of that
     * @param tail what it ends with
     */
    Flood(String head, String again, long length, String tail) {
        this.head = bytes(head);
        this.block = bytes(again.repeat(Math.max(1, BLOCK / Math.max(1, again.length()))));
        this.length = length;
        this.tail = bytes(tail);
    }

    /** Something short, each character a byte. */
    static Flood of(String answer) {
        return new Flood(answer, "", 0, "");
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void talk(FakeEngine.Line line) throws IOException {
        try {
            send(line, head);
            for (long left = length; left > 0; left -= block.length) {
                send(line, block);
            }
            send(line, tail);
        } finally {
            over.countDown();
        }
    }

    private void send(FakeEngine.Line line, byte[] bytes) throws IOException {
        line.sendBytes(bytes);
        sent.addAndGet(bytes.length);
    }

    /** How many bytes the adapter's side took in, its socket's buffers included. */
    long sent() {
        return sent.get();
    }

    /** Opens when all is sent, or the adapter has hung up. */
    CountDownLatch over() {
        return over;
    }
}
