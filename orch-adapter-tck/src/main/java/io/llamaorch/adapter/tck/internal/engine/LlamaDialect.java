package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;
import java.util.Map;

/**
 * llama-server of today (0.7.0).
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class LlamaDialect implements Dialect {
    private static final Map<String, Object> WELL = Json.object("status", "ok");

    private final EngineState engine;
    private final Completions completions;
    private final LlamaShapes shapes;
    private final Speech speech;
    private final Routes routes;

    LlamaDialect(EngineState engine) {
        this.engine = engine;
        this.completions = new Completions(engine);
        this.shapes = new LlamaShapes(engine);
        this.speech = new LlamaSpeech(engine);
        Tokenization tokens = new Tokenization(engine.model().vocabulary());
        Embeddings embeddings = new Embeddings(engine);
        this.routes = new Routes(engine, path -> !path.equals("/health") && !path.equals("/v1/health"))
                .get("/health", call -> Reply.json(200, WELL))
                .get("/v1/health", call -> Reply.json(200, WELL))
                .get("/props", call -> Reply.json(200, shapes.props()))
                .get("/models", call -> Reply.json(200, shapes.models()))
                .get("/v1/models", call -> Reply.json(200, shapes.models()))
                .get("/slots", this::slots)
                .get("/metrics", this::metrics)
                .get("/lora-adapters", call -> Reply.json(200, List.of()))
                .post("/completion", this::completion)
                .post("/completions", this::completion)
                .post("/tokenize", call -> tokens.tokenize(fields(call)))
                .post("/detokenize", call -> tokens.detokenize(fields(call)))
                .post(
                        "/apply-template",
                        call -> Reply.json(200, Json.object("prompt", ChatTemplate.prompt(fields(call)))))
                .unsupported(
                        "This server does not support changing global properties. Start it with `--props`", "/props")
                .unsupported("This server does not support slots action. Start it with `--slot-save-path`", "/slots/*")
                .post("/embedding", call -> embeddings.today(fields(call)))
                .post("/embeddings", call -> embeddings.today(fields(call)))
                .post("/v1/embeddings", call -> embeddings.openAi(fields(call)))
                .unsupported(
                        "This server does not support reranking. Start it with `--reranking`",
                        "/rerank",
                        "/reranking",
                        "/v1/rerank",
                        "/v1/reranking")
                .unsupported(
                        "Infill is not supported by this model: prefix token is missing. suffix token is missing."
                                + " middle token is missing. ",
                        "/infill")
                .unsupported(
                        "The scripted engine does not support this path",
                        "/v1/responses",
                        "/v1/messages",
                        "/v1/chat/completions/input_tokens");
        new OpenAiForms(engine, completions).addTo(routes);
    }

    @Override
    public Reply answer(Call call) {
        return routes.answer(call);
    }

    private Fields fields(Call call) {
        return Fields.of(call.body()).without(engine.options().deafTo());
    }

    private Reply completion(Call call) {
        return completions.answer(
                call, () -> new Completions.Order(CompletionRequest.read(fields(call), engine), speech, true));
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
        EngineMetrics.requireStarted(engine.options());
        return Reply.text(200, "text/plain; version=0.0.4", engine.metrics().scrape(engine.busy(), engine.queued()))
                .header("Process-Start-Time-Unix", Long.toString(System.nanoTime() / 1000));
    }
}
