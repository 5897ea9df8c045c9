package io.llamaorch.adapter.llamacpp.internal.wire;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** A socket whose peer is a test: each read takes one piece that was given, or less. */
final class PieceChannel implements ByteChannel {

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    /** How many bytes it still takes. */
    int room = Integer.MAX_VALUE;

    /** Whether the input is over once all pieces are read. */
    boolean ended;

    /** How often it was read. */
    int reads;

    void give(byte[] bytes) {
        pieces.add(bytes);
    }

    boolean hasPieces() {
        return !pieces.isEmpty();
    }

    void forgetPieces() {
        pieces.clear();
    }

    byte[] takeSent() {
        byte[] bytes = sent.toByteArray();
        sent.reset();
        return bytes;
    }

    @Override
    public int read(ByteBuffer to) {
        reads++;
        byte[] piece = pieces.poll();
        if (piece == null) {
            return ended ? -1 : 0;
        }
        int taken = Math.min(piece.length, to.remaining());
        to.put(piece, 0, taken);
        if (taken < piece.length) {
            pieces.addFirst(Arrays.copyOfRange(piece, taken, piece.length));
        }
        return taken;
    }

    @Override
    public int write(ByteBuffer from) {
        int taken = Math.min(room, from.remaining());
        for (int i = 0; i < taken; i++) {
            sent.write(from.get());
        }
        room -= taken;
        return taken;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
