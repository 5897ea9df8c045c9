package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.Fault;
import io.llamaorch.adapter.tck.HeadFault;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The server of today (0.7.0): its routes, and completions from request to answer.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class LlamaDialect implements Dialect {
    private static final String EVENTS = "text/event-stream";

    private final EngineState engine;
    private final LlamaShapes shapes;
    private final Map<String, Function<Call, Reply>> gets;
    private final Map<String, Function<Call, Reply>> posts;

    LlamaDialect(EngineState engine) {
        this.engine = engine;
        this.shapes = new LlamaShapes(engine);
        this.gets = Map.of(
                "/health", call -> Reply.json(200, Json.object("status", "ok")),
                "/v1/health", call -> Reply.json(200, Json.object("status", "ok")),
                "/props", call -> Reply.json(200, shapes.props()),
                "/models", call -> Reply.json(200, shapes.models()),
                "/v1/models", call -> Reply.json(200, shapes.models()),
                "/slots", this::slots,
                "/metrics", this::metrics);
        this.posts = Map.of(
                "/completion", this::completion,
                "/completions", this::completion,
                "/props",
                        call -> {
                            throw new EngineError(
                                    501,
                                    "This server does not support changing global properties."
                                            + " Start it with `--props`",
                                    "not_supported_error");
                        },
                "/tokenize", this::tokenize,
                "/detokenize", this::detokenize);
    }

    @Override
    public Reply answer(Call call) {
        try {
            return route(call);
        } catch (EngineError e) {
            return Reply.json(e.status(), LlamaShapes.envelope(e));
        }
    }

    private Reply route(Call call) {
        if ("OPTIONS".equals(call.method())) {
            return Reply.text(200, "text/html", "").header("Access-Control-Allow-Headers", "*");
        }
        if (engine.loading()) {
            return Reply.json(503, LlamaShapes.earlyEnvelope("Loading model", "unavailable_error", 503));
        }
        String prefix = engine.options().prefix();
        String path = call.path().startsWith(prefix) ? call.path().substring(prefix.length()) : "";
        if (!path.equals("/health") && !path.equals("/v1/health") && !mayPass(call)) {
            return Reply.json(401, LlamaShapes.earlyEnvelope("Invalid API Key", "authentication_error", 401));
        }
        Map<String, Function<Call, Reply>> routes = switch (call.method()) {
            case "GET" -> gets;
            case "POST" -> posts;
            default -> Map.of();
        };
        return routes.getOrDefault(
                        path,
                        unknown -> Reply.json(404, LlamaShapes.earlyEnvelope("File Not Found", "not_found_error", 404)))
                .apply(call);
    }

    private boolean mayPass(Call call) {
        Optional<String> key = engine.options().apiKey();
        if (key.isEmpty()) {
            return true;
        }
        String authorization = call.header("Authorization");
        String given = authorization.isEmpty()
                ? call.header("X-Api-Key")
                : authorization.startsWith("Bearer ") ? authorization.substring("Bearer ".length()) : authorization;
        return given.equals(key.get());
    }

    private Reply slots(Call call) {
        String failWithout = call.url().queryParameter("fail_on_no_slot");
        if (failWithout != null
                && !failWithout.isEmpty()
                && engine.busy() == engine.options().slots()) {
            throw new EngineError(503, "no slot available", "unavailable_error");
        }
        return Reply.json(200, shapes.slots());
    }

    private Reply metrics(Call call) {
        return Reply.text(200, "text/plain; version=0.0.4", engine.metrics().scrape(engine.busy(), engine.queued()))
                .header("Process-Start-Time-Unix", Long.toString(System.nanoTime() / 1000));
    }

    private Reply tokenize(Call call) {
        Fields in = CompletionRequest.fields(call.body());
        Vocabulary vocabulary = engine.model().vocabulary();
        List<Integer> tokens = vocabulary.encode(in.text("content", ""));
        if (in.flag("add_special", false)) {
            tokens.add(0, Vocabulary.BEGIN);
        }
        return Reply.json(
                200,
                Json.object(
                        "tokens",
                        in.flag("with_pieces", false)
                                ? tokens.stream().map(shapes::piece).toList()
                                : tokens));
    }

    private Reply detokenize(Call call) {
        Fields in = CompletionRequest.fields(call.body());
        Vocabulary vocabulary = engine.model().vocabulary();
        List<Integer> tokens = in.list("tokens").orElse(List.of()).stream()
                .map(token -> {
                    if (!(token instanceof Long id) || !vocabulary.contains(id)) {
                        throw new EngineError(500, "vector::_M_range_check", "server_error");
                    }
                    return id.intValue();
                })
                .toList();
        return Reply.json(200, Json.object("content", vocabulary.text(tokens, false)));
    }

    private Reply completion(Call call) {
        Optional<Fault> fault = engine.nextFault();
        Optional<HeadFault> instead = fault.filter(
                        f -> f instanceof HeadFault && !(f instanceof HeadFault.WrongContentType))
                .map(HeadFault.class::cast);
        if (instead.isPresent()) {
            return FaultReplies.reply(instead.get(), call.client(), engine);
        }
        CompletionRequest request = CompletionRequest.read(
                call.body(), engine.model().vocabulary(), engine.options().slots());
        SlotTable.Ticket ticket = engine.slots().request(request.prompt(), request.slot());
        call.client().onGone(() -> engine.slots().leave(ticket));
        Optional<Slot> slot = ticket.await();
        if (slot.isEmpty()) {
            engine.countLeft();
            return Reply.silence();
        }
        checkFits(request, slot.get());
        Completion completion = new Completion(engine, request, slot.get(), call.client(), fault);
        Reply reply = request.stream()
                ? Reply.stream(EVENTS, new StreamBody(completion, this, call.client()))
                : whole(completion, call.client());
        return fault.filter(HeadFault.WrongContentType.class::isInstance)
                .map(wrong -> reply.as(((HeadFault.WrongContentType) wrong).contentType()))
                .orElse(reply);
    }

    private void checkFits(CompletionRequest request, Slot slot) {
        int size = request.prompt().size();
        int context = engine.options().contextSize();
        if (size >= context) {
            engine.slots().release(slot);
            throw new EngineError(
                    400,
                    "request (" + size + " tokens) exceeds the available context size (" + context
                            + " tokens), try increasing it",
                    "exceed_context_size_error",
                    Json.object("n_prompt_tokens", size, "n_ctx", context));
        }
    }

    /** Runs a completion that is answered in one piece. */
    private Reply whole(Completion completion, Client client) {
        try {
            return switch (completion.run(new Quiet(client))) {
                case FINISHED -> Reply.json(200, shapes.result(completion.generation(), false));
                // The server answers one that has closed only its sending side, and says nothing.
                case CLIENT_GONE -> Reply.text(200, "", "");
                case FAULT -> FaultReplies.unstreamed(completion.fault().orElseThrow());
            };
        } catch (IOException e) {
            return Reply.silence();
        }
    }

    private record Quiet(Client client) implements Completion.Listener {
        @Override
        public void progress(int processed, double millis) {}

        @Override
        public void token(Generation.Step step) {}

        @Override
        public boolean pause(long deadline) {
            return client.goneBy(deadline);
        }
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        return data(shapes.token(generation, step));
    }

    @Override
    public byte[] progressEvent(Generation generation, int processed, double millis) {
        return data(shapes.progress(generation, processed, millis));
    }

    @Override
    public byte[] lastEvent(Generation generation) {
        return data(shapes.result(generation, true));
    }

    @Override
    public byte[] errorEvent(EngineError error) {
        return data(LlamaShapes.envelope(error));
    }

    private static byte[] data(Object value) {
        byte[] json = Json.write(value);
        byte[] event = new byte[json.length + 8];
        System.arraycopy(new byte[] {'d', 'a', 't', 'a', ':', ' '}, 0, event, 0, 6);
        System.arraycopy(json, 0, event, 6, json.length);
        event[event.length - 2] = '\n';
        event[event.length - 1] = '\n';
        return event;
    }
}
