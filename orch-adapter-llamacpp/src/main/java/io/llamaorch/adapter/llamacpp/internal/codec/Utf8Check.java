package io.llamaorch.adapter.llamacpp.internal.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds what the parser lets pass though it is no UTF-8: characters in more bytes than they need, and numbers above the
 * last character, of which it would make halves of characters. Everything else the parser refuses itself.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Utf8Check {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;

    private static final int FIRST_LEAD = 0xC0;
    private static final int FIRST_LEAD_IN_USE = 0xC2;
    private static final int LAST_LEAD_IN_USE = 0xF4;

    /** The lead byte that was the last of the part before; 0 if that was another one. */
    private int lead;

    /** Whether a part may be UTF-8, behind those that were looked at before. */
    boolean accepts(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (lead == 0 && at + Long.BYTES <= to && ((long) LONGS.get(bytes, at) & NOT_ASCII) == 0) {
                at += Long.BYTES;
            } else if (accepts(bytes[at] & 0xFF)) {
                at++;
            } else {
                return false;
            }
        }
        return true;
    }

    private boolean accepts(int b) {
        int before = lead;
        lead = b >= FIRST_LEAD ? b : 0;
        return switch (before) {
            case 0xE0 -> b >= 0xA0;
            case 0xF0 -> b >= 0x90;
            case 0xF4 -> b < 0x90;
            default -> b < FIRST_LEAD || (b >= FIRST_LEAD_IN_USE && b <= LAST_LEAD_IN_USE);
        };
    }
}
