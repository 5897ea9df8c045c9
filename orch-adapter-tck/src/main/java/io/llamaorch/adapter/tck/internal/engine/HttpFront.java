package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;

/**
 * The HTTP layer: what the server's own does before and after the routes, with its headers in its order.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class HttpFront extends Dispatcher {
    /** The largest body that is taken. */
    static final long MOST_BODY = 100L * 1024 * 1024;

    /** What neither wakes a sleeping engine nor keeps one awake. */
    private static final Set<String> SLEEPS_ON =
            Set.of("/health", "/v1/health", "/props", "/models", "/v1/models", "/metrics");

    private static final int REQUESTS_PER_CONNECTION = 100;
    private static final SocketEffect CLOSE = new SocketEffect.CloseSocket(true, false, false);
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(409, "Conflict"),
            Map.entry(413, "Payload Too Large"),
            Map.entry(415, "Unsupported Media Type"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"));

    private final MockWebServer server;
    private final WatchedSocketFactory sockets;
    private final EngineState engine;
    private final Dialect dialect;

    HttpFront(MockWebServer server, WatchedSocketFactory sockets, EngineState engine, Dialect dialect) {
        this.server = server;
        this.sockets = sockets;
        this.engine = engine;
        this.dialect = dialect;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
        // Nobody reads the server's record of requests; left alone it would grow for ever.
        server.takeRequest(0, TimeUnit.NANOSECONDS);
        Optional<WatchedConnection> connection = sockets.connection(request.getConnectionIndex());
        if (connection.isEmpty()) {
            return new MockResponse.Builder().onResponseStart(CLOSE).build();
        }
        connection.get().requestRead();
        Call call = new Call(request, new Client(connection.get()));
        connection.get().twist(null);
        connection.get().tell(null);
        engine.countRequest(call.path());
        return onTheWire(answer(call), call);
    }

    private Reply answer(Call call) {
        if (!call.request().getVersion().startsWith("HTTP/1.")) {
            return Reply.bare(400);
        }
        if (call.request().getBodySize() > MOST_BODY) {
            return Reply.bare(413);
        }
        if (!call.header("Content-Encoding").isEmpty() && !"identity".equals(call.header("Content-Encoding"))) {
            return Reply.text(415, "", "");
        }
        if (!engine.loading() && !SLEEPS_ON.contains(path(call))) {
            engine.wake();
        }
        Optional<Fault> always = dialect.completes(path(call)) ? Optional.empty() : engine.always();
        call.client().connection().twist(Twists.of(always));
        Optional<Reply> instead = always.flatMap(fault -> FaultReplies.instead(fault, call.client()));
        if (instead.isPresent()) {
            return instead.get();
        }
        try {
            return dialect.answer(call);
        } catch (RuntimeException e) {
            return Reply.json(500, LlamaShapes.envelope(new EngineError(500, e.toString(), "server_error")));
        }
    }

    private String path(Call call) {
        String prefix = engine.options().prefix();
        return call.path().startsWith(prefix) ? call.path().substring(prefix.length()) : call.path();
    }

    private MockResponse onTheWire(Reply reply, Call call) {
        MockResponse.Builder out = new MockResponse.Builder().clearHeaders();
        if (reply.status() == 0) {
            return out.onResponseStart(CLOSE).build();
        }
        out.status("HTTP/1.1 " + reply.status() + " " + REASONS.getOrDefault(reply.status(), "Unknown"));
        out.addHeader("Server", "llama.cpp");
        boolean close = reply.status() >= 400
                || "HTTP/1.0".equals(call.request().getVersion())
                || "close".equalsIgnoreCase(call.header("Connection"))
                || call.request().getExchangeIndex() >= REQUESTS_PER_CONNECTION - 1;
        if (reply.bare()) {
            return out.addHeader("Connection", "close")
                    .addHeader("Content-Length", 0)
                    .onResponseEnd(CLOSE)
                    .build();
        }
        out.addHeader("Access-Control-Allow-Origin", call.header("Origin"));
        reply.headers().forEach(out::addHeader);
        if (!reply.contentType().isEmpty()) {
            out.addHeader("Content-Type", reply.contentType());
        }
        if (reply.stream().isPresent()) {
            out.addHeader("Transfer-Encoding", "chunked")
                    .socketHandler(reply.stream().get());
        } else if (call.isHead()) {
            out.addHeader("Content-Length", reply.body().length);
        } else if (reply.body().length > 0) {
            out.body(new Buffer().write(reply.body()));
        }
        if (close) {
            out.addHeader("Connection", "close");
        } else {
            out.addHeader("Keep-Alive", "timeout=5, max=" + REQUESTS_PER_CONNECTION);
        }
        if (call.isHead()) {
            out.addHeader("Accept-Ranges", "bytes");
        } else if (reply.body().length == 0 && reply.stream().isEmpty()) {
            out.addHeader("Content-Length", 0);
        }
        // The server closes after a stream, whatever it has announced.
        return close || reply.stream().isPresent() ? out.onResponseEnd(CLOSE).build() : out.build();
    }
}
