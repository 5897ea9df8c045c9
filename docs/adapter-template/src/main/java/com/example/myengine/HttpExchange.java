package com.example.myengine;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One request and its answer, on a connection of their own.
 *
 * <p>Thread safety: calls must be serial, except {@link #cut} and the questions, which any thread may call.
 */
final class HttpExchange implements AutoCloseable {

    /** One read of this size, at most, is ahead of the subscriber (FLW-02). */
    private static final int READ = 16 << 10;

    private final Endpoint endpoint;
    private final Optional<String> token;
    private final Socket socket = new Socket();
    private volatile boolean connected;
    private volatile boolean sent;

    HttpExchange(Endpoint endpoint, Optional<String> token) {
        this.endpoint = endpoint;
        this.token = token;
    }

    /** Blocks until the connection stands; {@link #cut} ends the wait. */
    void connect() throws IOException {
        socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()));
        socket.setTcpNoDelay(true);
        connected = true;
    }

    HttpAnswer get(String path) throws IOException {
        return ask("GET", path, "", new byte[0]);
    }

    HttpAnswer post(String path, String headers, byte[] json) throws IOException {
        String more = headers + "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n";
        return ask("POST", path, more, json);
    }

    private HttpAnswer ask(String method, String path, String headers, byte[] body) throws IOException {
        String head = method + " " + endpoint.prefix() + path + " HTTP/1.1\r\nHost: " + endpoint + "\r\n"
                + token.map(value -> "Authorization: Bearer " + value + "\r\n").orElse("")
                + "Connection: close\r\n" + headers + "\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        sent = true;
        socket.getOutputStream().write(request.toByteArray());
        return HttpAnswer.read(new BufferedInputStream(socket.getInputStream(), READ));
    }

    boolean connected() {
        return connected;
    }

    /** Whether the engine may have got a byte. */
    boolean sent() {
        return sent;
    }

    /** The same words without the token, if the engine repeats it. */
    String redacted(String said) {
        return token.map(value -> said.replace(value, "***")).orElse(said);
    }

    /**
     * Closes the connection abruptly and wakes whoever waits for it (CAN-05). Without the linger time of zero the JDK
     * would first close the sending side alone, which an engine may take for the end of a request.
     */
    void cut() {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // It is closed already.
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing more to let go of.
        }
    }
}
