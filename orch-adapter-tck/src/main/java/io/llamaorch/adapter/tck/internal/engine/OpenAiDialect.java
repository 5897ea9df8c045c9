package io.llamaorch.adapter.tck.internal.engine;

import java.util.Map;

/**
 * A server that speaks nothing but the OpenAI-compatible protocol.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class OpenAiDialect implements Dialect {
    private static final Map<String, Object> WELL = Json.object("status", "ok");

    private final Routes routes;

    OpenAiDialect(EngineState engine) {
        LlamaShapes shapes = new LlamaShapes(engine);
        routes = new Routes(engine, path -> !path.equals("/health"))
                .get("/health", call -> Reply.json(200, WELL))
                .get("/v1/models", call -> Reply.json(200, shapes.models()));
        new OpenAiForms(engine, new Completions(engine)).addTo(routes);
    }

    @Override
    public Reply answer(Call call) {
        return routes.answer(call);
    }
}
