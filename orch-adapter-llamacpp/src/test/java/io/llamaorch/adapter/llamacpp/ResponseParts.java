package io.llamaorch.adapter.llamacpp;

import java.util.List;

/** What responses are made of: what engines, gateways and attackers send, or may send. */
final class ResponseParts {

    static final List<String> STATUS_LINES = List.of(
            "HTTP/1.1 204 No Content",
            "HTTP/1.1 304 Not Modified",
            "HTTP/1.1 206 Partial Content",
            "HTTP/1.1 302 Found",
            "HTTP/1.1 307 Temporary Redirect",
            "HTTP/1.1 400 Bad Request",
            "HTTP/1.1 401 Unauthorized",
            "HTTP/1.1 404 Not Found",
            "HTTP/1.1 407 Proxy Authentication Required",
            "HTTP/1.1 429 Too Many Requests",
            "HTTP/1.1 500 Internal Server Error",
            "HTTP/1.1 501 Not Implemented",
            "HTTP/1.1 503 Service Unavailable",
            "HTTP/1.1 999 What",
            "HTTP/1.0 200 OK",
            "HTTP/1.1 200",
            "HTTP/1.1 200 ",
            "HTTP/1.1 200 \u00e4\u00f6");

    static final List<String> HOSTILE_STATUS_LINES = List.of(
            "HTTP/1.1  200 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 +20 OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 200OK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200 \u0000",
            "HTTP/1.1 200 a\rb",
            "HTTP/1.1",
            "HTTP/1.2 200 OK",
            "HTTP/2 200",
            "http/1.1 200 OK",
            "ICY 200 OK",
            "220 mail.example ESMTP",
            "<html>",
            "");

    static final List<String> INTERIM = List.of(
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 102 Processing\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");

    static final List<String> TYPES = List.of(
            "Text/Event-Stream; charset=utf-8",
            "application/json",
            "text/html; charset=utf-8",
            "text/event-streams",
            "");

    static final List<String> HEADERS = List.of(
            "Server: llama.cpp",
            "Access-Control-Allow-Origin: ",
            "Keep-Alive: timeout=5, max=100",
            "Connection: close",
            "Connection: keep-alive",
            "Retry-After: 3",
            "X-A:no blank",
            "X-A: \t many blanks \t",
            "X-A: obs-text \u00e9",
            "X-A: a:b;c=\"d\"",
            "Set-Cookie: a=b",
            "Content-Encoding: identity",
            "Content-Encoding: gzip",
            "Location: http://other.example/",
            "Trailer: X-T",
            "Upgrade: h2c");

    static final List<String> HOSTILE_HEADERS = List.of(
            " Folded: x",
            "X-A: b\r\n folded",
            "X-A: b\r\n\tfolded",
            "X-A : b",
            ": b",
            "NoColon",
            "X(A): b",
            "\u00e4: b",
            "X-A: b\u0000c",
            "X-A: b\u001bc",
            "X-A: b\u007f",
            "X-A: b\rc",
            "X-A: b\nX-B: c",
            "Content-Type: text/html");

    static final List<String> HOSTILE_FRAMING = List.of(
            "Content-Length: +5",
            "Content-Length: -1",
            "Content-Length: 5,5",
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 0x5",
            "Content-Length: 5 5",
            "Content-Length:",
            "Content-Length: 99999999999999999999",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding:",
            "Transfer-Encoding: chunked;x",
            "Transfer-Encoding: \"chunked\"");

    /** Sizes whose lower half is a negative number are left out: the judge never comes back from them. */
    static final List<String> HOSTILE_CHUNKS = List.of(
            "x\r\nabc\r\n",
            "-1\r\nabc\r\n",
            "+1\r\na\r\n",
            "0x1\r\na\r\n",
            " 1\r\na\r\n",
            "1 \r\na\r\n",
            "1\t;x\r\na\r\n",
            ";x\r\na\r\n",
            "\r\n",
            "1\na\r\n",
            "1\r\na\n",
            "1\r\nab\r\n",
            "1\r\na",
            "1;\u0000\r\na\r\n",
            "1;a\nb\r\na\r\n",
            "8000000000000001\r\na\r\n",
            "10000000000000001\r\na\r\n",
            "00000000000000000000001\r\na\r\n",
            "0\r\n\rx",
            "0\r\n\n",
            "0\r\nX: \u0000\r\n\r\n",
            "0\r\nNoColon\r\n\r\n");

    private ResponseParts() {}
}
