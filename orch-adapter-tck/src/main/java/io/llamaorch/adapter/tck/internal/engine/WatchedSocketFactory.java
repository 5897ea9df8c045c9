package io.llamaorch.adapter.tck.internal.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/**
 * Hands the web server sockets whose other end is watched.
 *
 * <p>A thread that waits for a slot or for the pace reads nothing, so it could not see that its client has gone.
 * Here one thread for all sockets reads ahead through a selector; it knows of a close or a reset at once and tells
 * whoever asked. It also writes out what a slow client has not taken yet, so that generation is never held back.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class WatchedSocketFactory extends ServerSocketFactory implements AutoCloseable {
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final Selector selector;
    private final Thread watch;
    private final Duration keepAlive;
    private final AtomicInteger accepted = new AtomicInteger();
    private final ConcurrentHashMap<Integer, WatchedConnection> open = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /** @param keepAlive how long a connection may stay open without beginning a request */
    WatchedSocketFactory(Duration keepAlive) throws IOException {
        this.keepAlive = keepAlive;
        this.selector = Selector.open();
        this.watch = new Thread(this::run, "scripted-engine-sockets");
        watch.setDaemon(true);
        watch.start();
    }

    /** The open connection that was accepted as the {@code index}-th, counted from 0 as the web server counts. */
    Optional<WatchedConnection> connection(int index) {
        return Optional.ofNullable(open.get(index));
    }

    void forget(WatchedConnection connection) {
        open.remove(connection.index(), connection);
    }

    void wakeup() {
        selector.wakeup();
    }

    private void run() {
        while (!closed) {
            try {
                selector.select(key -> ((WatchedConnection) key.attachment()).ready(key));
            } catch (IOException e) {
                break;
            }
        }
        open.values().forEach(WatchedConnection::abort);
        try {
            selector.close();
        } catch (IOException e) {
            // Nothing is left that could be closed.
        }
    }

    /** Closes every socket without sending what is pending, ends the watching thread and waits for it. */
    @Override
    public void close() {
        closed = true;
        open.values().forEach(WatchedConnection::abort);
        selector.wakeup();
        try {
            watch.join(JOIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public ServerSocket createServerSocket() throws IOException {
        return new Listener();
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return createServerSocket(port, 50);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return createServerSocket(port, backlog, InetAddress.getLoopbackAddress());
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
        ServerSocket listener = createServerSocket();
        listener.bind(new InetSocketAddress(address, port), backlog);
        return listener;
    }

    /** Listens through a channel, because only a channel's sockets can be watched by a selector. */
    private final class Listener extends ServerSocket {
        private final ServerSocketChannel channel;

        Listener() throws IOException {
            channel = ServerSocketChannel.open();
        }

        @Override
        public void bind(SocketAddress address, int backlog) throws IOException {
            channel.socket().bind(address, backlog);
            // Only now, or a free port might be one that is being taken: it lets the port be had again after close.
            channel.socket().setReuseAddress(true);
        }

        @Override
        public WatchedSocket accept() throws IOException {
            SocketChannel peer = next();
            WatchedConnection connection =
                    new WatchedConnection(WatchedSocketFactory.this, peer, accepted.getAndIncrement(), keepAlive);
            open.put(connection.index(), connection);
            try {
                connection.watch(peer.register(selector, SelectionKey.OP_READ, connection));
            } catch (ClosedSelectorException | ClosedChannelException e) {
                connection.abort();
                throw new SocketException("listener closed");
            }
            if (closed) {
                connection.abort();
            }
            selector.wakeup();
            return new WatchedSocket(connection);
        }

        private SocketChannel next() throws IOException {
            while (true) {
                SocketChannel peer;
                try {
                    peer = channel.accept();
                } catch (ClosedChannelException e) {
                    // The web server takes this type, and no other, for the orderly end.
                    throw new SocketException("listener closed");
                }
                try {
                    peer.configureBlocking(false);
                    peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    return peer;
                } catch (IOException e) {
                    // Gone already: that must not end the listening.
                    peer.close();
                }
            }
        }

        @Override
        public void setReuseAddress(boolean on) throws SocketException {
            channel.socket().setReuseAddress(on);
        }

        @Override
        public int getLocalPort() {
            return channel.socket().getLocalPort();
        }

        @Override
        public boolean isClosed() {
            return !channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
