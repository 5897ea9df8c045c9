package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the bytes of heads and reads them once they are complete. All heads of one response, interim ones included,
 * share one bound.
 *
 * <p>Thread safety: calls must be serial.
 */
final class HeadReader {

    /** What all heads of a response may have in bytes: 64 KiB. */
    static final int MAX_BYTES = 64 * 1024;

    /** How many headers one head may have. */
    static final int MAX_FIELDS = 128;

    private static final byte[] PROTOCOL = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
    private static final int INITIAL_BYTES = 512;

    private byte[] head = new byte[INITIAL_BYTES];
    private int length;
    private int earlier;
    private boolean lineIsEmpty;
    private boolean http10;

    /**
     * Takes bytes up to the end of a head.
     *
     * @return the head, or null if it is not complete yet
     * @throws WireException if this is no head, or too large a one
     */
    @Nullable
    ResponseHead feed(ByteBuffer in) {
        while (in.hasRemaining()) {
            byte b = in.get();
            append(b);
            if (length <= PROTOCOL.length && b != PROTOCOL[length - 1]) {
                throw WireException.malformed("what it sent does not begin like an HTTP/1.1 response"
                        + (length == 1 && b < ' ' ? "; perhaps it speaks TLS" : ""));
            }
            boolean afterCr = length > 1 && head[length - 2] == '\r';
            if (afterCr != (b == '\n')) {
                throw WireException.malformed("a line of the response's head does not end in CR LF");
            }
            if (b == '\n') {
                if (lineIsEmpty) {
                    return complete();
                }
                lineIsEmpty = true;
            } else if (b != '\r') {
                lineIsEmpty = false;
            }
        }
        return null;
    }

    /** Whether the head that was read last is of HTTP/1.0. */
    boolean isHttp10() {
        return http10;
    }

    /** Gives up the memory; no further head follows. */
    void release() {
        head = new byte[0];
    }

    private void append(byte b) {
        if (earlier + length == MAX_BYTES) {
            throw WireException.tooLarge("the response's head has more than " + MAX_BYTES + " bytes");
        }
        if (length == head.length) {
            head = Arrays.copyOf(head, Math.min(length * 4, MAX_BYTES));
        }
        head[length++] = b;
    }

    private ResponseHead complete() {
        List<String> lines =
                new String(head, 0, length, StandardCharsets.ISO_8859_1).lines().toList();
        earlier += length;
        length = 0;
        lineIsEmpty = false;
        int status = status(lines.get(0));
        List<String> rest = lines.subList(1, lines.size() - 1);
        if (rest.size() > MAX_FIELDS) {
            throw WireException.tooLarge("the response's head has more than " + MAX_FIELDS + " headers");
        }
        return new ResponseHead(status, rest.stream().map(HeadReader::field).toList());
    }

    /** The status of a line such as {@code HTTP/1.1 200 OK}; the reason is not looked at, and may be missing. */
    private int status(String line) {
        boolean wellFormed = line.length() >= 12
                && (line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                && line.substring(9, 12).chars().allMatch(c -> c >= '0' && c <= '9')
                && line.charAt(9) != '0'
                && (line.length() == 12 || line.charAt(12) == ' ')
                && isText(line);
        if (!wellFormed) {
            throw WireException.malformed("the response's first line is not an HTTP/1.1 status line");
        }
        http10 = line.charAt(7) == '0';
        return Integer.parseInt(line.substring(9, 12));
    }

    private static ResponseHead.Field field(String line) {
        int colon = line.indexOf(':');
        if (colon < 0 || !HttpText.isToken(line.substring(0, colon)) || !isText(line)) {
            throw WireException.malformed("a line of the response's head is not a header");
        }
        return new ResponseHead.Field(
                line.substring(0, colon), line.substring(colon + 1).strip());
    }

    private static boolean isText(String line) {
        return line.chars().allMatch(c -> (c >= ' ' && c != 0x7f) || c == '\t');
    }
}
