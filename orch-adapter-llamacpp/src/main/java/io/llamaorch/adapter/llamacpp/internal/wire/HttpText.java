package io.llamaorch.adapter.llamacpp.internal.wire;

/** Which characters may stand where in HTTP/1.1 (RFC 9110 section 5.6.2, RFC 3986). */
final class HttpText {

    private HttpText() {}

    /** A token: the alphabet of methods and header names. */
    static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(HttpText::isTokenChar);
    }

    static boolean isTokenChar(int c) {
        return isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    static boolean isLetterOrDigit(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /** A header's value as this client sends it: ASCII without control characters, so that it stays on its line. */
    static boolean isFieldValue(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    /** What may stand in a path beside letters and digits, percent-encoding aside. */
    static boolean isPathChar(int c) {
        return isLetterOrDigit(c) || "/-._~!$&'()*+,;=:@".indexOf(c) >= 0;
    }
}
