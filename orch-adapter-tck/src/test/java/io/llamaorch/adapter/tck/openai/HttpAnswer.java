package io.llamaorch.adapter.tck.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an answer, and its body, still to be read. Calls must be serial.
 *
 * @param headers by their names in lower case
 */
record HttpAnswer(int status, Map<String, String> headers, InputStream body) {

    private static final int HEAD_LIMIT = 64 << 10;
    private static final int BODY_LIMIT = 64 << 10;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)( .*)?");
    private static final Pattern HEADER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\P{Cntrl}]*?)[ \\t]*");

    static HttpAnswer read(InputStream in) throws IOException {
        Matcher status = STATUS.matcher(line(in, HEAD_LIMIT));
        if (!status.matches()) {
            throw BadAnswer.protocol("the answer does not begin as HTTP/1.1 does");
        }
        Map<String, String> headers = new TreeMap<>();
        int left = HEAD_LIMIT;
        for (String line = line(in, left); !line.isEmpty(); line = line(in, left)) {
            left -= line.length();
            Matcher header = HEADER.matcher(line);
            if (!header.matches()) {
                throw BadAnswer.protocol("the answer has a header line that is none");
            }
            String name = header.group(1).toLowerCase(Locale.ROOT);
            if (headers.put(name, header.group(2)) != null && name.equals("content-length")) {
                throw BadAnswer.protocol("the answer tells its length twice");
            }
        }
        if (!headers.getOrDefault("content-encoding", "identity").equals("identity")) {
            throw BadAnswer.protocol("the answer is compressed, which nobody asked for");
        }
        return new HttpAnswer(Integer.parseInt(status.group(1)), headers, HttpBody.of(in, headers));
    }

    /** A line without its end; that of an answer that is cut, or too long, is an error. */
    static String line(InputStream in, int limit) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw BadAnswer.cut("the connection was closed before the end of the answer");
            }
            if (line.size() >= limit) {
                throw BadAnswer.protocol("the answer has a head, or a line in its framing, that is too long");
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    boolean isOf(String contentType) {
        return headers.getOrDefault("content-type", "").toLowerCase(Locale.ROOT).startsWith(contentType);
    }

    /** The body's beginning, as far as it comes. */
    String text() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            for (int next = body.read(); next >= 0 && text.size() < BODY_LIMIT; next = body.read()) {
                text.write(next);
            }
        } catch (IOException e) {
            // Whatever came says more than how it ended.
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
