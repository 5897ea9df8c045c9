package io.llamaorch.adapter.spi.internal;

import io.llamaorch.adapter.spi.Channel;

/** Keeps the first half of a character that the engine cut in two until the other half comes (EVT-04). */
final class HalfCharacter {

    private static final char NONE = 0;

    private char held = NONE;
    private Channel channel = Channel.TEXT;

    boolean isHeld() {
        return held != NONE;
    }

    /** The channel of what is held. */
    Channel channel() {
        return channel;
    }

    /** Gives up what is held. */
    String release() {
        String half = String.valueOf(held);
        held = NONE;
        return half;
    }

    /** Takes the half character at the end of a piece, if there is one, and gives the rest of the piece. */
    String hold(String piece, Channel of) {
        int last = piece.length() - 1;
        if (last < 0 || !Character.isHighSurrogate(piece.charAt(last))) {
            return piece;
        }
        held = piece.charAt(last);
        channel = of;
        return piece.substring(0, last);
    }
}
