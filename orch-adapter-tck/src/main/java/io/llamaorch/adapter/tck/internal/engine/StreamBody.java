package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.StreamFault;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import mockwebserver3.SocketHandler;
import okio.Buffer;
import okio.BufferedSink;
import okio.Okio;
import okio.Socket;

/**
 * Writes a completion as server-sent events, each event a chunk of its own and flushed.
 *
 * <p>Thread safety: calls must be serial.
 */
final class StreamBody implements SocketHandler {
    private static final byte[] PING = {':', '\n', '\n'};

    private final Completion completion;
    private final Speech dialect;
    private final Client client;

    StreamBody(Completion completion, Speech dialect, Client client) {
        this.completion = completion;
        this.dialect = dialect;
        this.client = client;
    }

    /** A stream of nothing but one event. */
    static SocketHandler of(byte[] event) {
        return socket -> {
            try {
                Buffer all = new Buffer()
                        .writeHexadecimalUnsignedLong(event.length)
                        .writeUtf8("\r\n")
                        .write(event)
                        .writeUtf8("\r\n0\r\n\r\n");
                BufferedSink sink = Okio.buffer(socket.getSink());
                sink.write(all, all.size());
                sink.flush();
            } catch (IOException e) {
                socket.cancel();
            }
        };
    }

    @Override
    public void handle(Socket socket) {
        Chunks chunks = new Chunks(Okio.buffer(socket.getSink()));
        try {
            switch (completion.run(chunks)) {
                case FINISHED -> {
                    chunks.event(dialect.lastEvent(completion.generation()));
                    chunks.event(dialect.farewell());
                    chunks.end();
                }
                case FAULT -> fail(chunks, completion.fault().orElseThrow());
                // Neither terminator nor marker, as when the server itself gives up.
                case CLIENT_GONE -> client.cutOff();
            }
        } catch (IOException e) {
            client.cutOff();
        }
    }

    private void fail(Chunks chunks, StreamFault fault) throws IOException {
        if (fault instanceof StreamFault.CutAfterTokens) {
            client.close();
            return;
        }
        if (fault instanceof StreamFault.ErrorInStream error) {
            chunks.event(dialect.errorEvent(new EngineError(error.code(), error.message(), error.type())));
        }
        chunks.end();
    }

    /** Chunks on the wire, with comments in between when nothing else is to be said. */
    private final class Chunks implements Completion.Listener {
        private final BufferedSink sink;
        private final long pingNanos;
        private long lastSent = System.nanoTime();

        Chunks(BufferedSink sink) {
            this.sink = sink;
            long seconds = completion.generation().request().pingSeconds();
            // Zero would be a comment without a pause; the server's own clock has a step of one second.
            this.pingNanos = seconds < 0 ? Long.MAX_VALUE : TimeUnit.SECONDS.toNanos(Math.max(1, seconds));
        }

        @Override
        public void progress(int processed, double millis) throws IOException {
            if (completion.generation().request().progress()) {
                event(dialect.progressEvent(completion.generation(), processed, millis));
            }
        }

        @Override
        public void token(Generation.Step step) throws IOException {
            event(dialect.tokenEvent(completion.generation(), step));
        }

        @Override
        public boolean pause(long deadline) throws IOException {
            while (pingNanos != Long.MAX_VALUE && deadline - (lastSent + pingNanos) > 0) {
                if (client.goneBy(lastSent + pingNanos)) {
                    return true;
                }
                event(PING);
            }
            return client.goneBy(deadline);
        }

        void event(byte[] event) throws IOException {
            if (event.length == 0) {
                return;
            }
            Buffer chunk = new Buffer()
                    .writeHexadecimalUnsignedLong(event.length)
                    .writeUtf8("\r\n")
                    .write(event)
                    .writeUtf8("\r\n");
            sink.write(chunk, chunk.size());
            sink.flush();
            lastSent = System.nanoTime();
        }

        /** The terminator, in two segments as the server sends it. */
        void end() throws IOException {
            sink.writeUtf8("0\r\n").flush();
            sink.writeUtf8("\r\n").flush();
        }
    }
}
