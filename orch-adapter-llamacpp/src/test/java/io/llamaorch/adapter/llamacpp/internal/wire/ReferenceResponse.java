package io.llamaorch.adapter.llamacpp.internal.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a response is, told from the whole of it by regular expressions and by RFC 9112 read strictly.
 *
 * @param status the status; 0 if there is no whole head
 * @param body as much of the body as there is
 * @param verdict what there is of it
 * @param inBody whether the head was whole and right, so that what is refused is refused in the body
 */
record ReferenceResponse(int status, String body, Verdict verdict, boolean inBody) {

    enum Verdict {
        WHOLE,
        /** The rest is missing; what is there may be wrong already. */
        CUT,
        /** As much as there is, until the connection is closed. */
        UNTIL_CLOSE,
        REFUSED
    }

    private static final int LARGEST_HEAD = 64 * 1024;

    /** The mark between size and extension does not count. */
    private static final int LONGEST_CHUNK_LINE = 1024;

    private static final String TEXT = "[\\t\\x20-\\x7e\\x80-\\xff]*";
    private static final Pattern HEAD = Pattern.compile("HTTP/1\\.([01]) ([1-9]\\d\\d)( " + TEXT + ")?\r\n(("
            + "[!#$%&'*+.^_`|~0-9A-Za-z-]++:" + TEXT + "\r\n)*+)\r\n");
    private static final Pattern SIZE =
            Pattern.compile("([0-9a-fA-F]{1,1024})([; \\t][^\\x00-\\x08\\x0a-\\x1f]*)?\r\n");

    static ReferenceResponse of(String input) {
        int from = 0;
        for (int interim = 0; ; interim++) {
            int end = input.indexOf("\r\n\r\n", from);
            if (end < 0 || end + 4 > LARGEST_HEAD) {
                return new ReferenceResponse(0, "", Verdict.CUT, false);
            }
            Matcher head = HEAD.matcher(input).region(from, end + 4);
            if (!head.matches() || interim > 8 || fieldsOf(head) > HeadReader.MAX_FIELDS) {
                return new ReferenceResponse(0, "", Verdict.REFUSED, false);
            }
            from = end + 4;
            int status = Integer.parseInt(head.group(2));
            if (status == 101) {
                return new ReferenceResponse(0, "", Verdict.REFUSED, false);
            }
            if (status >= 200) {
                return framed(status, head.group(1).equals("0"), head.group(4), input.substring(from));
            }
        }
    }

    private static ReferenceResponse framed(int status, boolean http10, String fields, String rest) {
        List<String> codings = values(fields, "transfer-encoding");
        List<String> lengths = new ArrayList<>();
        values(fields, "content-length").forEach(value -> lengths.addAll(List.of(value.split(",", -1))));
        if (!codings.isEmpty() && !lengths.isEmpty()) {
            return refused();
        }
        if (status == 204 || status == 304) {
            return new ReferenceResponse(status, "", Verdict.WHOLE, true);
        }
        boolean compressed =
                values(fields, "content-encoding").stream().anyMatch(coding -> !coding.matches("(?i)identity|"));
        if (compressed && status < 300) { // otherwise its status says enough
            return refused();
        }
        if (!codings.isEmpty()) {
            return http10 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")
                    ? refused()
                    : chunked(status, rest);
        }
        if (lengths.isEmpty()) {
            return new ReferenceResponse(status, rest, Verdict.UNTIL_CLOSE, true);
        }
        if (!lengths.stream().allMatch(length -> length.strip().matches("[0-9]{1,18}"))
                || lengths.stream()
                                .map(length -> Long.valueOf(length.strip()))
                                .distinct()
                                .count()
                        > 1) {
            return refused();
        }
        long length = Long.parseLong(lengths.get(0).strip());
        boolean whole = rest.length() >= length;
        return new ReferenceResponse(
                status, whole ? rest.substring(0, (int) length) : rest, whole ? Verdict.WHOLE : Verdict.CUT, true);
    }

    private static ReferenceResponse chunked(int status, String rest) {
        StringBuilder body = new StringBuilder();
        int from = 0;
        while (true) {
            Matcher size = SIZE.matcher(rest).region(from, rest.length());
            if (!size.lookingAt()) {
                boolean may = rest.indexOf('\n', from) < 0;
                return new ReferenceResponse(status, body.toString(), may ? Verdict.CUT : Verdict.REFUSED, true);
            }
            String digits = size.group(1).replaceFirst("^0+(?=.)", "");
            boolean tooLong =
                    size.end() - size.start() - "\r\n".length() > LONGEST_CHUNK_LINE + (size.group(2) == null ? 0 : 1);
            if (tooLong || digits.length() > 16 || (digits.length() == 16 && digits.charAt(0) > '7')) {
                return new ReferenceResponse(status, body.toString(), Verdict.REFUSED, true);
            }
            from = size.end();
            long length = Long.parseLong(digits, 16);
            if (length == 0) {
                return new ReferenceResponse(status, body.toString(), trailers(rest.substring(from)), true);
            }
            long end = Math.min(rest.length(), from + Math.min(length, Integer.MAX_VALUE));
            body.append(rest, from, (int) end);
            from = (int) end;
            String after = rest.substring(from, Math.min(rest.length(), from + 2));
            if (!after.equals("\r\n")) {
                boolean may = "\r\n".startsWith(after);
                return new ReferenceResponse(status, body.toString(), may ? Verdict.CUT : Verdict.REFUSED, true);
            }
            from += 2;
        }
    }

    private static Verdict trailers(String rest) {
        Matcher trailers =
                Pattern.compile("([^\\x00-\\x08\\x0a-\\x1f]+\r\n)*\r\n").matcher(rest);
        if (trailers.lookingAt()) {
            return Verdict.WHOLE;
        }
        return rest.matches("(?s)([^\\x00-\\x08\\x0a-\\x1f]+\r\n)*([^\\x00-\\x08\\x0a-\\x1f]*\r?)?")
                ? Verdict.CUT
                : Verdict.REFUSED;
    }

    private static int fieldsOf(Matcher head) {
        return head.group(4).split("\r\n", -1).length - 1;
    }

    private static List<String> values(String fields, String name) {
        List<String> values = new ArrayList<>();
        for (String line : fields.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                values.add(line.substring(colon + 1).strip());
            }
        }
        return values;
    }

    private static ReferenceResponse refused() {
        return new ReferenceResponse(0, "", Verdict.REFUSED, false);
    }
}
