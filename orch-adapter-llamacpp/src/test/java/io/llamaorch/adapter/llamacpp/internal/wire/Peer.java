package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.tck.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The other end: a server that follows a script on each connection, on a thread of its own. */
final class Peer implements AutoCloseable {

    /** What to do with one connection. */
    interface Script {
        void talk(Line line) throws Exception;
    }

    private final ServerSocket server;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();

    private Peer(InetAddress address, int port, Script script) throws IOException {
        server = new ServerSocket(port, 2000, address);
        spawn(() -> {
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
                        script.talk(new Line(socket));
                    } finally {
                        sockets.remove(socket);
                    }
                });
            }
        });
    }

    static Peer following(Script script) throws IOException {
        return at("127.0.0.1", 0, script);
    }

    static Peer at(String address, int port, Script script) throws IOException {
        return new Peer(InetAddress.getByName(address), port, script);
    }

    /** One that sends this to every request. */
    static Peer answering(String answer) throws IOException {
        return following(line -> {
            line.request();
            line.send(answer);
        });
    }

    int port() {
        return server.getLocalPort();
    }

    Endpoint endpoint() {
        return Endpoint.parse("http://127.0.0.1:" + port());
    }

    /** The same, to be spoken to over TLS and by this name or address. */
    Endpoint endpoint(String host) {
        return Endpoint.parse("https://" + host + ":" + port());
    }

    private void spawn(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        if (!server.isClosed()) {
                            faults.add(t);
                        }
                    }
                },
                "peer");
        threads.add(thread);
        thread.start();
    }

    private interface Work {
        void run() throws Exception;
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
            throw new AssertionError("the peer's script failed", faults.peek());
        }
    }

    private static void end(Thread thread) {
        try {
            Patience.end(thread);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How a connection ended, as the peer saw it. */
    enum Ending {
        RESET,
        EOF
    }

    /** One connection. */
    static final class Line {

        private final Socket socket;

        Line(Socket socket) {
            this.socket = socket;
        }

        /** Reads one request with its body. */
        String request() throws IOException {
            String head = head();
            int at = head.indexOf("Content-Length: ");
            int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
            return head + new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        /** Reads a request's head only. */
        String head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    throw new IOException("no request but " + head);
                }
                head.write(b);
            }
            return head.toString(StandardCharsets.ISO_8859_1);
        }

        void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** The bytes that have come, at least one; none at the end, however it came. */
        byte[] receive() throws IOException {
            byte[] bytes = new byte[16 * 1024];
            try {
                return Arrays.copyOf(bytes, Math.max(0, socket.getInputStream().read(bytes)));
            } catch (SocketException e) {
                return new byte[0];
            }
        }

        /** Sends the head of a chunked stream. */
        void sendStreamHead() throws IOException {
            send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void sendChunk(String data) throws IOException {
            send(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
        }

        /** Waits for the client's closing; any byte that comes before it is a fault. */
        Ending awaitEnd() throws IOException {
            try {
                int b = socket.getInputStream().read();
                if (b >= 0) {
                    throw new IOException("a stray byte " + b);
                }
                return Ending.EOF;
            } catch (SocketException e) {
                return Ending.RESET;
            }
        }

        /** Sends this and reads on until the client closes. */
        Ending sendAndDrain(String text) throws IOException {
            try {
                send(text);
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                return Ending.EOF;
            } catch (SocketException e) {
                return Ending.RESET;
            }
        }

        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
