package io.llamaorch.adapter.tck.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * A {@link WatchedConnection} in the form that the web server takes: here a fault can come between the two.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class WatchedSocket extends Socket {
    private final WatchedConnection connection;

    WatchedSocket(WatchedConnection connection) {
        this.connection = connection;
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the connection closes once, without a lock
    public void close() {
        connection.close();
    }

    @Override
    public boolean isClosed() {
        return connection.isClosed();
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return connection.read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                return length == 0 ? 0 : connection.read(into, from, length);
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                connection.say(from, offset, length);
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public InetAddress getInetAddress() {
        return connection.channel().socket().getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return connection.channel().socket().getLocalAddress();
    }

    @Override
    public int getPort() {
        return connection.channel().socket().getPort();
    }

    @Override
    public int getLocalPort() {
        return connection.channel().socket().getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return connection.channel().socket().getRemoteSocketAddress();
    }

    @Override
    public void shutdownInput() throws IOException {
        connection.channel().shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        connection.channel().shutdownOutput();
    }
}
