package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.ClientDeparture;
import io.llamaorch.adapter.tck.ConnectionFault;
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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;

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
    private static final int BACKLOG = 50;
    private static final int MOST_DEPARTURES = 1000;
    private static final Duration JOIN = Duration.ofSeconds(2);

    private final Selector selector;
    private final Thread watch;
    private final Duration keepAlive;
    private final AtomicInteger accepted = new AtomicInteger();
    private final ConcurrentHashMap<Integer, WatchedConnection> open = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger neverRead = new AtomicInteger();
    private final AtomicInteger departed = new AtomicInteger();
    private final ConcurrentLinkedDeque<ClientDeparture> departures = new ConcurrentLinkedDeque<>();
    private @Nullable ConnectionFault fault;
    private @Nullable Listener listener;
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

    /** How many connections are open now. */
    int openConnections() {
        return open.size();
    }

    /** Has all connections from now on go wrong; null for none. */
    void fault(@Nullable ConnectionFault now) throws IOException {
        lock.lock();
        try {
            fault = now;
            open.values().stream().filter(peer -> peer.index() < 0).forEach(WatchedConnection::abort);
            Listener current = listener;
            if (current != null) {
                current.listen(!(now instanceof ConnectionFault.Refuse));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Does to a connection that was accepted what the fault in force does; tells whether it did. */
    private boolean struck(SocketChannel peer) throws IOException {
        lock.lock();
        try {
            if (fault == null) {
                return false;
            }
            if (fault instanceof ConnectionFault.NeverRead && !closed) {
                // It is watched, so that its leaving is noticed, but the web server never hears of it.
                WatchedConnection ignored = watched(peer, neverRead.decrementAndGet());
                ignored.onGone(ignored::abort);
                return true;
            }
            if (fault instanceof ConnectionFault.ResetOnAccept) {
                peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            peer.close();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private WatchedConnection watched(SocketChannel peer, int index) throws SocketException {
        WatchedConnection connection = new WatchedConnection(this, peer, index, keepAlive);
        open.put(index, connection);
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
        return connection;
    }

    /** Writes down that a client has left. */
    void departed(boolean reset, long nanoTime) {
        departures.add(new ClientDeparture(reset, nanoTime));
        if (departed.incrementAndGet() > MOST_DEPARTURES) {
            departures.poll();
        }
    }

    /** The clients that left, in their order. */
    List<ClientDeparture> departures() {
        return List.copyOf(departures);
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
        try {
            fault(null);
        } catch (IOException e) {
            // What cannot be listened on again is not needed any more.
        }
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
        Listener made = new Listener();
        lock.lock();
        try {
            listener = made;
        } finally {
            lock.unlock();
        }
        return made;
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
        private volatile ServerSocketChannel channel;

        /** Keeps the port while nothing listens on it. */
        private @Nullable SocketChannel placeholder;

        private volatile boolean listening = true;
        private volatile boolean shut;
        private boolean waitsToListen;

        Listener() throws IOException {
            channel = ServerSocketChannel.open();
        }

        /** Begins or ends to listen on the same port; called with the lock. */
        void listen(boolean now) throws IOException {
            if (now == listening || shut) {
                return;
            }
            listening = now;
            SocketAddress address = now ? heldAddress() : channel.getLocalAddress();
            if (now) {
                ServerSocketChannel again = ServerSocketChannel.open();
                again.socket().setReuseAddress(true);
                release();
                again.socket().bind(address, BACKLOG);
                channel = again;
            } else {
                channel.close();
                awaitNobodyAccepts();
                SocketChannel held = SocketChannel.open();
                held.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                held.bind(address);
                placeholder = held;
            }
        }

        /** A port is free only when nobody waits for connections on it any more. */
        private void awaitNobodyAccepts() throws SocketException {
            long left = JOIN.toNanos();
            while (!waitsToListen && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new SocketException("interrupted");
                }
            }
        }

        private SocketAddress heldAddress() throws IOException {
            SocketChannel held = placeholder;
            if (held == null) {
                throw new SocketException("the port is not held");
            }
            return held.getLocalAddress();
        }

        private void release() throws IOException {
            SocketChannel held = placeholder;
            placeholder = null;
            if (held != null) {
                held.close();
            }
        }

        @Override
        public void bind(SocketAddress address, int backlog) throws IOException {
            channel.socket().bind(address, backlog);
            // Only now, or a free port might be one that is being taken: it lets the port be had again after close.
            channel.socket().setReuseAddress(true);
        }

        @Override
        public WatchedSocket accept() throws IOException {
            return new WatchedSocket(watched(next(), accepted.getAndIncrement()));
        }

        private SocketChannel next() throws IOException {
            while (true) {
                SocketChannel peer;
                try {
                    peer = channel.accept();
                } catch (ClosedChannelException e) {
                    if (awaitListening()) {
                        continue;
                    }
                    // The web server takes this type, and no other, for the orderly end.
                    throw new SocketException("listener closed");
                }
                try {
                    peer.configureBlocking(false);
                    peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    if (!struck(peer)) {
                        return peer;
                    }
                } catch (IOException e) {
                    // Gone already: that must not end the listening.
                    peer.close();
                }
            }
        }

        /** Waits while connections are refused; false if this is closed for good. */
        private boolean awaitListening() {
            lock.lock();
            try {
                waitsToListen = true;
                changed.signalAll();
                while (!listening && !shut && !closed) {
                    changed.awaitUninterruptibly();
                }
                waitsToListen = false;
                return listening && !shut && !closed;
            } finally {
                lock.unlock();
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
            return shut;
        }

        @Override
        public void close() throws IOException {
            lock.lock();
            try {
                shut = true;
                release();
                channel.close();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
