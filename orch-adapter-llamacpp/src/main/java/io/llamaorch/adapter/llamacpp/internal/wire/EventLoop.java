package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.spi.IoThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The I/O thread: waits until sockets are ready, and runs what other threads want done beside them. Whatever a handler
 * throws is told to that handler and ends nothing else; only an error of the virtual machine ends the loop, after every
 * handler has been told.
 *
 * <p>A socket that is closed on this thread is really gone when the thread waits again, as a selector's first act is to
 * let go of what was closed; or at once by {@link #letGo}. For its sake what is ready is first gathered and then served, as
 * a selector that is serving cannot select.
 *
 * <p>Thread safety: safe for concurrent use, but for what is said to belong to the I/O thread.
 */
final class EventLoop implements Loop {

    /** Whom the loop serves; all methods are called on the I/O thread. */
    interface Handler {

        /** The handler's socket is ready for these operations. */
        void ready(int operations);

        /** The handler's own step threw this, or the loop or the transport ends; it must give up what it holds. */
        void broke(Throwable cause);
    }

    private static final class LoopThread extends Thread implements IoThread {
        private LoopThread(Runnable loop) {
            super(null, loop, "llamacpp-io", 0, false);
            setDaemon(true);
        }
    }

    private record Task(Handler handler, Runnable step) {}

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    /** What one read brings in at most. */
    static final int BUFFER_BYTES = 16 * 1024;

    private final Selector selector;
    private final Thread thread;
    private final NameLookup names;

    /** A connection has one task at most with it, so the connections bound what waits. */
    private final HelperPool helpers = new HelperPool("llamacpp-tls", Integer.MAX_VALUE);

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final Queue<Task> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean wakeupPending = new AtomicBoolean();

    /** What is ready and not served yet. Belongs to the I/O thread. */
    private final List<SelectionKey> ready = new ArrayList<>();

    private final Consumer<SelectionKey> gather = ready::add;
    private final Map<Handler, Object> owners = new ConcurrentHashMap<>();
    private ByteBuffer scratch = ByteBuffer.allocate(0);
    private volatile boolean ending;
    private volatile boolean ended;

    /** Starts the thread. */
    EventLoop(NameLookup names) throws IOException {
        this.names = names;
        selector = Selector.open();
        thread = new LoopThread(this::run);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            selector.close();
            throw new IOException("this system has no thread to give", e);
        }
    }

    /** Takes a handler in and has its first step run; false if the loop has ended, and the step may never run. */
    boolean admit(Handler handler, Object owner, Runnable firstStep) {
        owners.put(handler, owner);
        return execute(handler, firstStep);
    }

    @Override
    public boolean execute(Handler handler, Runnable step) {
        tasks.add(new Task(handler, step));
        if (!isHere() && wakeupPending.compareAndSet(false, true)) {
            selector.wakeup();
        }
        return !ended;
    }

    @Override
    public boolean isHere() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void letGo() {
        try {
            selector.selectNow(gather);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("The selector cannot select; the next time it will end the thread.");
        }
        wakeupPending.set(false); // a call to wake up may just have been used up; what it was for runs in this turn
    }

    @Override
    public void leave(Handler handler) {
        owners.remove(handler);
    }

    /** Breaks all handlers of one owner. */
    void evict(Object owner) {
        owners.forEach((handler, itsOwner) -> {
            if (itsOwner == owner) {
                execute(handler, () -> handler.broke(WireException.closed()));
            }
        });
    }

    @Override
    public SelectionKey watch(SocketChannel socket, int operations, Handler handler) {
        try {
            return socket.register(selector, operations, handler);
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public ByteBuffer scratch(int bytes) {
        if (scratch.capacity() < bytes) {
            scratch = ByteBuffer.allocate(bytes);
        }
        return scratch.clear();
    }

    @Override
    public NameLookup names() {
        return names;
    }

    @Override
    public HelperPool helpers() {
        return helpers;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Breaks every handler and ends the thread; waits for it, unless called on it, as long as is given. */
    void end(Duration patience) {
        ending = true;
        selector.wakeup();
        if (!isHere()) {
            try {
                thread.join(patience.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        Throwable cause = WireException.closed();
        try {
            while (!ending) {
                selector.select(gather);
                serve();
                Thread.interrupted(); // a listener's stray interrupt would make every select return at once
                wakeupPending.set(false);
                for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
                    perform(task);
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            cause = e;
            LOG.atError().setCause(e).log("The I/O thread ends; calls that run on it fail.");
        }
        giveUp(cause);
        if (cause instanceof Error error) {
            throw error;
        }
    }

    /** Serves what is ready, and what becomes so meanwhile if that is noticed. */
    @SuppressWarnings("ForLoopReplaceableByForEach") // the list may grow
    private void serve() {
        for (int i = 0; i < ready.size(); i++) {
            dispatch(ready.get(i));
        }
        ready.clear();
    }

    private void dispatch(SelectionKey key) {
        Handler handler = (Handler) key.attachment();
        try {
            if (key.isValid()) {
                handler.ready(key.readyOps());
            }
        } catch (Throwable t) {
            tell(handler, t);
        }
    }

    private void perform(Task task) {
        try {
            task.step.run();
        } catch (Throwable t) {
            tell(task.handler, t);
        }
    }

    private static void tell(Handler handler, Throwable thrown) {
        try {
            if (!(thrown instanceof WireException)) {
                LOG.atWarn().setCause(thrown).log("A listener threw on the I/O thread; its call is over.");
            }
            handler.broke(thrown);
        } catch (Throwable again) {
            rethrowIfFatal(again);
            LOG.atWarn().setCause(again).log("A listener threw when it was told of its failure.");
        }
        rethrowIfFatal(thrown);
    }

    private static void rethrowIfFatal(Throwable thrown) {
        if (thrown instanceof VirtualMachineError error) {
            throw error;
        }
    }

    /** From here on nobody is let in, so what is here now is all that there is to break. */
    private void giveUp(Throwable cause) {
        ended = true;
        for (Handler handler : owners.keySet()) {
            try {
                handler.broke(cause);
            } catch (Throwable t) {
                LOG.atWarn().setCause(t).log("A listener threw while the I/O thread ended.");
            }
        }
        names.close();
        helpers.close();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("The selector did not close.");
        }
    }
}
