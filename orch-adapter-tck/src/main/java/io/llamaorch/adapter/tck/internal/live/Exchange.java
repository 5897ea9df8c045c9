package io.llamaorch.adapter.tck.internal.live;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One request and its answer, as they passed by. What it says is read from the bytes whenever it is asked: exchanges of
 * the kit are short.
 *
 * <p>Thread safety: guarded by the lock of the {@link Relay}.
 */
final class Exchange {

    private static final String HEAD_END = "\r\n\r\n";
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.[01] (\\d{3})");
    private static final Pattern LENGTH =
            Pattern.compile("^content-length: *(\\d+) *$", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern TASK = Pattern.compile("^POST \\S*completions? ");
    private static final Pattern CREDENTIAL = Pattern.compile("(?im)^(authorization: *).*$");
    private static final int OK = 200;
    private static final int SHOWN = 4_000; // characters of either side

    private final boolean openAi;
    private final ByteArrayOutputStream request = new ByteArrayOutputStream();
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private int stray;
    private boolean gone;
    private boolean leftEarly;

    Exchange(boolean openAi) {
        this.openAi = openAi;
    }

    void asks(byte[] bytes, int count) {
        if (isAsked()) {
            stray += count;
        }
        request.write(bytes, 0, count);
    }

    void answers(byte[] bytes, int count) {
        answer.write(bytes, 0, count);
    }

    void clientIsGone() {
        leftEarly = !gone && isAsked() && !isTold();
        gone = true;
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1); // a character for each byte, as lengths count these
    }

    /** Whether the request was sent whole. */
    private boolean isAsked() {
        return isWhole(text(request));
    }

    private static boolean isWhole(String message) {
        int end = message.indexOf(HEAD_END);
        if (end < 0) {
            return false;
        }
        Matcher length = LENGTH.matcher(message.substring(0, end + 2).replace("\r", ""));
        return message.length() >= end + HEAD_END.length() + (length.find() ? Integer.parseInt(length.group(1)) : 0);
    }

    /** Whether it asks for text. */
    boolean isTask() {
        return TASK.matcher(text(request)).find();
    }

    /** Whether the engine has taken it. */
    boolean isAccepted() {
        Matcher status = STATUS.matcher(text(answer));
        return status.find() && Integer.parseInt(status.group(1)) == OK;
    }

    /** Whether the answer has come to its end in the sense of HTTP. */
    boolean isAnswered() {
        String told = text(answer);
        int end = told.indexOf(HEAD_END);
        return end >= 0 && (isChunked(told, end) ? told.endsWith("0" + HEAD_END) : isWhole(told));
    }

    private static boolean isChunked(String told, int headEnd) {
        return told.substring(0, headEnd).toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked");
    }

    /** Whether the engine's own end marker, or the end of the answer, has passed. */
    private boolean isTold() {
        return isAnswered() || StreamText.isAtItsEnd(body(), openAi);
    }

    boolean isOver() {
        return gone || isTold();
    }

    /** Whether nobody is there any more. */
    boolean isLeft() {
        return gone;
    }

    boolean wasLeft() {
        return leftEarly;
    }

    int strayInput() {
        return stray;
    }

    int pieces() {
        return isTask() ? StreamText.pieces(body(), openAi).size() : 0;
    }

    /** All the text of the answer. */
    String text() {
        return String.join("", StreamText.pieces(body(), openAi));
    }

    /** The body without the lengths of its chunks. */
    private String body() {
        String told = text(answer);
        int end = told.indexOf(HEAD_END);
        if (end < 0) {
            return "";
        }
        String body = told.substring(end + HEAD_END.length());
        return utf8(isChunked(told, end) ? String.join("", chunks(body)) : body);
    }

    private static List<String> chunks(String body) {
        List<String> chunks = new ArrayList<>();
        int at = 0;
        int lineEnd = body.indexOf("\r\n");
        while (lineEnd >= 0) {
            int size = Integer.parseInt(
                    body.substring(at, lineEnd).replaceFirst(";.*", "").strip(), 16);
            int begin = lineEnd + 2;
            chunks.add(body.substring(begin, Math.min(body.length(), begin + size)));
            at = begin + size + 2;
            lineEnd = size == 0 || at >= body.length() ? -1 : body.indexOf("\r\n", at);
        }
        return chunks;
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** The exchange as a person reads it. */
    String story() {
        String asked = CREDENTIAL.matcher(utf8(text(request))).replaceAll("$1…");
        return quoted("> ", asked) + quoted("< ", utf8(text(answer))) + "= "
                + (leftEarly ? "the adapter left" : isTold() ? "it was told whole" : "it goes on");
    }

    private static String quoted(String mark, String message) {
        String shown = message.length() > SHOWN ? message.substring(0, SHOWN) + "…" : message;
        return shown.lines().map(line -> mark + line + "\n").reduce("", String::concat);
    }
}
