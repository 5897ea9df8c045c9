package io.llamaorch.adapter.llamacpp.scale;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** One response on its way. Belongs to one thread at a time, but for {@link #sent()}. */
final class ReplayStream {

    private final SocketChannel socket;
    private final ReplayScript script;
    private final ByteBuffer bytes;
    private final long[] sent;
    private int token;
    private volatile int written;

    /** When the next token is to be written, on {@link System#nanoTime}. */
    long due;

    /** From one token to the next, in nanoseconds. */
    final long period;

    ReplayStream(SocketChannel socket, ReplayScript script, long period) {
        this.socket = socket;
        this.script = script;
        this.period = period;
        bytes = script.bytes().duplicate();
        sent = new long[period > 0 ? script.tokens() : 0];
    }

    void writeHead() throws IOException {
        bytes.limit(script.ends()[0]);
        socket.write(bytes);
    }

    /** Writes as much as the socket takes; whether that was all. */
    boolean writeAll() throws IOException {
        bytes.limit(bytes.capacity());
        socket.write(bytes);
        return !bytes.hasRemaining();
    }

    /** Writes the next token, and with the last one the end; whether there is more to write. */
    boolean writeNext() throws IOException {
        int[] ends = script.ends();
        if (!bytes.hasRemaining() && token < script.tokens()) {
            token++;
            bytes.limit(token == script.tokens() ? ends[token + 1] : ends[token]);
            sent[token - 1] = System.nanoTime();
            written = token;
        }
        socket.write(bytes); // a part, if the client is behind by a whole socket buffer
        return bytes.hasRemaining() || token < script.tokens();
    }

    /** When each token was written, as far as that has come. */
    long[] sent() {
        return Arrays.copyOf(sent, written);
    }
}
