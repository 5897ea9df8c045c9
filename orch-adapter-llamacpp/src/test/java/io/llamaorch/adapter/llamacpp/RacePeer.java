package io.llamaorch.adapter.llamacpp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine of the races: it tells a stream by the prompt that its request holds, says what that race is to hear, and
 * watches how the connection ends. Whatever is not a reset is a fault (CAN-05).
 */
final class RacePeer implements AutoCloseable {

    /** What one race is to hear. */
    interface Script {
        /** Whether the client closes the connection; else this did. */
        boolean talk(Socket socket) throws IOException;
    }

    private final ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    private final ExecutorService threads;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();

    RacePeer(ExecutorService threads) throws IOException {
        this.threads = threads;
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    void expect(String prompt, Script script) {
        scripts.put(prompt, script);
    }

    void forget(String prompt) {
        scripts.remove(prompt);
    }

    int open() {
        return open.get();
    }

    Queue<String> faults() {
        return faults;
    }

    private void accept() {
        while (true) {
            Socket socket;
            try {
                socket = server.accept();
            } catch (IOException closed) {
                return;
            }
            open.incrementAndGet();
            threads.execute(() -> serve(socket));
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            String request = request(socket);
            Script script = request.startsWith("GET /props ") ? RacePeer::tellProperties : scripts.get(prompt(request));
            if (script == null || script.talk(socket)) {
                int b = socket.getInputStream().read();
                faults.add(b < 0 ? "an orderly close" : "a stray byte " + b);
            }
        } catch (SocketException reset) {
            // as it should be
        } catch (IOException | RuntimeException e) {
            faults.add(e.toString());
        } finally {
            open.decrementAndGet();
        }
    }

    private static boolean tellProperties(Socket socket) throws IOException {
        String body = Transcripts.text("props");
        socket.getOutputStream()
                .write(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return true;
    }

    /** The end of input within a request is no reset either. */
    private static String request(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                throw new IOException("an orderly close after " + head.length() + " bytes");
            }
            head.append((char) b);
        }
        int at = head.indexOf("Content-Length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r", at)));
        byte[] body = socket.getInputStream().readNBytes(length);
        if (body.length < length) {
            throw new IOException("an orderly close after " + body.length + " bytes of a body");
        }
        return head + new String(body, StandardCharsets.UTF_8);
    }

    private static String prompt(String request) {
        int from = request.indexOf("race-");
        return request.substring(from, request.indexOf('"', from));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
