package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;

/**
 * What stands between the data of a chunked body (RFC 9112 section 7.1): sizes, extensions, line ends, trailers. Holds
 * no bytes; extensions and trailers are bounded and skipped.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ChunkFraming {

    private static final int MAX_LINE = 1024;
    private static final int MAX_TRAILERS = 8 * 1024;

    private enum Expect {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        NOTHING
    }

    private Expect expect = Expect.SIZE;
    private long size;
    private int skipped;

    /**
     * Consumes framing until data follows, the body ends or the input is used up.
     *
     * @return how many bytes of data follow in the input; 0 for none yet, or none any more
     */
    long feed(ByteBuffer in) {
        while (in.hasRemaining() && expect != Expect.NOTHING) {
            byte b = in.get();
            switch (expect) {
                case SIZE -> size(b);
                case EXTENSION -> skipLine(b, Expect.SIZE_LF, MAX_LINE, "chunk extension");
                case SIZE_LF -> {
                    require(b, '\n');
                    skipped = 0;
                    if (size > 0) {
                        expect = Expect.DATA_CR;
                        return size;
                    }
                    expect = Expect.TRAILER_START;
                }
                case DATA_CR -> next(b, '\r', Expect.DATA_LF);
                case DATA_LF -> {
                    next(b, '\n', Expect.SIZE);
                    size = 0;
                }
                case TRAILER_START -> {
                    expect = Expect.TRAILER;
                    skipLine(b, Expect.LAST_LF, MAX_TRAILERS, "trailer");
                }
                case TRAILER -> skipLine(b, Expect.TRAILER_LF, MAX_TRAILERS, "trailer");
                case TRAILER_LF -> next(b, '\n', Expect.TRAILER_START);
                case LAST_LF -> next(b, '\n', Expect.NOTHING);
                case NOTHING -> throw new AssertionError("the loop ends at the end");
            }
        }
        return 0;
    }

    /** Whether the last chunk and the trailers have been read. */
    boolean ended() {
        return expect == Expect.NOTHING;
    }

    private void size(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (size > Long.MAX_VALUE >> 4 || ++skipped > MAX_LINE) {
                throw WireException.malformed("it sent a chunk size that is too large");
            }
            size = size << 4 | digit;
        } else if (skipped == 0) {
            throw WireException.malformed("it sent a chunk without a size");
        } else if (b == ';' || b == ' ' || b == '\t') {
            expect = Expect.EXTENSION;
        } else {
            next(b, '\r', Expect.SIZE_LF);
        }
    }

    private void skipLine(byte b, Expect afterCr, int limit, String what) {
        if (b == '\r') {
            expect = afterCr;
        } else if (b >= 0 && b < ' ' && b != '\t') {
            throw WireException.malformed("it sent a control character in a " + what);
        } else if (++skipped > limit) {
            throw WireException.tooLarge("it sent a " + what + " of more than " + limit + " bytes");
        }
    }

    private void next(byte b, char wanted, Expect then) {
        require(b, wanted);
        expect = then;
    }

    private static void require(byte b, char wanted) {
        if (b != wanted) {
            throw WireException.malformed("its chunks have something else where a line should end");
        }
    }
}
