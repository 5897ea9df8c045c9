package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.tck.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server that follows a script for each path, one request a connection, each on a thread of its own. Without other
 * scripts it is a llama.cpp server that is well and tells what was recorded of one; it closes when a script ends.
 */
final class FakeEngine implements AutoCloseable {

    /** What to do with one request. */
    interface Script {
        void talk(Line line) throws Exception;
    }

    static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    static final String END = "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_predicted\":2}\n\n";

    private final ServerSocket server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    FakeEngine() throws IOException {
        server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        on("/health", line -> line.json(200, "{\"status\":\"ok\"}"));
        on("/props", line -> line.json(200, Transcripts.text("props")));
        on("/v1/models", line -> line.json(200, Transcripts.text("models")));
        on("/completion", line -> line.stream(Transcripts.text("completion-stream-short")));
        spawn(this::accept);
    }

    /** Follows this script from the next request for this path on. */
    FakeEngine on(String path, Script script) {
        scripts.put(path, script);
        return this;
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** The requests so far, first lines, headers and bodies, whose path is this. */
    List<String> requests(String path) {
        return requests.stream()
                .filter(request -> request.split(" ", 3)[1].equals(path))
                .toList();
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (SocketException closed) {
                return;
            }
            sockets.add(socket);
            spawn(() -> {
                try (socket) {
                    Line line = new Line(socket);
                    String request = line.request();
                    requests.add(request);
                    Script script = scripts.get(request.split(" ", 3)[1]);
                    if (script == null) {
                        line.json(404, Transcripts.text("error-not-found"));
                    } else {
                        script.talk(line);
                    }
                } finally {
                    sockets.remove(socket);
                }
            });
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void spawn(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (SocketException hungUp) {
                        // the adapter may let go of any request at any time
                    } catch (Throwable t) {
                        if (!server.isClosed()) {
                            faults.add(t);
                        }
                    }
                },
                "fake-engine");
        threads.add(thread);
        thread.start();
    }

    /** Ends all connections; fails if a script failed before this. */
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        for (Thread thread : threads) {
            thread.interrupt();
            end(thread);
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("the engine's script failed", faults.peek());
        }
    }

    private static void end(Thread thread) {
        try {
            Patience.end(thread);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How a connection ended, as the engine saw it. */
    enum Ending {
        RESET,
        ORDERLY,
        STRAY_BYTE
    }

    /** One connection. */
    static final class Line {

        private final Socket socket;
        private final BlockingQueue<Boolean> signals = new LinkedBlockingQueue<>();

        private Line(Socket socket) {
            this.socket = socket;
        }

        private String request() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    throw new IOException("no request but " + head);
                }
                head.write(b);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            int at = text.indexOf("Content-Length: ");
            int length = at < 0 ? 0 : Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
            return text + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        }

        void sendBytes(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void json(int status, String body) throws IOException {
            send("HTTP/1.1 " + status + " X\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
        }

        void streamHead() throws IOException {
            send(STREAM_HEAD);
        }

        void chunk(String data) throws IOException {
            send(Integer.toHexString(data.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + data + "\r\n");
        }

        void token(String text) throws IOException {
            chunk("data: {\"content\":\"" + text + "\",\"stop\":false}\n\n");
        }

        /** A whole stream in one chunk; all in one write, as the adapter hangs up at the end marker. */
        void stream(String events) throws IOException {
            int length = events.getBytes(StandardCharsets.UTF_8).length;
            send(STREAM_HEAD + Integer.toHexString(length) + "\r\n" + events + "\r\n0\r\n\r\n");
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Waits until the adapter lets go; a byte before that is a fault (CAN-05). */
        void awaitClose() throws IOException {
            try {
                int b = socket.getInputStream().read();
                if (b >= 0) {
                    throw new IOException("a stray byte " + b);
                }
            } catch (SocketException reset) {
                return;
            }
        }

        /** Waits until the adapter lets go and tells how: a half-close or an orderly one is no RESET (CAN-05). */
        Ending awaitEnd() throws IOException {
            try {
                int b = socket.getInputStream().read();
                return b < 0 ? Ending.ORDERLY : Ending.STRAY_BYTE;
            } catch (SocketException reset) {
                return Ending.RESET;
            }
        }

        /** Waits for the test to say {@link #go}. */
        void await() throws InterruptedException {
            Patience.next(signals);
        }

        void go() {
            signals.add(true);
        }
    }
}
