package io.llamaorch.adapter.llamacpp;

import io.llamaorch.adapter.tck.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A server that reads each request to its end and then does with the connection what it is told, one connection after
 * another on one thread. Whoever hangs up on it is right.
 */
final class RawServer implements AutoCloseable {

    /** What to do once the request was read; the socket is closed afterwards. */
    interface Answer {
        void send(Socket socket) throws IOException;
    }

    private final ServerSocket server;
    private final Thread thread;
    private final AtomicReference<Answer> answer;

    RawServer(Answer first) throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        answer = new AtomicReference<>(first);
        thread = new Thread(this::serve, "raw-server");
        thread.start();
    }

    /** One that sends these bytes. */
    static RawServer sending(byte[] bytes) throws IOException {
        return new RawServer(socket -> socket.getOutputStream().write(bytes));
    }

    /** Does this from the next request on. */
    void answer(Answer next) {
        answer.set(next);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Closes a socket so that the other side sees a reset. */
    static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                if (readRequest(socket)) {
                    answer.get().send(socket);
                }
            } catch (IOException hungUpOrClosed) {
                // the next one
            }
        }
    }

    private static boolean readRequest(Socket socket) throws IOException {
        byte[] bytes = new byte[16 * 1024];
        int length = 0;
        while (true) {
            int count = socket.getInputStream().read(bytes, length, bytes.length - length);
            if (count < 0) {
                return false;
            }
            length += count;
            String text = new String(Arrays.copyOf(bytes, length), StandardCharsets.ISO_8859_1);
            int headLength = text.indexOf("\r\n\r\n") + 4;
            if (headLength >= 4 && length >= headLength + bodyLength(text.substring(0, headLength))) {
                return true;
            }
        }
    }

    private static int bodyLength(String head) {
        int at = head.indexOf("Content-Length: ");
        return at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            Patience.end(thread);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
