package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One connection to an engine, as bare as it gets: what is on the wire is what the test sees. */
final class Wire implements AutoCloseable {
    private static final int MUST_HAPPEN_MILLIS = 10_000;
    private static final int MUST_NOT_HAPPEN_MILLIS = 150;

    private final Socket socket;
    private final InputStream in;

    Wire(ScriptedEngine engine) throws IOException {
        this(engine, 0);
    }

    /** Connects with a receive buffer so small that what is not read stays with the engine. */
    static Wire narrow(ScriptedEngine engine) throws IOException {
        return new Wire(engine, 4096);
    }

    private Wire(ScriptedEngine engine, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), engine.port()));
        socket.setSoTimeout(MUST_HAPPEN_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** An answer as it came. */
    record Answer(String head, String body) {
        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        JsonText json() {
            return JsonText.of(body);
        }
    }

    /** A stream as it came: its events without the {@code data: } before them. */
    record Stream(String head, List<String> events, boolean terminated) {
        JsonText last() {
            return JsonText.of(events.get(events.size() - 1));
        }

        String text() {
            StringBuilder text = new StringBuilder();
            events.stream()
                    .filter(e -> !e.isEmpty())
                    .forEach(e -> text.append(JsonText.of(e).at("content")));
            return text.toString();
        }
    }

    static Answer get(ScriptedEngine engine, String path, String... headers) throws IOException {
        return exchange(engine, "GET", path, "", headers);
    }

    static Answer post(ScriptedEngine engine, String path, String body, String... headers) throws IOException {
        return exchange(engine, "POST", path, body, headers);
    }

    static Answer exchange(ScriptedEngine engine, String method, String path, String body, String... headers)
            throws IOException {
        try (Wire wire = new Wire(engine)) {
            wire.send(method, path, body, headers);
            return wire.answer();
        }
    }

    static Stream stream(ScriptedEngine engine, String body) throws IOException {
        try (Wire wire = new Wire(engine)) {
            wire.send("POST", "/completion", body);
            return wire.stream();
        }
    }

    void send(String method, String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: engine\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        all.writeBytes(bytes);
        socket.getOutputStream().write(all.toByteArray());
    }

    /** Sends something as it is. */
    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire complete(String body) throws IOException {
        send("POST", "/completion", body);
        return this;
    }

    Answer answer() throws IOException {
        String head = head();
        int at = head.indexOf("Content-Length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
        return new Answer(head, new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }

    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append("\r\n");
        }
        return head.toString();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed inside a line: " + line);
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** The next chunk; empty for the last one. */
    String chunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        String data = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        line();
        return data;
    }

    /** The next event, without what frames it. */
    String event() throws IOException {
        String chunk = chunk();
        if (chunk.isEmpty() || chunk.startsWith(":")) {
            return chunk;
        }
        if (!chunk.startsWith("data: ") || !chunk.endsWith("\n\n") || chunk.indexOf('\n') != chunk.length() - 2) {
            throw new IOException("not one event in a chunk: " + chunk);
        }
        return chunk.substring(6, chunk.length() - 2);
    }

    /** The next bytes as they are, one character each; they must come. */
    String bytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("closed after " + bytes.length + " of " + count + " bytes");
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** How a connection ended. */
    enum End {
        /** In order, by a FIN. */
        CLOSED,
        /** By a RST. */
        RESET
    }

    /** What came until the end of the connection, one character for each byte, and how it ended. */
    record Rest(String bytes, End end) {}

    /** All bytes to the end of the connection, which must come. */
    Rest rest() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        End end = End.CLOSED;
        try {
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                bytes.write(some, 0, n);
            }
        } catch (SocketException e) {
            end = End.RESET;
        }
        return new Rest(bytes.toString(StandardCharsets.ISO_8859_1), end);
    }

    Stream stream() throws IOException {
        return stream(head());
    }

    /** The rest of a stream whose head was read already. */
    Stream stream(String head) throws IOException {
        List<String> events = new ArrayList<>();
        try {
            for (String event = event(); !event.isEmpty(); event = event()) {
                events.add(event);
            }
            return new Stream(head, events, true);
        } catch (EOFException e) {
            return new Stream(head, events, false);
        }
    }

    /** Whether nothing arrives for a while. */
    boolean isSilent() throws IOException {
        socket.setSoTimeout(MUST_NOT_HAPPEN_MILLIS);
        try {
            in.mark(1);
            if (in.read() < 0) {
                throw new EOFException("closed");
            }
            in.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(MUST_HAPPEN_MILLIS);
        }
    }

    boolean isClosedByEngine() throws IOException {
        return in.read() < 0;
    }

    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes as a client does that has lost interest. */
    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
