package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Gathers bytes until they end with a whole character.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Utf8Tail {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void add(byte[] piece) {
        bytes.writeBytes(piece);
    }

    /** Whether the last bytes begin a character whose end is still missing. */
    boolean incomplete() {
        byte[] held = bytes.toByteArray();
        for (int back = 1; back <= Math.min(3, held.length); back++) {
            int b = held[held.length - back] & 0xff;
            int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 0;
            if (length > 0) {
                return length > back;
            }
            if (b < 0x80) {
                return false;
            }
        }
        return false;
    }

    /** Takes all that is held as text; what is broken becomes U+FFFD. */
    String take() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return text;
    }
}
