package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsClient;
import io.llamaorch.adapter.llamacpp.internal.wire.WireFailure.Kind;
import io.llamaorch.adapter.spi.TimeSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response over a connection of its own: connect, send, read, close. While the request is being sent
 * the response is read already, as an engine that refuses it answers and closes early.
 *
 * <p>The end is decided once, by whoever first sets {@code over}: a cancel on any thread, the response's end, or a
 * failure. Everything else belongs to the I/O thread from {@link #begin} on, and before that to the thread that makes the
 * call, which may have sent the request by then.
 */
final class Connection implements Call, Connector.Client, ResponseParser.Sink {

    private final Loop loop;
    private final TimeSource time;
    private final Endpoint endpoint;
    private final @Nullable TlsClient tls;
    private final StreamListener listener;
    private final @Nullable Duration limit;
    private final Connector connector;
    private final ResponseParser parser;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger resumes = new AtomicInteger();

    private @Nullable Outgoing outgoing;
    private @Nullable SocketChannel socket;
    private @Nullable TlsChannel secured;
    private @Nullable SelectionKey key;
    private TimeSource.@Nullable Scheduled timer;
    private @Nullable IOException notSent;
    private boolean responseSeen;
    private boolean resting;
    private int restingSince;

    /** Whether the call is still with the thread that makes it. */
    private boolean ahead;

    private boolean toldConnected;

    /** Prepares a call, over TLS if there is a {@code tls}; a limit ends it as a whole, from {@link #headStart} on. */
    Connection(
            Loop loop,
            TimeSource time,
            Endpoint endpoint,
            @Nullable TlsClient tls,
            WireRequest request,
            StreamListener listener,
            @Nullable Duration limit) {
        this.loop = loop;
        this.time = time;
        this.endpoint = endpoint;
        this.tls = tls;
        this.listener = listener;
        this.limit = limit;
        connector = new Connector(loop, time, endpoint, tls, request.connectLimit(), this);
        parser = new ResponseParser(request.method(), this);
        outgoing = new Outgoing(request.head(endpoint), request.body());
    }

    /**
     * Connects and sends as far as that goes at once, on the thread that makes the call and before the I/O thread knows of
     * it. Never blocks, and a thread that is interrupted stays so: the socket is not in blocking mode.
     *
     * @return what the I/O thread must do first
     */
    Runnable headStart() {
        ahead = true;
        if (limit != null) {
            timer = time.schedule(limit, new Limit(limit));
        }
        try {
            SocketChannel early = connector.headStart();
            if (early != null && outgoing != null && outgoing.isSmall()) {
                toldConnected = true;
                listener.onConnected(this);
                if (!over.get()) {
                    sendAhead(early, outgoing);
                }
            }
        } catch (RuntimeException | Error e) {
            return () -> {
                ahead = false;
                throw e;
            };
        }
        return this::begin;
    }

    private void sendAhead(SocketChannel early, Outgoing request) {
        try {
            if (request.writeTo(early)) {
                outgoing = null;
            }
        } catch (IOException e) {
            notSent = e;
            outgoing = null;
        }
    }

    void begin() {
        ahead = false;
        if (over.get()) {
            release(); // whoever ended it could not yet
        } else {
            connector.begin();
        }
    }

    @Override
    public void cancel() {
        if (over.compareAndSet(false, true)) {
            if (loop.isHere()) {
                hangUp();
            } else {
                loop.execute(this, this::hangUp);
            }
        }
    }

    /** Closes the connection first, and does the rest after the engine can have noticed (CAN-05). */
    private void hangUp() {
        if (socket != null) {
            Connector.close(socket);
            loop.letGo();
        }
        release();
    }

    @Override
    public void resume() {
        resumes.incrementAndGet();
        loop.execute(this, () -> {
            if (resting && resumes.get() != restingSince) {
                resting = false;
                watch();
            }
        });
    }

    @Override
    public void execute(Runnable step) {
        loop.execute(this, step);
    }

    @Override
    public void connected(SocketChannel connected, @Nullable TlsChannel overTls) {
        socket = connected;
        secured = overTls;
        key = loop.watch(connected, SelectionKey.OP_READ, this);
        if (!over.get() && !toldConnected) {
            listener.onConnected(this);
        }
        if (!over.get() && (outgoing != null || overTls != null)) {
            send(overTls == null ? connected : overTls);
        }
        if (!over.get() && overTls != null) {
            read(overTls); // what came with the end of the handshake is not in the socket any more
        }
    }

    @Override
    public void ready(int operations) {
        ByteChannel channel = secured == null ? socket : secured;
        if (over.get()) {
            return; // its release is on the way
        }
        if (channel == null) {
            connector.ready();
            return;
        }
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            send(channel);
        }
        if ((operations & SelectionKey.OP_READ) != 0) {
            if (resting) {
                watch(); // only now: most rests are over before the next bytes arrive
            } else {
                read(channel);
            }
        }
    }

    @Override
    public boolean onHead(ResponseHead head) {
        if (!over.get()) {
            listener.onHead(head);
        }
        return !over.get();
    }

    @Override
    public void onBody(ByteBuffer bytes) {
        int resumesSeen = resumes.get();
        if (!over.get() && !listener.onBody(bytes)) {
            resting = true;
            restingSince = resumesSeen;
        }
    }

    @Override
    public void fail(Kind kind, String message, @Nullable Throwable cause) {
        release();
        if (over.compareAndSet(false, true)) {
            listener.onFailure(failure(kind, message, cause));
        }
    }

    @Override
    public void broke(Throwable cause) {
        ahead = false;
        if (cause instanceof WireException refusal) {
            fail(refusal.kind(), String.valueOf(refusal.getMessage()), null);
        } else {
            fail(Kind.INTERNAL, "the call failed on this side", cause);
        }
    }

    private void send(ByteChannel channel) {
        try {
            if (outgoing != null && outgoing.writeTo(channel, loop.buffer())) {
                outgoing = null;
            } else if (secured != null) {
                secured.flush();
            }
        } catch (IOException e) {
            // The engine may have answered before it stopped reading: reading on will tell.
            notSent = e;
            outgoing = null;
        }
        watch();
    }

    private void read(ByteChannel channel) {
        ByteBuffer in = loop.buffer().clear();
        int count;
        try {
            count = channel.read(in);
        } catch (EOFException e) {
            cut("the connection was closed ", e);
            return;
        } catch (IOException e) {
            broken(e);
            return;
        }
        if (count > 0) {
            responseSeen = true;
        }
        if (count < 0 ? notSent == null && parser.completeAtEndOfInput() : parser.feed(in.flip())) {
            complete();
        } else if (count < 0) {
            cut("the connection was closed ", notSent);
        } else if (secured != null) {
            if (secured.hasEnded()) {
                read(channel);
            } else {
                watch(); // TLS may have something of its own to send
            }
        }
    }

    /** The connection broke, or the engine refused it after the handshake, as it may with TLS 1.3. */
    private void broken(IOException cause) {
        Optional<String> refusal = tls == null || responseSeen ? Optional.empty() : tls.refusal(cause);
        if (refusal.isPresent()) {
            fail(Kind.TLS, refusal.get(), cause);
        } else {
            cut("the connection was reset ", cause);
        }
    }

    private void complete() {
        release();
        if (over.compareAndSet(false, true)) {
            listener.onEnd();
        }
    }

    private void cut(String what, @Nullable IOException cause) {
        fail(Kind.RESET, what + parser.place(), cause);
    }

    private void expire(Duration limit) {
        fail(Kind.TIMEOUT, "the limit of " + limit.toMillis() + " ms passed " + parser.place(), null);
    }

    private final class Limit implements Runnable {
        private final Duration limit;

        private Limit(Duration limit) {
            this.limit = limit;
        }

        @Override
        public void run() {
            loop.execute(Connection.this, () -> expire(limit));
        }

        @Override
        public String toString() {
            return "limit of an exchange with " + endpoint.hostAndPort();
        }
    }

    /** Has the socket watched for what is wanted now. */
    private void watch() {
        if (key != null) {
            int wanted = (resting ? 0 : SelectionKey.OP_READ) | (hasUnsent() ? SelectionKey.OP_WRITE : 0);
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }

    private boolean hasUnsent() {
        return outgoing != null || (secured != null && secured.hasUnsent());
    }

    /** The loop has ended before it took this in: the call ends on the caller's thread. */
    void turnAway() {
        connector.abandon();
        stopLimit();
        if (over.compareAndSet(false, true)) {
            listener.onFailure(failure(Kind.CLOSED, "the transport is closed", null));
        }
    }

    private WireFailure failure(Kind kind, String message, @Nullable Throwable cause) {
        return new WireFailure(kind, endpoint.hostAndPort() + ": " + message, responseSeen, cause);
    }

    private void stopLimit() {
        TimeSource.Scheduled armed = timer;
        if (armed != null) {
            armed.cancel();
        }
    }

    /** Gives up everything that is held; idempotent. */
    private void release() {
        if (ahead) {
            return;
        }
        connector.abandon();
        stopLimit();
        if (socket != null) {
            Connector.close(socket);
            socket = null;
            secured = null;
        }
        key = null;
        outgoing = null;
        loop.leave(this);
    }
}
