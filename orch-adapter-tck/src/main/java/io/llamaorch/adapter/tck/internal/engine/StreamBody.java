package io.llamaorch.adapter.tck.internal.engine;

import java.io.IOException;
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
    private final EngineState engine;
    private final Completion completion;
    private final Speech speech;
    private final Client client;

    StreamBody(EngineState engine, Completion completion, Speech speech, Client client) {
        this.engine = engine;
        this.completion = completion;
        this.speech = speech;
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
        EventChunks chunks = new EventChunks(Okio.buffer(socket.getSink()), engine, completion, speech, client);
        try {
            switch (completion.run(chunks)) {
                case FINISHED -> {
                    chunks.last();
                    chunks.finish();
                }
                case FAULT -> {
                    // It has done its own.
                }
                // Neither terminator nor marker, as when the server itself gives up.
                case CLIENT_GONE -> client.cutOff();
            }
        } catch (IOException e) {
            client.cutOff();
        }
    }
}
