package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection: looks the name up unless the host is an address, tries one address after another, and secures
 * the connection if TLS is wanted, all within the connect limit. Each address gets an equal share of what is left of it,
 * so that a dead one cannot use it up; the handshake gets all that is left then.
 *
 * <p>Thread safety: everything belongs to the I/O thread, but for {@link #headStart}, which comes before all else.
 */
final class Connector implements Handshake.Client {

    /** Who wants the connection; it must pass {@link EventLoop.Handler#ready} on until it has one. */
    interface Client extends EventLoop.Handler {

        /** The connection stands; the socket is the client's from now on, and so is what secures it, if anything does. */
        void connected(SocketChannel socket, @Nullable TlsChannel secured);

        /** There is no connection. */
        void fail(Kind kind, String message, @Nullable Throwable cause);
    }

    private static final int MAX_ADDRESSES = 8;

    private final Loop loop;
    private final TimeSource time;
    private final Endpoint endpoint;
    private final @Nullable TlsClient tls;
    private final Duration limit;
    private final Client client;

    private boolean over;
    private boolean started;
    private boolean connected;
    private long start;
    private List<InetAddress> addresses = List.of();
    private int tried;
    private @Nullable SocketChannel socket;
    private @Nullable Handshake handshake;
    private TimeSource.@Nullable Scheduled timer;
    private int armed;
    private Kind kind = Kind.NAME_LOOKUP;
    private String message = "the name has no address";
    private @Nullable Throwable cause;

    /** Secures the connection if there is a {@code tls}. */
    Connector(Loop loop, TimeSource time, Endpoint endpoint, @Nullable TlsClient tls, Duration limit, Client client) {
        this.loop = loop;
        this.time = time;
        this.endpoint = endpoint;
        this.tls = tls;
        this.limit = limit;
        this.client = client;
    }

    /**
     * Asks the system for the connection on the thread of whoever calls, before the I/O thread takes part: that spares a
     * request the time which that thread takes to wake up. Does nothing if a name must be looked up first. Never blocks;
     * what comes of it is told after {@link #begin}.
     *
     * @return the socket, which stays with this connector, if it is connected and need not be secured; else null
     */
    @Nullable
    SocketChannel headStart() {
        InetAddress address = endpoint.literal().orElse(null);
        if (address == null) {
            return null;
        }
        started = true;
        start = time.nanoTime();
        addresses = List.of(address);
        try {
            connected = connect();
        } catch (IOException | UnsupportedAddressTypeException e) {
            note(e);
            closeSocket();
        }
        return connected && tls == null ? socket : null;
    }

    void begin() {
        if (!started) {
            start = time.nanoTime();
            endpoint.literal().ifPresentOrElse(address -> lookedUp(List.of(address)), this::lookUp);
        } else if (socket == null) {
            tryNext();
        } else {
            follow(socket);
        }
    }

    /** The socket is connected, or has failed to, or the handshake can go on. */
    void ready() {
        if (handshake != null) {
            handshake.ready();
            return;
        }
        try {
            if (socket != null && socket.finishConnect()) {
                succeed(socket);
            }
        } catch (IOException e) {
            note(e);
            tryNext();
        }
    }

    /** Gives up what is held; nothing is told any more. */
    void abandon() {
        over = true;
        disarm();
        closeSocket();
    }

    private void lookUp() {
        arm(limit);
        loop.names()
                .lookup(
                        endpoint.host(),
                        found -> loop.execute(client, () -> lookedUp(found)),
                        failure -> loop.execute(client, () -> {
                            note(Kind.NAME_LOOKUP, "the name could not be looked up", failure);
                            lookedUp(List.of());
                        }));
    }

    private void lookedUp(List<InetAddress> found) {
        addresses = found.subList(0, Math.min(found.size(), MAX_ADDRESSES));
        tryNext();
    }

    private void tryNext() {
        disarm();
        closeSocket();
        if (over) {
            return;
        }
        if (tried == addresses.size()) {
            over = true;
            client.fail(kind, message, cause);
            return;
        }
        try {
            connected = connect();
        } catch (IOException | UnsupportedAddressTypeException e) {
            note(e);
            tryNext();
            return;
        }
        if (socket != null) {
            follow(socket);
        }
    }

    /** Opens a socket to the next address; says whether it is connected already. */
    private boolean connect() throws IOException {
        InetSocketAddress address = new InetSocketAddress(addresses.get(tried++), endpoint.port());
        SocketChannel next = open(address.getAddress());
        // Asking again at once spares a turn of the loop: within one host the connection often stands already.
        return next.connect(address) || next.finishConnect();
    }

    /** What becomes of a socket that is connected, or about to be. */
    private void follow(SocketChannel next) {
        if (connected) {
            succeed(next);
        } else {
            loop.watch(next, SelectionKey.OP_CONNECT, client);
            int addressesLeft = addresses.size() - tried + 1;
            arm(left().dividedBy(addressesLeft));
        }
    }

    private SocketChannel open(InetAddress address) throws IOException {
        // A socket of IPv6's family reaches an address of IPv4 too, at a higher price for making it and for each
        // packet.
        SocketChannel next = address instanceof Inet4Address
                ? SocketChannel.open(StandardProtocolFamily.INET)
                : SocketChannel.open();
        socket = next;
        next.configureBlocking(false);
        next.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // Closing is then a reset. Otherwise the JDK would first half-close, which the engine may take for an abort
        // that it answers; and a thousand short calls would leave a thousand ports in TIME_WAIT.
        next.setOption(StandardSocketOptions.SO_LINGER, 0);
        return next;
    }

    private void succeed(SocketChannel next) {
        disarm();
        if (tls == null) {
            handOver(next, null);
        } else {
            arm(left());
            handshake = new Handshake(loop, client, next, this);
            handshake.begin(tls, endpoint);
        }
    }

    @Override
    public void secured(TlsChannel channel) {
        disarm();
        if (socket != null) {
            handOver(socket, channel);
        }
    }

    @Override
    public void notSecured(IOException why) {
        client.fail(Kind.TLS, tls == null ? "TLS failed" : tls.explain(why), why);
    }

    private void handOver(SocketChannel next, @Nullable TlsChannel secured) {
        over = true;
        socket = null;
        handshake = null;
        client.connected(next, secured);
    }

    private Duration left() {
        return limit.minusNanos(time.nanoTime() - start);
    }

    /** Remembers why it failed; of several reasons the first, but a refusal says more than the others. */
    private void note(Kind newKind, String newMessage, @Nullable Throwable newCause) {
        if (kind == Kind.NAME_LOOKUP || (newKind == Kind.REFUSED && kind != Kind.REFUSED)) {
            kind = newKind;
            message = newMessage;
            cause = newCause;
        }
    }

    private void note(Exception e) {
        if (socket == null) {
            note(Kind.INTERNAL, "this system has no socket to give", e);
        } else if (e instanceof ConnectException) {
            note(Kind.REFUSED, "the connection was refused", e);
        } else {
            note(Kind.UNREACHABLE, "there is no way to this address", e);
        }
    }

    private void arm(Duration delay) {
        timer = time.schedule(delay, new Limit(++armed));
    }

    private void expire(int attempt) {
        if (over || attempt != armed) {
            return;
        }
        if (handshake != null) {
            client.fail(
                    Kind.CONNECT_TIMEOUT,
                    "the TLS handshake was not done within " + limit.toMillis() + " ms; perhaps it speaks no TLS",
                    null);
            return;
        }
        note(Kind.CONNECT_TIMEOUT, "no connection within " + limit.toMillis() + " ms", null);
        tryNext();
    }

    private final class Limit implements Runnable {
        private final int attempt;

        private Limit(int attempt) {
            this.attempt = attempt;
        }

        @Override
        public void run() {
            loop.execute(client, () -> expire(attempt));
        }

        @Override
        public String toString() {
            return "limit of connecting to " + endpoint.hostAndPort();
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void closeSocket() {
        SocketChannel open = socket;
        if (open != null) {
            close(open);
            socket = null;
        }
    }

    static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // There is nothing left to give back, and nobody who could do better.
        }
    }
}
