package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A transport without sockets or threads: the real connection over reads that a test gives, on the test's thread. One
 * stream at a time.
 */
public final class ReadTransport implements Transport {

    /** What the socket gives, read by read. */
    public interface Reads {

        /** Gives some bytes, or -1 at the end of input; throws for a reset. */
        int read(ByteBuffer into) throws IOException;
    }

    private record Task(EventLoop.Handler handler, Runnable step) {}

    private static final Endpoint ENDPOINT = Endpoint.parse("http://127.0.0.1:8080");

    private final TimeSource time;
    private final Queue<Task> tasks = new ArrayDeque<>();
    private final Turns loop = new Turns();
    private @Nullable Reads reads;
    private @Nullable FakeSocket socket;
    private @Nullable Connection connection;
    private @Nullable ExchangeListener asked;

    /** One to which nothing answers yet. */
    public ReadTransport(TimeSource time) {
        this.time = time;
    }

    /** What the next stream reads. */
    public void answer(Reads next) {
        reads = next;
    }

    /** Reads on until the stream rests or is over. */
    public void run() {
        while (true) {
            for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
                attempt(task.handler, task.step);
            }
            Connection reading = connection;
            if (reading == null || socket == null || !socket.isRead()) {
                return;
            }
            attempt(reading, () -> reading.ready(SelectionKey.OP_READ));
        }
    }

    /** Whether the stream's socket is closed. */
    public boolean closed() {
        return socket != null && !socket.isOpen();
    }

    /** Fails the question that was asked beside the stream. */
    public void failQuestion() {
        Objects.requireNonNull(asked).onFailure(new WireFailure(Kind.RESET, "it happened", false, null));
        asked = null;
    }

    @Override
    public Call exchange(WireRequest request, ExchangeListener listener) {
        asked = listener;
        return new Connection(loop, time, ENDPOINT, null, request, new Exchange(0, listener), null);
    }

    @Override
    public Call stream(WireRequest request, StreamListener listener) {
        FakeSocket connected = new FakeSocket(Objects.requireNonNull(reads));
        Connection begun = new Connection(loop, time, ENDPOINT, null, request, listener, null);
        socket = connected;
        connection = begun;
        loop.execute(begun, () -> begun.connected(connected, null));
        return begun;
    }

    @Override
    public void close() {}

    /** As the real loop does it. */
    private static void attempt(EventLoop.Handler handler, Runnable step) {
        try {
            step.run();
        } catch (Throwable t) {
            handler.broke(t);
        }
    }

    private final class Turns implements Loop {
        private final ByteBuffer buffer = ByteBuffer.allocate(EventLoop.BUFFER_BYTES);

        @Override
        public boolean execute(EventLoop.Handler handler, Runnable step) {
            return tasks.add(new Task(handler, step));
        }

        @Override
        public boolean isHere() {
            return false;
        }

        @Override
        public void letGo() {}

        @Override
        public void leave(EventLoop.Handler handler) {}

        @Override
        public SelectionKey watch(SocketChannel channel, int operations, EventLoop.Handler handler) {
            return ((FakeSocket) channel).watch(operations);
        }

        @Override
        public ByteBuffer buffer() {
            return buffer;
        }

        @Override
        public ByteBuffer scratch(int bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public NameLookup names() {
            throw new UnsupportedOperationException();
        }

        @Override
        public HelperPool helpers() {
            throw new UnsupportedOperationException();
        }
    }
}
