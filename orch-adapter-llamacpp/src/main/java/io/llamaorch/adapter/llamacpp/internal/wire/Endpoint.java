package io.llamaorch.adapter.llamacpp.internal.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where an engine listens: the parts of its base URL.
 *
 * <p>Thread safety: immutable.
 */
public final class Endpoint {

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final String EXAMPLE = "; an example of a base URL: http://127.0.0.1:8080";

    private final boolean tls;
    private final String host;
    private final int port;
    private final String basePath;
    private final Optional<InetAddress> literal;

    private Endpoint(boolean tls, String host, int port, String basePath, Optional<InetAddress> literal) {
        this.tls = tls;
        this.host = host;
        this.port = port;
        this.basePath = basePath;
        this.literal = literal;
    }

    /**
     * Takes a base URL apart.
     *
     * @param url such as {@code http://engine-1:8080}, {@code https://[::1]:8443/base/}; port 80 or, for
     *     {@code https}, 443 if it names none
     * @return the endpoint
     * @throws IllegalArgumentException if it is no such URL; the message says why and does not repeat the URL, which
     *     might hold a password
     */
    public static Endpoint parse(String url) {
        int schemeEnd = url.indexOf("://");
        String scheme = schemeEnd < 0 ? "" : url.substring(0, schemeEnd).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        check(tls || scheme.equals("http"), "a base URL must begin with http:// or https://");
        String rest = url.substring(schemeEnd + 3);
        check(
                rest.chars().allMatch(c -> HttpText.isPathChar(c) || "[]?#".indexOf(c) >= 0),
                "a base URL must not have blanks, control characters, percent signs or other characters that are not"
                        + " allowed in a URL as they are");
        check(rest.indexOf('?') < 0 && rest.indexOf('#') < 0, "a base URL must not have a query or a fragment");
        int slash = rest.indexOf('/');
        String authority = slash < 0 ? rest : rest.substring(0, slash);
        check(authority.indexOf('@') < 0, "a base URL must not have a user or a password; keys go into the options");
        String host = host(authority);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Endpoint(
                tls,
                bare,
                port(authority.substring(host.length()), defaultPort(tls)),
                basePath(slash < 0 ? "" : rest.substring(slash)),
                host.startsWith("[") ? Optional.of(ipv6(bare)) : ipv4(bare));
    }

    /** {@return whether the URL begins with {@code https}} */
    public boolean isTls() {
        return tls;
    }

    /** {@return the host: a name or an address, an IPv6 address without brackets} */
    public String host() {
        return host;
    }

    /** {@return the port, 1 to 65535} */
    public int port() {
        return port;
    }

    /** {@return host and port, for people: {@code engine-1:8080}, {@code [::1]:80}} */
    public String hostAndPort() {
        return bracketed() + ":" + port;
    }

    /** {@return the base URL in its canonical form} */
    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + hostHeader() + basePath;
    }

    /** The address, if the host is one and needs no lookup. */
    Optional<InetAddress> literal() {
        return literal;
    }

    /** The value of the {@code Host} header; it names the port unless it is the scheme's own. */
    String hostHeader() {
        return port == defaultPort(tls) ? bracketed() : hostAndPort();
    }

    /** The base path and a request's path, as the request line has them. */
    String resolve(String path) {
        return basePath + path;
    }

    private String bracketed() {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /** The host with its brackets: a prefix of the authority. */
    private static String host(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        check(end != 0 || !authority.startsWith("["), "the base URL's IPv6 address has no closing bracket");
        String host = end < 0 ? authority : authority.substring(0, end);
        check(!host.isEmpty(), "the base URL has no host");
        check(host.length() <= 255, "the base URL's host is too long");
        return host;
    }

    private static int defaultPort(boolean tls) {
        return tls ? HTTPS_PORT : HTTP_PORT;
    }

    private static int port(String colonAndPort, int defaultPort) {
        if (colonAndPort.isEmpty()) {
            return defaultPort;
        }
        String digits = colonAndPort.substring(1);
        boolean number =
                !digits.isEmpty() && digits.length() <= 5 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = number ? Integer.parseInt(digits) : 0;
        check(
                colonAndPort.startsWith(":") && port >= 1 && port <= 65535,
                "after the base URL's host only a port from 1 to 65535 may follow (an IPv6 address needs brackets)");
        return port;
    }

    private static String basePath(String path) {
        check(path.chars().allMatch(HttpText::isPathChar), "brackets may only enclose an IPv6 host");
        check(
                Arrays.stream(path.split("/")).noneMatch(part -> part.equals(".") || part.equals("..")),
                "the base URL's path must not have . or .. as a part");
        return path.replaceFirst("/+$", "");
    }

    private static InetAddress ipv6(String text) {
        try {
            // In brackets nothing is ever looked up; the colon rules out what the JDK might take for IPv4.
            check(text.indexOf(':') >= 0, "the base URL's brackets do not enclose an IPv6 address");
            return InetAddress.getByName("[" + text + "]");
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("the base URL's brackets do not enclose an IPv6 address" + EXAMPLE, e);
        }
    }

    /** The address if the host has the form of one: four decimal numbers; empty for a name. */
    private static Optional<InetAddress> ipv4(String host) {
        check(
                host.chars().allMatch(c -> HttpText.isLetterOrDigit(c) || "-._".indexOf(c) >= 0)
                        && !host.startsWith(".")
                        && !host.contains(".."),
                "the base URL's host may only have letters, digits, hyphens, underscores and single dots");
        if (!host.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '.')) {
            return Optional.empty();
        }
        String[] parts = host.split("\\.", -1);
        byte[] address = new byte[4];
        check(parts.length == 4, "the base URL's host is neither a name nor an IPv4 address");
        for (int i = 0; i < 4; i++) {
            boolean octet = parts[i].matches("0|[1-9][0-9]{0,2}") && Integer.parseInt(parts[i]) <= 255;
            check(octet, "the base URL's host is neither a name nor an IPv4 address");
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        try {
            return Optional.of(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise + EXAMPLE);
        }
    }
}
