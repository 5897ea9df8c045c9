package io.llamaorch.adapter.tck.internal.engine;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An accepted connection that knows when its peer has closed, reads ahead, and never blocks its writer.
 *
 * <p>What the client does not take piles up here, as it does in the real server. {@link #close()} sends what is
 * pending first; {@link #abort()} and {@link #reset()} do not.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class WatchedConnection {
    private static final int READ_AHEAD = 256 * 1024;

    private final WatchedSocketFactory owner;
    private final SocketChannel channel;
    private final int index;
    private final long keepAliveNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<ByteBuffer> inbox = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> outbox = new ArrayDeque<>();
    private final List<Runnable> departures = new ArrayList<>();
    private final List<Runnable> closures = new ArrayList<>();
    private int unread;
    private boolean betweenRequests = true;
    private boolean peerGone;
    private boolean closing;
    private @Nullable SelectionKey key;
    private @Nullable Ending ending;
    private final RequestEnds requests = new RequestEnds();
    private long endedAt;
    private volatile @Nullable Twist twist;
    private volatile @Nullable Exchange exchange;

    /** How a connection ended. */
    enum Ending {
        /** The client closed its side, or half of it. */
        CLIENT_CLOSED("the client closed the connection"),
        /** The client reset the connection. */
        CLIENT_RESET("the client reset the connection"),
        /** This side closed first. */
        ENGINE_CLOSED("the engine closed the connection"),
        /** This side reset the connection. */
        ENGINE_RESET("the engine reset the connection");

        private final String words;

        Ending(String words) {
            this.words = words;
        }

        /** Whether it was the client that ended it. */
        boolean byClient() {
            return this == CLIENT_CLOSED || this == CLIENT_RESET;
        }

        String words() {
            return words;
        }
    }

    WatchedConnection(WatchedSocketFactory owner, SocketChannel channel, int index, Duration keepAlive) {
        this.owner = owner;
        this.channel = channel;
        this.index = index;
        this.keepAliveNanos = keepAlive.toNanos();
    }

    void watch(SelectionKey registered) {
        lock.lock();
        try {
            key = registered;
        } finally {
            lock.unlock();
        }
    }

    int index() {
        return index;
    }

    /** Says that a request was read whole: until the next byte the keep-alive limit runs. */
    void requestRead() {
        lock.lock();
        try {
            betweenRequests = true;
            requests.read();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has {@code action} run once, when the peer has closed or reset its side or this side was closed; at once if
     * that is so already. It runs on the watching thread, which it must not block, or on the thread that closes.
     */
    void onGone(Runnable action) {
        boolean now;
        lock.lock();
        try {
            now = peerGone || closing;
            if (!now) {
                departures.add(action);
            }
        } finally {
            lock.unlock();
        }
        if (now) {
            action.run();
        }
    }

    /**
     * Has {@code action} run once, when this side was closed, which it also is when an answer could not be written; at
     * once if that is so already. It runs on the thread that closes, which it must not block.
     */
    void onClosed(Runnable action) {
        boolean now;
        lock.lock();
        try {
            now = closing;
            if (!now) {
                closures.add(action);
            }
        } finally {
            lock.unlock();
        }
        if (now) {
            action.run();
        }
    }

    /** Moves bytes in both directions; the watching thread calls it. */
    void ready(SelectionKey ready) {
        boolean gone = false;
        lock.lock();
        try {
            if (ready.isReadable()) {
                gone = readAhead(ready);
            }
            if (!gone && ready.isWritable()) {
                drain();
                ready.interestOpsAnd(outbox.isEmpty() ? ~SelectionKey.OP_WRITE : ~0);
            }
        } catch (IOException | CancelledKeyException e) {
            gone = true;
            ended(Ending.CLIENT_RESET);
            ready.cancel();
            outbox.clear();
            if (closing) {
                shut(false, true);
            }
        } finally {
            lock.unlock();
        }
        if (gone) {
            depart();
        }
    }

    private boolean readAhead(SelectionKey ready) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(8192);
        int n = channel.read(room);
        if (n < 0) {
            ready.interestOpsAnd(~SelectionKey.OP_READ);
            ended(Ending.CLIENT_CLOSED);
            return true;
        }
        if (n > 0) {
            requests.received(room.flip());
        }
        if (n > 0 && !closing) {
            inbox.add(room);
            unread += n;
            arrived.signalAll();
            if (unread >= READ_AHEAD) {
                ready.interestOpsAnd(~SelectionKey.OP_READ);
            }
        }
        return false;
    }

    private void drain() throws IOException {
        while (!outbox.isEmpty()) {
            channel.write(outbox.peek());
            if (outbox.peek().hasRemaining()) {
                return;
            }
            outbox.remove();
        }
        if (closing) {
            channel.close();
            owner.forget(this);
        }
        if (outbox.isEmpty()) {
            arrived.signalAll();
        }
    }

    /** Marks the peer as gone and tells those who wait for that. */
    private void depart() {
        List<Runnable> told;
        lock.lock();
        try {
            peerGone = true;
            arrived.signalAll();
            told = new ArrayList<>(departures);
            departures.clear();
            if (closing) {
                told.addAll(closures);
                closures.clear();
            }
        } finally {
            lock.unlock();
        }
        told.forEach(Runnable::run);
    }

    /** Waits for bytes; -1 when the peer has closed, or sent nothing for too long between two requests. */
    int read(byte[] into, int from, int length) throws IOException {
        lock.lock();
        try {
            long left = keepAliveNanos;
            while (inbox.isEmpty()) {
                if (closing) {
                    throw new SocketException("socket closed");
                }
                if (peerGone || left <= 0) {
                    return -1;
                }
                if (betweenRequests) {
                    left = arrived.awaitNanos(left);
                } else {
                    arrived.await();
                }
            }
            betweenRequests = false;
            ByteBuffer head = inbox.element();
            int n = Math.min(length, head.remaining());
            head.get(into, from, n);
            if (!head.hasRemaining()) {
                inbox.remove();
            }
            boolean wasFull = unread >= READ_AHEAD;
            unread -= n;
            if (wasFull && unread < READ_AHEAD && !peerGone) {
                listen(SelectionKey.OP_READ);
            }
            return n;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    /** Sends at once what can be sent and keeps the rest until it can. */
    void write(byte[] from, int offset, int length) throws IOException {
        lock.lock();
        try {
            if (closing) {
                throw new SocketException("socket closed");
            }
            ByteBuffer bytes = ByteBuffer.wrap(from, offset, length);
            Exchange told = exchange;
            if (told != null) {
                told.sent(from, offset, length);
            }
            if (outbox.isEmpty()) {
                try {
                    channel.write(bytes);
                } catch (IOException e) {
                    ended(Ending.CLIENT_RESET);
                    throw e;
                }
            }
            if (bytes.hasRemaining()) {
                outbox.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
                listen(SelectionKey.OP_WRITE);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends through the fault that is in force, if there is one. */
    void say(byte[] from, int offset, int length) throws IOException {
        Twist now = twist;
        try {
            if (now == null) {
                write(from, offset, length);
            } else {
                now.write(this, from, offset, length);
            }
        } catch (IOException e) {
            // The web server leaves a connection open that it could not write to.
            if (!isClosed()) {
                abort();
            }
            throw e;
        }
    }

    /** Has the bytes of the answer that comes now go through a fault; null for none. */
    void twist(@Nullable Twist now) {
        twist = now;
    }

    /** Has what is sent be kept for reading. */
    void tell(@Nullable Exchange to) {
        exchange = to;
    }

    /** Waits until all that was written is with the system; false if the client went or this side closed. */
    boolean awaitRoom() throws IOException {
        lock.lock();
        try {
            while (!outbox.isEmpty() && !peerGone && !closing) {
                arrived.await();
            }
            return !peerGone && !closing;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    /** Waits at most so long for the client to go or this side to close; tells whether it did. */
    boolean awaitGone(long nanos) throws IOException {
        lock.lock();
        try {
            long left = nanos;
            while (!peerGone && !closing && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return peerGone || closing;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    private void ended(Ending how) {
        lock.lock();
        try {
            if (ending == null) {
                ending = how;
                endedAt = System.nanoTime();
                if (how.byClient()) {
                    owner.departed(how == Ending.CLIENT_RESET, endedAt);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** When it ended, by {@link System#nanoTime()}; of no meaning while it is open. */
    long endedAt() {
        lock.lock();
        try {
            return endedAt;
        } finally {
            lock.unlock();
        }
    }

    /** How it ended; empty while it is open. */
    Optional<Ending> ending() {
        lock.lock();
        try {
            return Optional.ofNullable(ending);
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes came after the last request. */
    int stray() {
        lock.lock();
        try {
            return requests.beyond();
        } finally {
            lock.unlock();
        }
    }

    private void listen(int operation) throws IOException {
        try {
            if (key != null) {
                key.interestOpsOr(operation);
                owner.wakeup();
            }
        } catch (CancelledKeyException e) {
            throw new SocketException("connection lost");
        }
    }

    /** Closes at once, dropping what was not sent yet. */
    void abort() {
        shut(false, true);
    }

    /** Closes with a TCP reset. */
    void reset() {
        shut(true, true);
    }

    /** Closes as soon as what is pending was sent or can no longer be. */
    void close() {
        shut(false, false);
    }

    private void shut(boolean linger0, boolean drop) {
        lock.lock();
        try {
            closing = true;
            ended(linger0 ? Ending.ENGINE_RESET : Ending.ENGINE_CLOSED);
            if (linger0) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            if (drop) {
                outbox.clear();
            }
            if (outbox.isEmpty()) {
                channel.close();
            }
        } catch (IOException e) {
            // A channel that cannot be closed in order is closed all the same.
        } finally {
            lock.unlock();
        }
        owner.wakeup();
        if (!channel.isOpen()) {
            owner.forget(this);
        }
        depart();
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    SocketChannel channel() {
        return channel;
    }
}
