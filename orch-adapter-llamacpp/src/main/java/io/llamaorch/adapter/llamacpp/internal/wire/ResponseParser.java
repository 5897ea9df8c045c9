package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;

/**
 * Takes one HTTP/1.1 response apart as its bytes arrive, in pieces of any size. Between two pieces it keeps no bytes but
 * those of an unfinished head. What a piece holds of the body is handed over once and where it lies, the framing between
 * its chunks taken out, for an engine sends every token as a chunk of its own.
 *
 * <p>It is strict, as there is one response a connection and one kind of engine: whatever leaves a doubt about where the
 * body ends is refused, and so are line ends other than CR LF. Bytes after the end are ignored.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ResponseParser {

    /** Hears the parts. */
    interface Sink {

        /** Says whether to go on parsing. */
        boolean onHead(ResponseHead head);

        /** All that one piece holds of the body. */
        void onBody(ByteBuffer bytes);
    }

    private enum Phase {
        HEAD,
        BODY,
        CHUNK_FRAMING,
        END
    }

    private static final int MAX_INTERIM_HEADS = 8;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final String method;
    private final Sink sink;
    private final HeadReader heads = new HeadReader();
    private final ChunkFraming chunks = new ChunkFraming();
    private Phase phase = Phase.HEAD;
    private int interimHeads;
    private long remaining;
    private boolean chunked;
    private boolean untilClose;

    /** Where in the piece the body is that was found in it so far. */
    private int bodyFrom;

    private int bodyTo;

    ResponseParser(String method, Sink sink) {
        this.method = method;
        this.sink = sink;
    }

    /**
     * Parses what has been read.
     *
     * @param in backed by an accessible array, which is written to
     * @return whether the response is complete
     * @throws WireException if it is not a response as it should be; what came before that was handed over
     */
    boolean feed(ByteBuffer in) {
        bodyFrom = in.position();
        bodyTo = bodyFrom;
        try {
            parse(in);
        } finally {
            if (bodyFrom < bodyTo) {
                sink.onBody(in.limit(bodyTo).position(bodyFrom));
            }
        }
        return phase == Phase.END;
    }

    private void parse(ByteBuffer in) {
        boolean goOn = true;
        while (goOn && phase != Phase.END && in.hasRemaining()) {
            goOn = switch (phase) {
                case HEAD -> head(in);
                case BODY -> body(in);
                default -> framing(in);
            };
        }
    }

    /** Whether the response is complete, now that the engine has closed the connection. */
    boolean completeAtEndOfInput() {
        return phase == Phase.END || untilClose;
    }

    /** Where in the response the parser is, for messages. */
    String place() {
        return switch (phase) {
            case HEAD -> "before the response's head was complete";
            case BODY, CHUNK_FRAMING -> "before the response's body was complete";
            case END -> "after the response";
        };
    }

    private boolean head(ByteBuffer in) {
        ResponseHead head = heads.feed(in);
        if (head == null) {
            return true;
        }
        if (head.status() < 200) {
            if (head.status() == SWITCHING_PROTOCOLS || ++interimHeads > MAX_INTERIM_HEADS) {
                throw WireException.malformed("it sent an interim response (" + head.status() + ") out of place");
            }
            return true;
        }
        heads.release();
        frame(head);
        return sink.onHead(head);
    }

    private void frame(ResponseHead head) {
        long length = BodyFraming.of(head, method, heads.isHttp10());
        if (length == BodyFraming.CHUNKED) {
            chunked = true;
            phase = Phase.CHUNK_FRAMING;
        } else {
            untilClose = length == BodyFraming.UNTIL_CLOSE;
            remaining = untilClose ? Long.MAX_VALUE : length;
            phase = remaining == 0 ? Phase.END : Phase.BODY;
        }
    }

    private boolean body(ByteBuffer in) {
        int from = in.position();
        int taken = (int) Math.min(remaining, in.remaining());
        if (!untilClose) {
            remaining -= taken;
        }
        if (remaining == 0) {
            phase = chunked ? Phase.CHUNK_FRAMING : Phase.END;
        }
        if (bodyFrom == bodyTo) {
            bodyFrom = from;
            bodyTo = from;
        } else {
            System.arraycopy(in.array(), in.arrayOffset() + from, in.array(), in.arrayOffset() + bodyTo, taken);
        }
        bodyTo += taken;
        in.position(from + taken);
        return true;
    }

    private boolean framing(ByteBuffer in) {
        remaining = chunks.feed(in);
        if (remaining > 0) {
            phase = Phase.BODY;
        } else if (chunks.ended()) {
            phase = Phase.END;
        }
        return true;
    }
}
