package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.tls.TlsOptions;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The transport of this project's own: HTTP/1.1 over non-blocking sockets, with TLS if the endpoint wants it, all on one
 * I/O thread.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class SocketTransport implements Transport {

    private static final Call OVER = new Call() {
        @Override
        public void cancel() {}

        @Override
        public void resume() {}

        @Override
        public void execute(Runnable step) {}
    };

    private final Endpoint endpoint;
    private final @Nullable TlsClient tls;
    private final SharedLoop shared;
    private final TimeSource time;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Makes a transport; nothing is opened before the first call.
     *
     * @param endpoint where the engine listens
     * @param tls whom to trust and what to show, if the endpoint wants TLS
     * @param shared the I/O thread, shared with other transports
     * @param time what the limits are measured with
     */
    public SocketTransport(Endpoint endpoint, TlsOptions tls, SharedLoop shared, TimeSource time) {
        this.endpoint = endpoint;
        this.tls = endpoint.isTls() ? new TlsClient(tls) : null;
        this.shared = shared;
        this.time = time;
        shared.join();
    }

    @Override
    public Call exchange(WireRequest request, ExchangeListener listener) {
        return start(request, new Exchange(request.bodyCeiling(), listener), request.exchangeLimit());
    }

    @Override
    public Call stream(WireRequest request, StreamListener listener) {
        return start(request, listener, null);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            shared.leave(this);
        }
    }

    private Call start(WireRequest request, StreamListener listener, @Nullable Duration limit) {
        Optional<EventLoop> running;
        try {
            running = closed.get() ? Optional.empty() : shared.running();
        } catch (IOException e) {
            return refuse(listener, Kind.INTERNAL, "the I/O thread cannot be started", e);
        }
        if (running.isEmpty()) {
            return refuse(listener, Kind.CLOSED, "the transport is closed", null);
        }
        EventLoop loop = running.get();
        Connection connection = new Connection(loop, time, endpoint, tls, request, listener, limit);
        if (!loop.admit(connection, this, connection.headStart())) {
            connection.turnAway();
        } else if (closed.get()) {
            loop.evict(this); // close() may have looked before this call was in
        }
        return connection;
    }

    private Call refuse(StreamListener listener, Kind kind, String message, @Nullable Throwable cause) {
        listener.onFailure(new WireFailure(kind, endpoint.hostAndPort() + ": " + message, false, cause));
        return OVER;
    }
}
