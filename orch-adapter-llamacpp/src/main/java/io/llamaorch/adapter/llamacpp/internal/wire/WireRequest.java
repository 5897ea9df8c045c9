package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * One HTTP/1.1 request. The wire adds what is its own to say ({@code Host}, {@code Connection: close},
 * {@code Content-Length}); the rest is the caller's. Nothing that is given can break out of its place: what has a control
 * character, or a character outside ASCII, is refused.
 *
 * <p>Thread safety: immutable, as long as the body's array is left alone.
 */
public final class WireRequest {

    /** How long connecting may take, looking up the name and TLS's handshake included. */
    public static final Duration DEFAULT_CONNECT_LIMIT = Duration.ofSeconds(5);

    /** How long an exchange may take in all. */
    public static final Duration DEFAULT_EXCHANGE_LIMIT = Duration.ofSeconds(10);

    /** How many bytes the body of an exchange's answer may have: 1 MiB. */
    public static final int DEFAULT_BODY_CEILING = 1 << 20;

    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "keep-alive",
            "proxy-connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect");

    private final String method;
    private final String path;
    private final Map<String, String> headers;
    private final ByteBuffer body;
    private final Duration connectLimit;
    private final Duration exchangeLimit;
    private final int bodyCeiling;

    private WireRequest(Builder builder) {
        method = builder.method;
        path = builder.path;
        headers = new TreeMap<>(builder.headers);
        body = builder.body;
        connectLimit = builder.connectLimit;
        exchangeLimit = builder.exchangeLimit;
        bodyCeiling = builder.bodyCeiling;
    }

    /** Begins a GET; see {@link #of}. */
    public static Builder get(String path) {
        return new Builder("GET", path);
    }

    /** Begins a POST; see {@link #of}. */
    public static Builder post(String path) {
        return new Builder("POST", path);
    }

    /**
     * Begins a request of any method.
     *
     * @param method the method, such as DELETE
     * @param path path and query, from the first slash on; the endpoint's base path goes before it
     * @return a builder
     * @throws IllegalArgumentException if one of them cannot stand in a request
     */
    public static Builder of(String method, String path) {
        return new Builder(method, path);
    }

    /** {@return the method} */
    public String method() {
        return method;
    }

    /** {@return path and query, without the endpoint's base path} */
    public String path() {
        return path;
    }

    /** {@return the caller's headers} */
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /** {@return a view of the body, read-only; empty if there is none} */
    public ByteBuffer body() {
        return body.asReadOnlyBuffer();
    }

    /** {@return how long connecting may take} */
    public Duration connectLimit() {
        return connectLimit;
    }

    /** {@return how long an exchange may take in all; streams ignore it} */
    public Duration exchangeLimit() {
        return exchangeLimit;
    }

    /** {@return how many bytes the body of an exchange's answer may have; streams ignore it} */
    public int bodyCeiling() {
        return bodyCeiling;
    }

    /** The request's first line and headers, the empty line included. */
    byte[] head(Endpoint endpoint) {
        StringBuilder head = new StringBuilder(512)
                .append(method)
                .append(' ')
                .append(endpoint.resolve(path))
                .append(" HTTP/1.1\r\nHost: ")
                .append(endpoint.hostHeader())
                .append("\r\nConnection: close\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (body.hasRemaining() || method.equals("POST")) {
            head.append("Content-Length: ").append(body.remaining()).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** {@return method, path and the body's size; never a header} */
    @Override
    public String toString() {
        return method + " " + path + " (" + body.remaining() + " bytes)";
    }

    /** Gathers a request. Each setter checks at once; calls must be serial. */
    public static final class Builder {

        private final String method;
        private final String path;
        private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        private ByteBuffer body = ByteBuffer.allocate(0);
        private Duration connectLimit = DEFAULT_CONNECT_LIMIT;
        private Duration exchangeLimit = DEFAULT_EXCHANGE_LIMIT;
        private int bodyCeiling = DEFAULT_BODY_CEILING;

        private Builder(String method, String path) {
            check(HttpText.isToken(method), "the method is not an HTTP token");
            check(
                    path.startsWith("/") && path.chars().allMatch(c -> HttpText.isPathChar(c) || c == '%' || c == '?'),
                    "the path must begin with / and have no blank or other character that needs percent-encoding");
            this.method = method;
            this.path = path;
            headers.put("Accept", "*/*");
        }

        /**
         * Sets a header, in place of one of the same name.
         *
         * @param name its name, none of those that are the wire's own
         * @param value its value, printable ASCII
         * @return this
         * @throws IllegalArgumentException if one of them cannot stand in a request; the value is not shown
         */
        public Builder header(String name, String value) {
            check(HttpText.isToken(name), "a header's name is not an HTTP token");
            check(!OURS.contains(name.toLowerCase(Locale.ROOT)), "the header " + name + " is not the caller's to set");
            check(
                    HttpText.isFieldValue(value),
                    "the value of the header " + name + " has a control character or one outside ASCII");
            headers.put(name, value);
            return this;
        }

        /**
         * Sets a header to any text, in place of one of the same name. What is not visible ASCII, and {@code %}, is
         * percent-encoded as UTF-8, so that the text stays in its place and can be had back; half a surrogate pair is U+FFFD.
         *
         * @param name its name, none of those that are the wire's own
         * @param text what it says
         * @return this
         * @throws IllegalArgumentException if the name cannot stand in a request
         */
        public Builder encodedHeader(String name, String text) {
            return header(name, HttpText.percentEncoded(text));
        }

        /**
         * Sets the body.
         *
         * @param contentType its media type
         * @param bytes the body; not copied, so it must not be changed until the call is over
         * @return this
         * @throws IllegalArgumentException if the media type cannot stand in a request
         */
        public Builder body(String contentType, ByteBuffer bytes) {
            header("Content-Type", contentType);
            body = bytes.slice();
            return this;
        }

        /** Sets the body in the same way. */
        public Builder body(String contentType, byte[] bytes) {
            return body(contentType, ByteBuffer.wrap(bytes));
        }

        /**
         * Sets how long connecting may take, looking up the name and TLS's handshake included.
         *
         * @param limit more than zero
         * @return this
         */
        public Builder connectLimit(Duration limit) {
            connectLimit = positive(limit);
            return this;
        }

        /**
         * Sets how long an exchange may take in all.
         *
         * @param limit more than zero
         * @return this
         */
        public Builder exchangeLimit(Duration limit) {
            exchangeLimit = positive(limit);
            return this;
        }

        /**
         * Sets how many bytes the body of an exchange's answer may have.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder bodyCeiling(int bytes) {
            check(bytes >= 0, "a ceiling of " + bytes + " bytes is below 0");
            bodyCeiling = bytes;
            return this;
        }

        /** {@return the request} */
        public WireRequest build() {
            return new WireRequest(this);
        }

        private static Duration positive(Duration limit) {
            check(
                    Objects.requireNonNull(limit).compareTo(Duration.ZERO) > 0,
                    "a limit of " + limit + " is not above zero");
            return limit;
        }

        private static void check(boolean holds, String otherwise) {
            if (!holds) {
                throw new IllegalArgumentException(otherwise);
            }
        }
    }
}
