package io.llamaorch.adapter.llamacpp.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Which characters may stand where in HTTP/1.1 (RFC 9110 section 5.6.2, RFC 3986). */
final class HttpText {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int REPLACEMENT = 0xFFFD;

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

    /** The text with nothing in it but visible ASCII, of which {@code %} begins what stands for a byte of UTF-8. */
    static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            if (c > ' ' && c <= '~' && c != '%') {
                encoded.append((char) c);
            } else {
                boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
                for (byte b : Character.toString(half ? REPLACEMENT : c).getBytes(StandardCharsets.UTF_8)) {
                    encoded.append('%').append(HEX.toHexDigits(b));
                }
            }
        });
        return encoded.toString();
    }

    /** What may stand in a path beside letters and digits, percent-encoding aside. */
    static boolean isPathChar(int c) {
        return isLetterOrDigit(c) || "/-._~!$&'()*+,;=:@".indexOf(c) >= 0;
    }
}
