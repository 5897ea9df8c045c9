package io.llamaorch.adapter.llamacpp;

import static io.llamaorch.adapter.llamacpp.Flood.GIGABYTE;
import static io.llamaorch.adapter.llamacpp.Flood.STREAM;

import io.llamaorch.adapter.spi.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way in which an engine can be hostile, broken or odd, and what must come of it.
 *
 * @param name what it does
 * @param code what the stream ends with; null if it must end well
 * @param answer what it sends to {@code POST /completion}; each character is a byte
 * @param memory how many bytes the adapter may allocate for it
 */
record HostileCase(String name, @Nullable ErrorCode code, Flood answer, long memory) {

    private static final long MEGABYTE = 1 << 20;

    /** What most may cost: twice the largest event as characters, and as much again for the odd copy. */
    private static final long USUAL_MEMORY = 8 * MEGABYTE;

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String TEXT = "data: {\"content\":\"";
    private static final String END = FakeEngine.END;

    /** A request's prompt that, repeated with every character escaped, is two megabytes long. */
    static final String PROMPT = "\u0001".repeat(340_000);

    @Override
    public String toString() {
        return name;
    }

    private static HostileCase refused(String name, String head, String again) {
        return new HostileCase(name, ErrorCode.PROTOCOL, new Flood(head, again, GIGABYTE, ""), USUAL_MEMORY);
    }

    private static HostileCase refused(String name, String answer) {
        return new HostileCase(name, ErrorCode.PROTOCOL, Flood.of(answer), USUAL_MEMORY);
    }

    private static HostileCase fails(ErrorCode code, String name, String head, String again) {
        return new HostileCase(name, code, new Flood(head, again, GIGABYTE, ""), USUAL_MEMORY);
    }

    private static HostileCase fails(ErrorCode code, String name, String answer) {
        return new HostileCase(name, code, Flood.of(answer), USUAL_MEMORY);
    }

    private static HostileCase taken(String name, String answer) {
        return new HostileCase(name, null, Flood.of(answer), USUAL_MEMORY);
    }

    private static HostileCase taken(String name, long memory, String head, String again, long length, String tail) {
        return new HostileCase(name, null, new Flood(head, again, length, tail), memory);
    }

