package io.llamaorch.adapter.llamacpp.internal.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.internal.tls.Identity;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.SSLContext;

/** Both ends of TLS without a socket between them, so that a test holds each record in its hands. */
final class TlsBench {

    static final String V12 = "TLSv1.2";
    static final String V13 = "TLSv1.3";

    /** What one read has room for, which is the text of one record. */
    static final int READ = 16 * 1024;

    /** Who the server is, and a client who trusts it. */
    record Identities(SSLContext server, TlsClient client) {

        static Identities in(Path folder) throws Exception {
            Identity identity = Identity.of("127.0.0.1");
            TlsClient client = new TlsClient(
                    TlsOptions.read(Map.of("trust-store", identity.pemIn(folder).toString())));
            client.begin("127.0.0.1", 1); // reads the file
            return new Identities(identity.context(), client);
        }
    }

    /** A client and its server. */
    record Pair(TlsChannel client, TlsServer server) {}

    /** What the client reads from and writes to. */
    final PieceChannel wire = new PieceChannel();

    private final Identities identities;
    private final ByteBuffer buffer = ByteBuffer.allocate(READ);
    private final ByteBuffer scratch = ByteBuffer.allocate(17 * 1024);

    TlsBench(Identities identities) {
        this.identities = identities;
    }

    TlsServer server(String protocol) {
        return new TlsServer(identities.server.createSSLEngine(), protocol);
    }

    TlsChannel client() throws Exception {
        return new TlsChannel(wire, identities.client.begin("127.0.0.1", 1), size -> scratch.clear());
    }

    /** Both after their handshake, with every answer of the server cut into pieces of this size. */
    Pair pair(String protocol, int pieceSize) throws Exception {
        TlsServer server = server(protocol);
        TlsChannel client = client();
        shake(client, server, pieceSize);
        assertEquals(protocol, server.engine().getSession().getProtocol());
        return new Pair(client, server);
    }

    Pair pair(String protocol) throws Exception {
        return pair(protocol, Integer.MAX_VALUE);
    }

    private void shake(TlsChannel client, TlsServer server, int pieceSize) throws Exception {
        TlsChannel.Need need = TlsChannel.Need.OUTPUT;
        for (int turns = 0; need != TlsChannel.Need.NOTHING || !server.isHandshakeDone(); turns++) {
            assertTrue(turns < 20_000, "the handshake does not end");
            if (need != TlsChannel.Need.NOTHING) {
                need = client.handshake();
            }
            if (need == TlsChannel.Need.TASK) {
                runTasks(client);
            }
            give(server.take(wire.takeSent()), pieceSize);
        }
    }

    static void runTasks(TlsChannel client) {
        for (Runnable task = client.task(); task != null; task = client.task()) {
            task.run();
        }
    }

    /** Gives the client these bytes in pieces of this size. */
    void give(byte[] bytes, int pieceSize) {
        for (int from = 0; from < bytes.length; from += Math.min(pieceSize, bytes.length - from)) {
            wire.give(Arrays.copyOfRange(bytes, from, from + Math.min(pieceSize, bytes.length - from)));
        }
    }

    /** Reads once; how many bytes that gave, or -1 at the end. */
    int read(TlsChannel client) throws IOException {
        return client.read(buffer.clear());
    }

    /** What the client reads until nothing more comes; an end is told as {@code <end>}. */
    String readAll(TlsChannel client) throws IOException {
        StringBuilder all = new StringBuilder();
        boolean more = true;
        while (more) {
            int count = read(client);
            assertTrue(count <= READ);
            all.append(count < 0 ? "<end>" : StandardCharsets.ISO_8859_1.decode(buffer.flip()));
            more = count >= 0 && (count > 0 || wire.hasPieces() || client.hasEnded());
        }
        return all.toString();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
