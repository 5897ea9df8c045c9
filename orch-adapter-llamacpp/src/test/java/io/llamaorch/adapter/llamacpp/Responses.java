package io.llamaorch.adapter.llamacpp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Makes responses up: mostly such as an engine or a gateway sends, and about half of them with something wrong. */
final class Responses {

    private static final String CRLF = "\r\n";

    private final Random random;

    Responses(long seed) {
        random = new Random(seed);
    }

    /** The next response to a task, with the connection's end after it. */
    byte[] toTask() {
        return next(false);
    }

    /** The next response to a small question. */
    byte[] toQuestion() {
        return next(true);
    }

    private byte[] next(boolean question) {
        boolean wrong = random.nextBoolean();
        int where = wrong ? random.nextInt(6) : -1;
        StringBuilder response = new StringBuilder();
        if (oneIn(10)) {
            response.append(any(ResponseParts.INTERIM.subList(0, oneIn(6) ? 4 : 3))
                    .repeat(oneIn(10) ? 9 : 1 + random.nextInt(2)));
        }
        String statusLine = where == 0
                ? any(ResponseParts.HOSTILE_STATUS_LINES)
                : oneIn(4) ? any(ResponseParts.STATUS_LINES) : "HTTP/1.1 200 OK";
        response.append(statusLine).append(CRLF);
        response.append("Content-Type: ")
                .append(oneIn(8) ? any(ResponseParts.TYPES) : "text/event-stream")
                .append(CRLF);
        for (int i = random.nextInt(4); i > 0; i--) {
            response.append(any(ResponseParts.HEADERS)).append(CRLF);
        }
        if (where == 1) {
            response.append(any(ResponseParts.HOSTILE_HEADERS)).append(CRLF);
        }
        if (where == 2 && oneIn(4)) {
            response.append(oneIn(2) ? "X-A: b\r\n".repeat(200) : "X-A: " + "x".repeat(70_000) + CRLF);
        }
        frame(response, question ? answer() : body(statusLine), where);
        byte[] bytes = response.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (where == 5 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private void frame(StringBuilder response, String body, int where) {
        switch (random.nextInt(5)) {
            case 0 -> {
                int more = where == 4 ? random.nextInt(40) - 20 : 0;
                response.append("Content-Length: ").append(Math.max(0, body.length() + more));
                response.append(CRLF + CRLF).append(body);
            }
            case 1 -> response.append(CRLF).append(body);
            default -> {
                response.append(
                        where == 3
                                ? any(ResponseParts.HOSTILE_FRAMING)
                                : oneIn(5) ? "transfer-encoding:Chunked" : "Transfer-Encoding: chunked");
                response.append(CRLF + CRLF);
                chunks(response, body, where == 4);
            }
        }
    }

    private void chunks(StringBuilder response, String body, boolean wrong) {
        int most = 1 + random.nextInt(body.length() + 20);
        int wrongAt = wrong ? random.nextInt(body.length() + 1) : Integer.MAX_VALUE;
        for (int at = 0; at < body.length(); ) {
            int end = Math.min(body.length(), at + 1 + random.nextInt(most));
            if (at >= wrongAt) {
                response.append(any(ResponseParts.HOSTILE_CHUNKS));
                wrongAt = Integer.MAX_VALUE;
            }
            String size = Integer.toHexString(end - at);
            response.append(oneIn(6) ? "00" + size.toUpperCase(Locale.ROOT) : size)
                    .append(oneIn(12) ? ";name=\"value; x\"" : "")
                    .append(CRLF)
                    .append(body, at, end)
                    .append(CRLF);
            at = end;
        }
        if (wrongAt < Integer.MAX_VALUE) {
            response.append(any(ResponseParts.HOSTILE_CHUNKS));
        }
        if (!oneIn(15)) {
            response.append("0").append(oneIn(12) ? ";x" : "").append(CRLF);
            response.append(oneIn(12) ? "X-T: a\r\nX-U:\r\n" : "").append(CRLF);
        }
    }

    private String body(String statusLine) {
        if (!statusLine.contains(" 200") && !oneIn(5)) {
            return oneIn(3) ? "<html>no</html>" : error();
        }
        StringBuilder body = new StringBuilder(oneIn(12) ? "\u00EF\u00BB\u00BF" : "");
        int events = random.nextInt(6);
        for (int i = 0; i < events; i++) {
            body.append(oneIn(6) ? ":\n\n" : "");
            body.append(oneIn(25) ? "data: null\n\n" : "");
            body.append("data: {\"content\":\"")
                    .append(any(List.of(" the", "é", "🦙", "", "\\n", "\\ud83e\\udd99", " \\\"quoted\\\"")))
                    .append("\",\"stop\":false,\"tokens_predicted\":" + (i + 1))
                    .append("}\n\n");
        }
        body.append(end(events));
        String text = body.toString();
        if (oneIn(8)) {
            text = text.substring(0, random.nextInt(text.length() + 1));
        }
        if (oneIn(8)) {
            text = text.replace("\n", oneIn(2) ? "\r\n" : "\r");
        }
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String answer() {
        return switch (random.nextInt(8)) {
            case 0 -> error();
            case 1 -> "<html>no</html>";
            case 2 -> "";
            case 3 -> "{\"build_info\":\"b1\",\"chat_template\":\"" + "x".repeat(1 << 20) + "\"}";
            default -> "{\"build_info\":\"b1\",\"model_alias\":\"m\",\"total_slots\":2}";
        };
    }

    private String end(int events) {
        return switch (random.nextInt(12)) {
            case 0 -> "data: " + error() + "\n\n";
            case 1 -> "error: {\"code\":500,\"message\":\"gone\",\"type\":\"server_error\"}\n\n";
            case 2 -> "data: [DONE]\n\n";
            case 3 -> "data: <html>\n\n";
            case 4 -> "";
            default ->
                "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_predicted\":" + events
                        + ",\"tokens_evaluated\":7,\"timings\":{\"cache_n\":3}}\n\n"
                        + (oneIn(6) ? "data: {\"content\":\"late\"}\n\n" : "");
        };
    }

    private String error() {
        return any(
                List.of(
                        "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
                        "{\"error\":{\"code\":400,\"message\":\"no\",\"type\":\"invalid_request_error\"}}",
                        "{\"error\":{\"code\":500,\"message\":\"Context size has been exceeded.\",\"type\":\"server_error\"}}"));
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** Shows a response so that it can be read in a failure. */
    static String shown(byte[] response) {
        List<String> lines = new ArrayList<>();
        String text = new String(response, StandardCharsets.ISO_8859_1);
        for (String line : text.split("(?<=\n)")) {
            lines.add(line.replace("\r", "\\r").replace("\n", "\\n"));
        }
        String shown = String.join("\n", lines);
        return shown.length() > 3000 ? shown.substring(0, 3000) + "…" : shown;
    }
}
