package io.llamaorch.adapter.tck.it.llama;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Asks the server over a socket of its own: one connection a request, read to its end, no thread and no pool. It shares
 * nothing with the adapter, so what it hears can judge what the adapter says.
 */
final class PlainHttp {
    private static final int CONNECT_MILLIS = 2_000;

    private final URI server;
    private final String apiKey;
    private final SocketFactory sockets;

    /** An empty {@code apiKey} sends none. */
    PlainHttp(URI server, String apiKey, SocketFactory sockets) {
        this.server = server;
        this.apiKey = apiKey;
        this.sockets = sockets;
    }

    /** An answer; the body is as sent, so chunked if the head says so. */
    record Answer(int status, String head, String body) {}

    /** Makes sockets that trust this certificate alone, and whatever host name it carries. */
    static SocketFactory trusting(Path certificate) throws IOException {
        try (InputStream pem = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot trust " + certificate, e);
        }
    }

    Answer get(String path, Duration silence) throws IOException {
        return exchange("GET", path, new byte[0], silence);
    }

    Answer post(String path, String json, Duration silence) throws IOException {
        return exchange("POST", path, json.getBytes(StandardCharsets.UTF_8), silence);
    }

    /** Sends one request and reads the whole answer; {@code silence} bounds the wait for each next byte. */
    private Answer exchange(String method, String path, byte[] body, Duration silence) throws IOException {
        String authorization = apiKey.isEmpty() ? "" : "Authorization: Bearer " + apiKey + "\r\n";
        String head = method + " " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\n" + authorization
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
        try (Socket socket = sockets.createSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), CONNECT_MILLIS);
            socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(body);
            socket.getOutputStream().flush();
            return parse(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Answer parse(String answer) throws IOException {
        int end = answer.indexOf("\r\n\r\n");
        String[] statusLine = answer.split(" ", 3);
        if (end < 0 || statusLine.length < 3 || !statusLine[0].startsWith("HTTP/")) {
            throw new IOException("not a whole answer: '" + answer + "'");
        }
        return new Answer(Integer.parseInt(statusLine[1]), answer.substring(0, end), answer.substring(end + 4));
    }
}
