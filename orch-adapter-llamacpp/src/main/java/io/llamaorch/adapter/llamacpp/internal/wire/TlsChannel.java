package io.llamaorch.adapter.llamacpp.internal.wire;

import io.llamaorch.adapter.llamacpp.internal.tls.TlsException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.function.IntFunction;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * TLS between a socket and who reads and writes text. Never blocks and never reads the socket more than once a call, so
 * that no peer can keep the I/O thread. Its close is abrupt: no {@code close_notify} is ever sent, which could keep an
 * engine from noticing that its client has gone (CAN-05).
 *
 * <p>All whole records that were read are decrypted at once and handed over, at most 16 KiB of text a read; between two
 * reads nothing is kept but a record that is not whole. So a selector that waits for the socket misses nothing, with two
 * exceptions: what came with the end of the handshake, and what {@link #hasEnded} tells.
 *
 * <p>Thread safety: everything belongs to the I/O thread, but for the engine's delegated tasks.
 */
final class TlsChannel implements ByteChannel {

    /** What a handshake waits for. */
    enum Need {
        INPUT,
        OUTPUT,
        TASK,
        NOTHING
    }

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_AT = 3;
    private static final int FIRST_TYPE = 20; // change_cipher_spec
    private static final int LAST_TYPE = 23; // application_data

    /** So many records without text in a row are borne (new sessions, new keys, empty ones); more are mischief. */
    private static final int MOST_IDLE_RECORDS = 64;

    /** How much that TLS itself answers may wait for a peer that does not read. */
    private static final int MOST_UNSENT_BYTES = 32 * 1024;

    private final ByteChannel socket;
    private final SSLEngine engine;
    private final IntFunction<ByteBuffer> scratch;
    private final int recordBytes;
    private final ByteBuffer in;
    private ByteBuffer unsent = EMPTY;
    private boolean closedByPeer;
    private @Nullable IOException broken;
    private int idleRecords;

    /**
     * Makes a channel.
     *
     * @param socket never blocks
     * @param engine its handshake has begun
     * @param scratch gives an empty buffer of at least this size, which is not kept
     */
    TlsChannel(ByteChannel socket, SSLEngine engine, IntFunction<ByteBuffer> scratch) {
        this.socket = socket;
        this.engine = engine;
        this.scratch = scratch;
        recordBytes = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocate(recordBytes).limit(0);
    }

    /** Goes on with the handshake as far as it can; tells what it waits for, or that it is done. */
    Need handshake() throws IOException {
        boolean hasRead = false;
        while (flush()) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    return Need.TASK;
                }
                case NEED_WRAP -> wrap(EMPTY);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrapInHandshake()) {
                        if (hasRead) {
                            return Need.INPUT;
                        }
                        hasRead = true;
                        fill();
                    }
                }
                default -> {
                    return Need.NOTHING;
                }
            }
        }
        return Need.OUTPUT;
    }

    /** The engine's next task, for another thread; null if there is none any more. */
    @Nullable
    Runnable task() {
        return engine.getDelegatedTask();
    }

    /**
     * Reads the socket once and decrypts what has come.
     *
     * @param to has room for 16 KiB
     * @return how much text came, maybe none; -1 if the peer has ended the connection as TLS wants it
     * @throws EOFException if it was closed without that
     */
    @Override
    public int read(ByteBuffer to) throws IOException {
        if (broken != null) {
            throw broken;
        }
        int start = to.position();
        try {
            decrypt(to);
            if (to.position() == start && !closedByPeer) {
                fill();
                decrypt(to);
            }
        } catch (IOException e) {
            if (to.position() == start) {
                throw e;
            }
            broken = e; // what came before it is whole and in order
        }
        int count = to.position() - start;
        return count == 0 && closedByPeer ? -1 : count;
    }

    /** Whether the next read tells the end without the socket having anything to tell. */
    boolean hasEnded() {
        return closedByPeer || broken != null;
    }

    /** Encrypts as much as the socket takes, and at most one record more, which is kept. */
    @Override
    public int write(ByteBuffer from) throws IOException {
        int start = from.position();
        while (flush() && from.hasRemaining()) {
            wrap(from);
        }
        return from.position() - start;
    }

    /** Whether something is kept that the socket did not take yet. */
    boolean hasUnsent() {
        return unsent.hasRemaining();
    }

    /** Sends what was kept; returns whether all of it is sent. */
    boolean flush() throws IOException {
        if (unsent.hasRemaining()) {
            try {
                socket.write(unsent);
            } catch (IOException e) {
                unsent = EMPTY;
                throw e;
            }
        }
        return !unsent.hasRemaining();
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Takes one record in; false if there is no whole one. A failure of a task is thrown here too. */
    private boolean unwrapInHandshake() throws IOException {
        if (in.hasRemaining()) {
            byte type = in.get(in.position());
            if (type < FIRST_TYPE || type > LAST_TYPE) {
                throw new TlsException(
                        "it speaks no TLS on that port: begin the URL with http://, or have the server speak TLS",
                        null);
            }
        }
        SSLEngineResult result = engine.unwrap(in, scratch.apply(recordBytes));
        return switch (result.getStatus()) {
            case OK -> true;
            case BUFFER_UNDERFLOW -> false;
            case CLOSED -> throw new EOFException("closed in the handshake");
            case BUFFER_OVERFLOW -> throw tooLarge();
        };
    }

    private void decrypt(ByteBuffer to) throws IOException {
        while (in.hasRemaining() && !closedByPeer) {
            ByteBuffer text = scratch.apply(recordBytes);
            SSLEngineResult result = engine.unwrap(in, text);
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                return;
            }
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW || text.position() > to.remaining()) {
                throw tooLarge();
            }
            closedByPeer = result.getStatus() == SSLEngineResult.Status.CLOSED;
            idleRecords = text.position() > 0 ? 0 : idleRecords + 1;
            if (idleRecords > MOST_IDLE_RECORDS) {
                throw new SSLException("more than " + MOST_IDLE_RECORDS + " records in a row had no text");
            }
            to.put(text.flip());
            if (!closedByPeer) {
                answer(result.getHandshakeStatus());
            }
        }
    }

    /** New keys of TLS 1.3 are answered; a handshake anew, which TLS 1.2 knows, is refused. */
    private void answer(HandshakeStatus status) throws SSLException {
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (status != HandshakeStatus.NEED_WRAP
                || !engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("it wants another handshake, which is refused");
        }
        try {
            wrap(EMPTY);
        } catch (SSLException e) {
            throw e;
        } catch (IOException e) {
            unsent = EMPTY; // the peer may have sent its last before it closed: reading on will tell
        }
    }

    private void wrap(ByteBuffer from) throws IOException {
        ByteBuffer record = scratch.apply(recordBytes);
        SSLEngineResult result = engine.wrap(from, record);
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("nothing more can be sent: " + result.getStatus());
        }
        record.flip();
        if (!unsent.hasRemaining()) {
            socket.write(record);
        }
        if (record.hasRemaining()) {
            int waiting = unsent.remaining() + record.remaining();
            if (waiting > MOST_UNSENT_BYTES) {
                throw new SSLException("it does not read what it asks for");
            }
            unsent = ByteBuffer.allocate(waiting).put(unsent).put(record).flip();
        }
    }

    /** Reads the socket once: up to 16 KiB, or one record if that is larger, so that its text is never more than that. */
    private void fill() throws IOException {
        in.compact();
        int count;
        try {
            int first = in.position() < HEADER_BYTES ? 0 : HEADER_BYTES + Short.toUnsignedInt(in.getShort(LENGTH_AT));
            if (first > recordBytes) {
                throw tooLarge(); // it would never be whole, and the socket be ready for ever
            }
            in.limit(Math.min(recordBytes, Math.max(EventLoop.BUFFER_BYTES, first)));
            count = socket.read(in);
        } finally {
            in.flip();
        }
        if (count < 0) {
            throw new EOFException("closed without TLS's close_notify");
        }
    }

    private static SSLException tooLarge() {
        return new SSLException("a record is larger than TLS allows");
    }
}
