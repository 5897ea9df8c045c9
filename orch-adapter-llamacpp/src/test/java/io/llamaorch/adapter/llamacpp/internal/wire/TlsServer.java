package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** The server's side of TLS, bytes in and bytes out, so that a test holds each record in its hands. */
final class TlsServer {

    private static final int RECORD = 17 * 1024;

    private final SSLEngine engine;
    private final ByteBuffer plain = ByteBuffer.allocate(RECORD);
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private boolean begun;
    private ByteBuffer in = ByteBuffer.allocate(0);

    TlsServer(SSLEngine engine, String... protocols) {
        this.engine = engine;
        engine.setUseClientMode(false);
        if (protocols.length > 0) {
            engine.setEnabledProtocols(protocols);
        }
    }

    SSLEngine engine() {
        return engine;
    }

    boolean isHandshakeDone() {
        return begun && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    int textLength() {
        return text.size();
    }

    /** What the client has sent as text so far. */
    String text() {
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    /** Takes bytes from the client; gives what TLS answers by itself. */
    byte[] take(byte[] bytes) throws SSLException {
        in = ByteBuffer.allocate(in.remaining() + bytes.length)
                .put(in)
                .put(bytes)
                .flip();
        if (!begun) {
            begun = true;
            engine.beginHandshake();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean goOn = true;
        while (goOn) {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && !engine.isOutboundDone()) {
                out.writeBytes(wrap(ByteBuffer.allocate(0)));
            } else {
                int before = in.remaining();
                SSLEngineResult result = engine.unwrap(in, plain.clear());
                text.write(plain.array(), 0, plain.position());
                goOn = in.remaining() < before || result.getHandshakeStatus() == HandshakeStatus.NEED_TASK;
            }
        }
        return out.toByteArray();
    }

    /** One record, or as many as the text needs. */
    byte[] encrypt(String words) throws SSLException {
        ByteBuffer from = ByteBuffer.wrap(words.getBytes(StandardCharsets.ISO_8859_1));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (from.hasRemaining()) {
            byte[] record = wrap(from);
            if (record.length == 0) {
                throw new AssertionError("not now: " + engine.getHandshakeStatus());
            }
            out.writeBytes(record);
        }
        return out.toByteArray();
    }

    /** With TLS 1.3 the announcement of new keys, which wants an answer; with TLS 1.2 the wish for another handshake. */
    byte[] again() throws SSLException {
        engine.beginHandshake();
        return wrap(ByteBuffer.allocate(0));
    }

    byte[] closeNotify() throws SSLException {
        engine.closeOutbound();
        return wrap(ByteBuffer.allocate(0));
    }

    /** The alert that nonsense from the client would bring. */
    byte[] fatalAlert() throws IOException {
        try {
            take(new byte[] {
                23, 3, 3, 0, 32, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
                25, 26, 27, 28, 29, 30, 31, 32
            });
        } catch (SSLException expected) {
            return alert();
        }
        throw new AssertionError("nonsense was accepted");
    }

    /** The alert after something was refused. */
    byte[] alert() throws SSLException {
        return wrap(ByteBuffer.allocate(0));
    }

    private byte[] wrap(ByteBuffer from) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(RECORD);
        engine.wrap(from, record);
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }
}
