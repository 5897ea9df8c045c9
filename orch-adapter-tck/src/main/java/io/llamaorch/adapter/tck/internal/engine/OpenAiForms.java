package io.llamaorch.adapter.tck.internal.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The OpenAI-compatible paths: their requests are put into the server's own words, and their answers spoken as {@link
 * OpenAiSpeech} does.
 *
 * <p>Thread safety: safe for concurrent use.
 */
final class OpenAiForms {
    private static final int MOST_LOG_PROBABILITIES = 20;

    private final EngineState engine;
    private final Completions completions;

    OpenAiForms(EngineState engine, Completions completions) {
        this.engine = engine;
        this.completions = completions;
    }

    void addTo(Routes routes) {
        routes.post("/v1/chat/completions", this::chat)
                .post("/chat/completions", this::chat)
                .post("/v1/completions", this::text);
    }

    private Reply chat(Call call) {
        return completions.answer(call, () -> order(chatRequest(fields(call)), true));
    }

    private Reply text(Call call) {
        return completions.answer(call, () -> order(fields(call), false));
    }

    private Fields fields(Call call) {
        return Fields.of(call.body()).without(engine.options().deafTo());
    }

    private Completions.Order order(Fields in, boolean chat) {
        return new Completions.Order(CompletionRequest.read(in, engine), new OpenAiSpeech(engine, in, chat), true);
    }

    private static Fields chatRequest(Fields in) {
        if (in.get("json_schema").isPresent() && in.get("grammar").isPresent()) {
            throw new EngineError(500, "Cannot use both json_schema and grammar", "server_error");
        }
        Map<String, Object> own = new LinkedHashMap<>(in.members());
        own.put("prompt", ChatTemplate.prompt(in));
        own.remove("logprobs");
        if (in.flag("logprobs", false)) {
            own.put("n_probs", in.integer("top_logprobs", MOST_LOG_PROBABILITIES));
        } else if (in.get("top_logprobs").isPresent()) {
            throw EngineError.invalid("top_logprobs requires logprobs to be set to true");
        }
        return new Fields(own, in.manner());
    }
}
