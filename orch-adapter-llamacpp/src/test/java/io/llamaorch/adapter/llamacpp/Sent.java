package io.llamaorch.adapter.llamacpp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A response as it was sent, with what its head says by the strict reading of RFC 9112: what the explanations of
 * differences go by. Shares no code with the adapter.
 */
final class Sent {

    private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.[01] 1\\d\\d( [^\r\n]*)?\r\n");
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] [1-9]\\d\\d( [\\t -~\u0080-\u00ff]*)?");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~\\w-]+:[\\t -~\u0080-\u00ff]*");
    private static final Pattern BARE_LINE_END = Pattern.compile("(?<!\r)\n|\r(?!\n)");
    private static final Pattern SIZE_LINE = Pattern.compile("([0-9A-Fa-f]+)([ \\t;][\\t -~\u0080-\u00ff]*)?\r\n");

    private final String text;
    private final String head;
    private final String body;

    Sent(byte[] response) {
        text = new String(response, StandardCharsets.ISO_8859_1);
        int at = 0;
        Matcher matcher = INTERIM.matcher(text);
        while (matcher.region(at, text.length()).lookingAt() && text.indexOf("\r\n\r\n", at) > 0) {
            at = text.indexOf("\r\n\r\n", at) + 4;
        }
        int end = text.indexOf("\r\n\r\n", at);
        head = end < 0 ? text.substring(at) : text.substring(at, end);
        body = end < 0 ? "" : text.substring(end + 4);
    }

    String statusLine() {
        return lines().get(0);
    }

    private List<String> lines() {
        return Arrays.asList(head.split("\r\n", -1));
    }

    private List<String> headers() {
        return lines().subList(1, lines().size());
    }

    /** The values of all headers of this name. */
    List<String> values(String name) {
        return headers().stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    boolean hasStatusLine() {
        return STATUS_LINE.matcher(statusLine()).matches();
    }

    boolean hasFoldedLine() {
        return headers().stream().anyMatch(line -> line.startsWith(" ") || line.startsWith("\t"));
    }

    boolean hasLineThatIsNoHeader() {
        return headers().stream().anyMatch(line -> !HEADER.matcher(line).matches());
    }

    boolean hasBareLineEnd() {
        return BARE_LINE_END.matcher(head).find();
    }

    boolean hasLargeHead() {
        return text.length() - body.length() > 64 * 1024 || headers().size() > 128;
    }

    boolean isChunked() {
        return values("transfer-encoding").stream()
                .map(String::toLowerCase)
                .toList()
                .equals(List.of("chunked"));
    }

    /** What a strict reader of the chunks comes upon: their end, the end of input, or something else. */
    enum Chunks {
        WHOLE,
        CUT,
        CUT_IN_TRAILERS,
        MALFORMED
    }

    Chunks chunks() {
        int at = 0;
        while (true) {
            Matcher line = SIZE_LINE.matcher(body).region(at, body.length());
            if (!line.lookingAt()) {
                return line.hitEnd() ? Chunks.CUT : Chunks.MALFORMED;
            }
            if (line.group(1).length() > 15 && !line.group(1).startsWith("0")) {
                return Chunks.MALFORMED;
            }
            long size = Long.parseLong(line.group(1), 16);
            at = line.end();
            if (size == 0) {
                return trailers(at);
            }
            if (at + size + 2 > body.length()) {
                boolean malformed = at + size + 1 == body.length() && body.charAt(body.length() - 1) != '\r';
                return malformed ? Chunks.MALFORMED : Chunks.CUT;
            }
            at += (int) size;
            if (!body.startsWith("\r\n", at)) {
                return Chunks.MALFORMED;
            }
            at += 2;
        }
    }

    private Chunks trailers(int from) {
        Matcher trailers = Pattern.compile("([\\t -~\u0080-\u00ff]+\r\n)*\r\n")
                .matcher(body)
                .region(from, body.length());
        return trailers.lookingAt() ? Chunks.WHOLE : trailers.hitEnd() ? Chunks.CUT_IN_TRAILERS : Chunks.MALFORMED;
    }
}