    static List<HostileCase> heads() {
        return List.of(
                refused("an endless header", OK + "A: ", "x"),
                refused("a header's name without end", OK, "n"),
                refused("100,000 headers", OK + "A: b\r\n".repeat(100_000) + "\r\n"),
                refused("headers without end", OK, "A: b\r\n"),
                refused("a status line without end", "HTTP/1.1 200 ", "x"),
                refused("interim heads without end", "", "HTTP/1.1 102 Processing\r\n\r\n"),
                refused("a switch to another protocol", "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
                refused("empty lines instead of a head", "", "\r\n"),
                refused("NUL bytes instead of a head", "", "\0"),
                refused("a NUL byte in a header", OK + "A: \0\r\n\r\n"),
                refused("HTML without a head", "", "<html><body>Not what you think</body></html>\n"),
                refused("the greeting of another protocol", "220 mail.example ESMTP\r\n"),
                refused("TLS", "\u0015\u0003\u0003\0\u0002\u0002P"));
    }

    static List<HostileCase> framings() {
        return List.of(
                refused("a negative chunk size", CHUNKED + "-5\r\nhello\r\n0\r\n\r\n"),
                refused("a huge chunk size", CHUNKED + "ffffffffffffffff\r\n", "x"),
                refused("a chunk size without end", CHUNKED, "0"),
                refused("a malformed chunk size", CHUNKED + "5g\r\nhello\r\n0\r\n\r\n"),
                refused("a chunk size with 0x", CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n"),
                refused("a chunk longer than its size", CHUNKED + "5\r\nhello, world\r\n0\r\n\r\n"),
                refused("a chunk extension without end", CHUNKED + "5;", "x"),
                refused("a trailer without end", CHUNKED + "0\r\nA: ", "x"),
                refused("trailers without end", CHUNKED + "0\r\n", "A: b\r\n"),
                refused(
                        "both length headers",
                        OK
                                + "Content-Type: text/event-stream\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n"),
                refused("two different lengths", OK + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
                refused("two different lengths in one header", OK + "Content-Length: 5, 6\r\n\r\nhello!"),
                refused("a negative length", OK + "Content-Length: -1\r\n\r\n"),
                refused(
                        "a compressed body",
                        OK + "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n\u001f\u008b\b"),
                refused("a coding of two", OK + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
                fails(ErrorCode.WORKER_RESET, "a cut inside a chunk", CHUNKED + "ff\r\n" + TEXT),
                fails(ErrorCode.WORKER_RESET, "a body without its end", CHUNKED + "5\r\n:\n\n:\n\r\n"));
    }

    static List<HostileCase> answers() {
        return List.of(
                refused("HTML with status 200", OK + "Content-Type: text/html\r\n\r\n<html>Log in</html>"),
                refused("HTML without end", OK + "Content-Type: text/html\r\n\r\n", "<p>more</p>"),
                refused("a stream said to be text", OK + "Content-Type: text/plain\r\n\r\n" + END),
                refused("an empty body", OK + "Content-Length: 0\r\n\r\n"),
                refused("status 204", "HTTP/1.1 204 No Content\r\n\r\n"),
                refused("status 999", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
                refused("a redirect without a target", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
                fails(ErrorCode.WORKER_RESET, "an event stream without an event", STREAM),
                fails(
                        ErrorCode.INVALID_PARAMS,
                        "an error body of a gigabyte",
                        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n",
                        "<p>more</p>"),
                fails(
                        ErrorCode.INVALID_PARAMS,
                        "an error message of a gigabyte",
                        "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":{\"code\":400,\"message\":\"",
                        "x"),
                fails(
                        ErrorCode.POOL_UNAVAILABLE,
                        "an error body nested 30,000 deep",
                        "HTTP/1.1 500 X\r\n\r\n{\"error\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}"));
    }

    static List<HostileCase> events() {
        return List.of(
                refused("a line without end", STREAM, "x"),
                refused("an event of a gigabyte", STREAM + TEXT, "x"),
                refused("an event of a gigabyte in chunks of a byte", CHUNKED + "12\r\n" + TEXT + "\r\n", "1\r\nx\r\n"),
                refused("a gigabyte of escapes", STREAM + TEXT, "\\u00e9"),
                refused("a gigabyte of empty data", STREAM, "data\n"),
                refused("a gigabyte of comments in one event", STREAM, ": comment\n"),
                refused("a gigabyte of ignored fields", STREAM, "id: 7\nevent: x\nunknown: y\n"),
                refused("a field's value without end", STREAM + "id: ", "x"),
                refused("a prompt of a gigabyte", STREAM + "data: {\"prompt\":\"", "x"),
                refused("a prompt of a gigabyte of numbers", STREAM + "data: {\"prompt\":[", "1,"),
                refused("another member of a gigabyte", STREAM + "data: {\"content\":\"\",\"model\":\"", "x"),
                refused("an array of a gigabyte", STREAM + "data: {\"tokens\":[1", ",1"),
                refused("blanks of a gigabyte", STREAM + "data: {", " "),
                refused("an error of a gigabyte", STREAM + "data: {\"error\":{\"message\":\"", "x"),
                refused("JSON nested 100,000 deep", STREAM + "data: {\"x\":" + "[".repeat(100_000) + "\n\n"),
                refused("objects nested 100,000 deep", STREAM + "data: " + "{\"x\":".repeat(100_000) + "\n\n"),
                refused(
                        "a number of a million digits",
                        STREAM + "data: {\"tokens_predicted\":" + "9".repeat(1_000_000) + "}\n\n"),
                refused("a fraction of a million digits", STREAM + "data: {\"x\":0." + "9".repeat(1_000_000) + "}\n\n"),
                refused("broken JSON", STREAM + "data: {\"content\":\"a\",,}\n\n"),
                refused("half an object", STREAM + "data: {\"content\":\"a\"\n\n"),
                refused("two objects in one event", STREAM + "data: {}{}\n\n"),
                refused("HTML in an event", STREAM + "data: <html>\n\n"),
                refused("a count that is no number", STREAM + "data: {\"content\":\"a\",\"tokens_predicted\":NaN}\n\n"),
                refused("a NUL byte in JSON", STREAM + TEXT + "a\0b\"}\n\n"),
                refused("a lone byte of UTF-8", STREAM + TEXT + "\u00ff\"}\n\n"),
                refused("half a character", STREAM + TEXT + "\u00e2\u0082\"}\n\n"),
                refused("a character in too many bytes", STREAM + TEXT + "\u00c0\u0080\"}\n\n"),
                refused("a character beyond the last", STREAM + TEXT + "\u00f4\u0090\u0080\u0080\"}\n\n"),
                refused("half of a surrogate pair in UTF-8", STREAM + TEXT + "\u00ed\u00a0\u0080\"}\n\n"),
                fails(ErrorCode.WORKER_RESET, "an end marker without its empty line", STREAM + END.strip() + "\n"),
                fails(
                        ErrorCode.WORKER_RESET,
                        "an end marker in text",
                        STREAM + TEXT + "\\n\\n\\\"stop\\\":true\"}\n\n"),
                fails(
                        ErrorCode.WORKER_RESET,
                        "an end marker that is a text",
                        STREAM + "data: {\"stop\":\"true\"}\n\n"));
    }

    /** Odd and large, but right. */
    static List<HostileCase> oddities() {
        return List.of(
                taken(
                        "a last event that repeats the prompt, 2 MB",
                        MEGABYTE,
                        STREAM + "data: {\"content\":\"\",\"prompt\":\"",
                        "\\u0001",
                        2_000_000,
                        "\",\"stop\":true,\"stop_type\":\"eos\",\"tokens_predicted\":2}\n\n"),
                taken(
                        "a byte-order mark",
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n\u00ef\u00bb\u00bf" + END),
                taken("NUL bytes in an ignored field", STREAM + "\0: \0\0\nid: \0\n" + END),
                taken("invalid UTF-8 in a comment", STREAM + ": \u00ff\u00fe\n" + END),
                taken(
                        "a name of a million characters",
                        STREAM + "data: {\"" + "n".repeat(1_000_000) + "\":1}\n\n" + END),
                taken("lines that end in CR", STREAM + END.replace("\n", "\r")),
                taken("lines that end in CR LF", STREAM + END.replace("\n", "\r\n")),
                taken(
                        "names given twice",
                        STREAM
                                + "data: {\"content\":\"no\",\"content\":\"\",\"stop\":false,\"stop\":true,\"stop_type\":\"word\","
                                + "\"stop_type\":\"eos\",\"tokens_predicted\":9,\"tokens_predicted\":2}\n\n"),
                taken(
                        "counts that no int can hold",
                        STREAM + "data: {\"tokens_predicted\":1e400,\"tokens_evaluated\":99999999999999999999,"
                                + "\"timings\":{\"prompt_ms\":1e999,\"predicted_ms\":-1e999}}\n\n" + END),
                taken(
                        "more after the end marker",
                        USUAL_MEMORY,
                        STREAM + END,
                        "data: {\"content\":\"no\"}\n\n",
                        GIGABYTE,
                        ""),
                taken("nonsense after the end marker", USUAL_MEMORY, STREAM + END, "\0\u00ff{\"", GIGABYTE, ""),
                taken("a million empty events", MEGABYTE, STREAM, "\n", 1_000_000, END),
                taken("a million comments", MEGABYTE, STREAM, ":\n\n", 3_000_000, END),
                taken("a million events that say null", 2 * MEGABYTE, STREAM, "data: null\n\n", 12_000_000, END),
                taken("a hundred thousand events of nothing", 2 * MEGABYTE, STREAM, "data: {}\n\n", 1_000_000, END),
                taken(
                        "events in chunks of a byte",
                        USUAL_MEMORY,
                        CHUNKED,
                        "1\r\n:\r\n1\r\n\n\r\n1\r\n\n\r\n",
                        1_000_000,
                        "49\r\n" + END + "\r\n0\r\n\r\n"));
    }
}
