package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsException;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handshake of TLS on a socket that is connected. What takes long in it (reading stores, making keys, verifying
 * certificates) is done by helper threads, while nothing is asked of the socket. It ends by itself if the socket is
 * closed.
 *
 * <p>Thread safety: everything belongs to the I/O thread.
 */
final class Handshake {

    /** Hears the outcome. */
    interface Client {

        /** The handshake is done, and the server is who it should be. */
        void secured(TlsChannel channel);

        /** It failed. */
        void notSecured(IOException why);
    }

    private final Loop loop;
    private final EventLoop.Handler handler;
    private final SocketChannel socket;
    private final Client client;
    private @Nullable TlsChannel channel;

    Handshake(Loop loop, EventLoop.Handler handler, SocketChannel socket, Client client) {
        this.loop = loop;
        this.handler = handler;
        this.socket = socket;
        this.client = client;
    }

    void begin(TlsClient tls, Endpoint endpoint) {
        aside(() -> tls.begin(endpoint.host(), endpoint.port()), engine -> {
            channel = new TlsChannel(socket, engine, loop::scratch);
            goOn(channel);
        });
    }

    /** The socket is ready. */
    void ready() {
        if (channel != null) {
            goOn(channel);
        }
    }

    private void goOn(TlsChannel secured) {
        try {
            switch (secured.handshake()) {
                case INPUT -> watch(SelectionKey.OP_READ);
                case OUTPUT -> watch(SelectionKey.OP_WRITE);
                case TASK -> aside(() -> runTasks(secured), this::goOn);
                case NOTHING -> client.secured(secured);
            }
        } catch (IOException e) {
            client.notSecured(e);
        }
    }

    private static TlsChannel runTasks(TlsChannel secured) {
        for (Runnable task = secured.task(); task != null; task = secured.task()) {
            task.run();
        }
        return secured;
    }

    /** Has a helper do this, and then goes on here with what it made. */
    private <T> void aside(Callable<T> work, Consumer<T> then) {
        watch(0);
        try {
            loop.helpers().execute(() -> {
                if (!socket.isOpen()) {
                    return; // its call is over; those that are not wait
                }
                T made;
                try {
                    made = work.call();
                } catch (Throwable t) {
                    backHere(() -> client.notSecured(asIoException(t)));
                    if (t instanceof VirtualMachineError error) {
                        throw error;
                    }
                    return;
                }
                backHere(() -> then.accept(made));
            });
        } catch (RejectedExecutionException e) {
            client.notSecured(new TlsException("TLS needs a thread, and there is none to be had: try later", e));
        }
    }

    private void backHere(Runnable step) {
        loop.execute(handler, () -> {
            if (socket.isOpen()) {
                step.run();
            }
        });
    }

    private static IOException asIoException(Throwable thrown) {
        return thrown instanceof IOException e
                ? e
                : new TlsException("TLS failed on this side (" + thrown + ")", thrown);
    }

    private void watch(int operations) {
        loop.watch(socket, operations, handler);
    }
}
