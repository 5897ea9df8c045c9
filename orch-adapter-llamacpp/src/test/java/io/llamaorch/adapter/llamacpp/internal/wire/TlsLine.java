package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.IOException;
import javax.net.ssl.SSLContext;

/** One connection of a peer that speaks TLS. */
final class TlsLine {

    private final Peer.Line line;
    private final TlsServer tls;

    /** Shakes hands, as far as the client goes along. */
    TlsLine(Peer.Line line, SSLContext context, String... protocols) throws IOException {
        this(line, new TlsServer(context.createSSLEngine(), protocols));
    }

    TlsLine(Peer.Line line, TlsServer tls) throws IOException {
        this.line = line;
        this.tls = tls;
        boolean more = true;
        while (more && !tls.isHandshakeDone()) {
            more = take();
        }
    }

    TlsServer tls() {
        return tls;
    }

    /** The line below TLS, where each byte is seen. */
    Peer.Line raw() {
        return line;
    }

    /** Reads one request whose body has this length. */
    String request(int length) throws IOException {
        boolean more = true;
        int end = headEnd();
        while (more && (end < 0 || tls.textLength() < end + length)) {
            more = take();
            end = end < 0 ? headEnd() : end;
        }
        return tls.text();
    }

    private int headEnd() {
        int at = tls.text().indexOf("\r\n\r\n");
        return at < 0 ? -1 : at + 4;
    }

    String request() throws IOException {
        return request(0);
    }

    /** All that the client sends until it closes. */
    String everything() throws IOException {
        boolean more = true;
        while (more) {
            more = take();
        }
        return tls.text();
    }

    void send(String text) throws IOException {
        line.send(tls.encrypt(text));
    }

    void sendStreamHead() throws IOException {
        send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    void sendChunk(String data) throws IOException {
        send(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    private boolean take() throws IOException {
        byte[] bytes = line.receive();
        line.send(tls.take(bytes));
        return bytes.length > 0;
    }
}
