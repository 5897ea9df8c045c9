import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.llamaorch.adapter.registry.*;
import io.llamaorch.adapter.spi.*;
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;

/** HTTP in, server-sent events out. {@code docs/gateway.md} shows how to run it and says why it does what it does. */
public final class Gateway {
    private static final String PATH = "/v1/generate";
    private static final int LONGEST_PROMPT = 1 << 20; // bytes
    private static final int MOST_WAITING = 64; // tasks, each with a thread of ours; others hear 429 at once
    /** After so long without an event something is written all the same: nothing else shows that a client has gone. */
    private static final Duration SILENCE = Duration.ofSeconds(2);

    public static void main(String[] arguments) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // no token waits for the next one
        AdapterRegistry registry = AdapterRegistry.discover();
        AdmissionPolicy admission = AdmissionPolicy.builder().queueCapacity(MOST_WAITING).build();
        AdapterHost host = AdapterHost.builder(registry).admission(admission).build();
        EnvironmentBindings.read(System.getenv(), registry.engines()).forEach(host::bind);
        int port = arguments.length == 0 ? 8090 : Integer.parseInt(arguments[0]);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newCachedThreadPool()); // one thread for each request, as long as it lasts
        server.createContext(PATH, exchange -> handle(exchange, host));
        server.start();
        System.out.println("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
    }

    private static void handle(HttpExchange exchange, AdapterHost host) throws IOException {
        TaskRequest task;
        try {
            task = task(exchange);
        } catch (IllegalArgumentException e) {
            refuse(exchange, WorkerError.of(ErrorCode.INVALID_PARAMS, e.getMessage()));
            return;
        }
        try (TokenStream stream = host.submit("default", task)) { // whatever is thrown in here, the task is cancelled
            Events events = new Events();
            stream.subscribe(events);
            TokenEvent event = events.next();
            if (event instanceof TokenEvent.Error failure) {
                refuse(exchange, failure.error());
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            write(body, event);
            while (!(event instanceof TokenEvent.Terminal)) {
                event = events.next();
                write(body, event); // throws if the client has gone, and blocks while it does not read
            }
            body.close(); // here and in no finally: an answer that broke off must not look whole
        }
    }

    private static TaskRequest task(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST") || !exchange.getRequestURI().getPath().equals(PATH)) {
            throw new IllegalArgumentException("send the prompt with POST to " + PATH);
        }
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_PROMPT + 1);
        String prompt = new String(body, StandardCharsets.UTF_8);
        boolean isUtf8 = Arrays.equals(body, prompt.getBytes(StandardCharsets.UTF_8));
        if (body.length == 0 || body.length > LONGEST_PROMPT || !isUtf8) {
            throw new IllegalArgumentException("send the prompt as UTF-8, 1 to " + LONGEST_PROMPT + " bytes");
        }
        TaskRequest.Builder task = TaskRequest.builder(prompt);
        String query = exchange.getRequestURI().getQuery();
        for (String parameter : query == null ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            set(task, parts[0], parts.length == 1 ? "" : parts[1]);
        }
        for (String header : List.of("X-Session", "X-Priority", "X-Deadline-Ms", "X-Correlation-Id")) {
            for (String value : exchange.getRequestHeaders().getOrDefault(header, List.of())) {
                set(task, header, value);
            }
        }
        return task.build();
    }

    private static void set(TaskRequest.Builder task, String name, String value) {
        try {
            switch (name) {
                case "max_tokens" -> task.maxTokens(Integer.parseInt(value));
                case "temperature" -> task.temperature(Double.parseDouble(value));
                case "seed" -> task.seed(Long.parseLong(value));
                case "X-Session" -> task.sessionId(value);
                case "X-Priority" -> task.priority(switch (value) {
                    case "interactive" -> Priority.INTERACTIVE;
                    case "batch" -> Priority.BATCH;
                    default -> throw new IllegalArgumentException("it must be interactive or batch");
                });
                case "X-Deadline-Ms" -> task.deadline(Duration.ofMillis(Long.parseLong(value)));
                case "X-Correlation-Id" -> task.correlationId(value);
                default -> throw new IllegalArgumentException("it is unknown; use max_tokens, temperature, seed");
            }
        } catch (NumberFormatException e) {
            String kind = name.equals("temperature") ? "a number" : "a whole number, and not too large a one";
            throw new IllegalArgumentException(name + " is '" + value + "': it must be " + kind, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static void refuse(HttpExchange exchange, WorkerError error) throws IOException {
        int status = switch (error.code()) {
            case INVALID_PARAMS, CONTEXT_EXCEEDED -> 400;
            case NOT_FOUND -> 404;
            case ADMISSION_REJECT -> 429;
            case POOL_UNREADY, POOL_UNAVAILABLE, REPLICA_EXHAUSTED -> 503;
            case DEADLINE_UNMET, DECODE_TIMEOUT -> 504;
            case UNAUTHORIZED, UNSUPPORTED, WORKER_RESET, PROTOCOL, INTERNAL -> 502;
        };
        Optional<Long> seconds = error.retryAfter().map(wait -> Math.max(1, (wait.toMillis() + 999) / 1000));
        if (seconds.isPresent() || status == 429) {
            exchange.getResponseHeaders().set("Retry-After", "" + seconds.orElse(1L));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        byte[] body = (json(error) + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void write(OutputStream body, TokenEvent event) throws IOException {
        String text = ":\n\n"; // a comment, for a silence and for the kinds of events that are not told of here
        if (event instanceof TokenEvent.Queued queued) {
            Object wait = queued.details().predictedStart().map(Duration::toMillis).orElse(null);
            text = sse("queued", json("position", queued.position(), "predicted_start_ms", wait));
        } else if (event instanceof TokenEvent.Started started) {
            text = sse("started", json("job", started.jobId(), "engine", started.engine(), "model", started.model()));
        } else if (event instanceof TokenEvent.Token token) {
            text = sse("token", json("index", token.index(), "text", token.text()));
        } else if (event instanceof TokenEvent.End end) {
            Object in = end.usage().prompt().stream().boxed().findAny().orElse(null);
            Object out = end.usage().generated().stream().boxed().findAny().orElse(null);
            text = sse("end", json("reason", end.reason(), "tokens_in", in, "tokens_out", out));
        } else if (event instanceof TokenEvent.Error failure) {
            text = sse("error", json(failure.error()));
        }
        body.write(text.getBytes(StandardCharsets.UTF_8));
        body.flush();
    }

    private static String sse(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    private static String json(WorkerError error) {
        Object wait = error.retryAfter().map(Duration::toMillis).orElse(null);
        return json("code", error.code(), "message", error.message(), "tokens", error.tokensDelivered(),
                "retriable", error.retriable(), "retry_after_ms", wait);
    }

    /** An object on one line, of names and values in turn; what is null is unknown and left out. */
    private static String json(Object... members) {
        StringJoiner json = new StringJoiner(",", "{", "}");
        for (int i = 0; i < members.length; i += 2) {
            Object value = members[i + 1];
            if (value != null) {
                boolean plain = value instanceof Number || value instanceof Boolean;
                json.add(quoted(members[i]) + ":" + (plain ? value : quoted(value)));
            }
        }
        return json.toString();
    }

    private static String quoted(Object value) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            json.append(c == '"' || c == '\\' ? "\\" : "");
            json.append(c < ' ' ? String.format("\\u%04x", (int) c) : c);
        }
        return json.append('"').toString();
    }

    /** Hands events from the adapter's thread, which must not block, to the request's thread, one at a time. */
    private static final class Events implements NonBlockingSubscriber {
        private final BlockingQueue<TokenEvent> arrived = new LinkedBlockingQueue<>(); // as many as were asked for: one
        private Flow.Subscription subscription;

        /** The next event; null if there was none for a while. */
        TokenEvent next() throws IOException {
            try {
                TokenEvent event = arrived.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    subscription.request(1);
                }
                return event;
            } catch (InterruptedException e) {
                throw new InterruptedIOException("the gateway is being ended");
            }
        }

        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            subscription.request(1);
        }

        public void onNext(TokenEvent event) {
            arrived.add(event);
        }

        public void onError(Throwable misuse) {
            arrived.add(new TokenEvent.Error(WorkerError.of(ErrorCode.INTERNAL, "the gateway is wrong: " + misuse)));
        }

        public void onComplete() {} // the last event came before
    }
}
