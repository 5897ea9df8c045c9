package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import mockwebserver3.SocketHandler;

/**
 * An answer before it is put on the wire.
 *
 * @param status the status, or 0 for closing without a byte
 * @param contentType empty for an answer without one
 * @param headers what goes between the common headers and the content type
 * @param body the body of an answer that is no stream
 * @param stream writes the body of a stream
 * @param bare whether the HTTP layer itself answers, without the common headers
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Reply(
        int status,
        String contentType,
        Map<String, String> headers,
        byte[] body,
        Optional<SocketHandler> stream,
        boolean bare) {
    private static final byte[] NOTHING = {};
    private static final String JSON = "application/json; charset=utf-8";

    static Reply json(int status, Object value) {
        return whole(status, JSON, Json.write(value));
    }

    static Reply text(int status, String contentType, String text) {
        return whole(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    static Reply whole(int status, String contentType, byte[] body) {
        return new Reply(status, contentType, Map.of(), body, Optional.empty(), false);
    }

    /** What the HTTP layer says to a request that it does not hand on. */
    static Reply bare(int status) {
        return new Reply(status, "", Map.of(), NOTHING, Optional.empty(), true);
    }

    /** Closes the connection without a byte. */
    static Reply silence() {
        return bare(0);
    }

    static Reply stream(String contentType, SocketHandler body) {
        return new Reply(200, contentType, Map.of("X-Accel-Buffering", "no"), NOTHING, Optional.of(body), false);
    }

    /** The same under another content type. */
    Reply as(String otherType) {
        return new Reply(status, otherType, headers, body, stream, bare);
    }

    Reply header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Reply(status, contentType, more, body, stream, bare);
    }
}
