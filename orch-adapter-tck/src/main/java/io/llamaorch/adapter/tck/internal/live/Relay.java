package io.llamaorch.adapter.tck.internal.live;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Stands between an adapter and a real engine, passes every byte on as it comes, and how a connection ends too: a reset as
 * a reset. What passes is written down.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER = 16 << 10;
    private static final int DEFAULT_PORT = 80;
    private static final int CONNECT_LIMIT = 5_000; // milliseconds

    private final URI engine;
    private final boolean openAi;
    private final ServerSocket server;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Pace pace;

    // Guarded by the lock.
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

    private Relay(URI engine, boolean openAi, boolean stepped, ServerSocket server) {
        this.engine = engine;
        this.openAi = openAi;
        this.server = server;
        this.pace = new Pace(stepped, lock, changed);
    }

    static Relay start(URI engine, boolean openAi, boolean stepped) {
        try {
            Relay relay = new Relay(engine, openAi, stepped, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
            relay.spawn("accept", relay::accept);
            return relay;
        } catch (IOException e) {
            throw new UncheckedIOException("the kit cannot listen on 127.0.0.1", e);
        }
    }

    Pace pace() {
        return pace;
    }

    int port() {
        return server.getLocalPort();
    }

    boolean runsOn(Thread thread) {
        return threads.contains(thread);
    }

    private void spawn(String what, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "kit-relay-" + what);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                clients.add(client);
                note(() -> {});
                spawn("connection", () -> connect(client));
            } catch (IOException closed) {
                return; // the test is over
            }
        }
    }

    private void connect(Socket client) {
        Socket upstream = new Socket();
        try {
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            int port = engine.getPort() < 0 ? DEFAULT_PORT : engine.getPort();
            upstream.connect(new InetSocketAddress(engine.getHost(), port), CONNECT_LIMIT);
        } catch (IOException unreachable) {
            reset(client);
            left(client);
            return;
        }
        Tap tap = new Tap();
        spawn("answers", () -> {
            pump(upstream, client, out -> new Passage(pace, openAi, out, tap::answers, tap::isTask, tap::isGone));
            left(client);
        });
        boolean wasReset =
                pump(client, upstream, out -> new Passage(Pace.FREE, openAi, out, tap::asks, () -> false, () -> false));
        note(tap::clientIsGone);
        if (wasReset) {
            reset(upstream);
        } else {
            close(upstream); // a client that has ended reads no more either
        }
        left(client);
    }

    /** The exchanges of one connection. */
    private final class Tap {
        private Exchange now = new Exchange(openAi);

        void asks(byte[] bytes, int count) {
            note(() -> {
                if (!exchanges.contains(now) || now.isAnswered()) {
                    now = new Exchange(openAi);
                    exchanges.add(now);
                }
                now.asks(bytes, count);
            });
        }

        void answers(byte[] bytes, int count) {
            note(() -> now.answers(bytes, count));
        }

        void clientIsGone() {
            now.clientIsGone();
        }

        boolean isTask() {
            return count(each -> each == now && each.isTask()) > 0;
        }

        boolean isGone() {
            return count(each -> each == now && each.isLeft()) > 0;
        }
    }

    /** Is told of bytes before they pass. */
    interface Witness {
        void saw(byte[] bytes, int count);
    }

    /** Passes bytes on until one side ends; says whether that was a reset by the source. */
    private static boolean pump(Socket from, Socket to, Function<OutputStream, Passage> passageTo) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = from.getInputStream();
            Passage passage = passageTo.apply(to.getOutputStream());
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!passage.pass(buffer, count)) {
                    return false;
                }
            }
            passage.end();
            to.shutdownOutput();
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (SocketException e) {
            reset(to);
            return true;
        } catch (IOException e) {
            return true;
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException closedAlready) {
            return;
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a socket of the kit's cannot be closed", e);
        }
    }

    private void left(Socket client) {
        close(client);
        clients.remove(client);
        note(() -> {});
    }

    private void note(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int open() {
        return clients.size();
    }

    int count(Predicate<Exchange> which) {
        return (int) sum(exchange -> which.test(exchange) ? 1 : 0);
    }

    long sum(ToLongFunction<Exchange> what) {
        lock.lock();
        try {
            return exchanges.stream().mapToLong(what).sum();
        } finally {
            lock.unlock();
        }
    }

    /** The last task's exchange. */
    Optional<Exchange> last() {
        lock.lock();
        try {
            return exchanges.stream().filter(Exchange::isTask).reduce((first, second) -> second);
        } finally {
            lock.unlock();
        }
    }

    boolean await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the kit's socket cannot be closed", e);
        }
        clients.forEach(Relay::reset);
    }
}
