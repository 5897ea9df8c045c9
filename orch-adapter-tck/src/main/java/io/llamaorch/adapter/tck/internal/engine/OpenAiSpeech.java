package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * One completion in the OpenAI-compatible form, as a chat or as plain text.
 *
 * <p>Thread safety: calls must be serial.
 */
final class OpenAiSpeech implements Speech {
    private final EngineState engine;
    private final boolean chat;
    private final boolean usage;
    private final String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
    private final long created = System.currentTimeMillis() / 1000;
    private boolean begun;

    /** @param usage whether a chat's stream ends with an event of its own that tells the tokens used */
    OpenAiSpeech(EngineState engine, boolean chat, boolean usage) {
        this.engine = engine;
        this.chat = chat;
        this.usage = usage;
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        if (chat && step.content().isEmpty()) {
            return begun ? new byte[0] : Speech.event("data", role());
        }
        Map<String, Object> choice = chat
                ? delta(Json.object("content", step.content()), Json.NULL)
                : textChoice(step.content(), logProbabilities(generation, step.odds()), Json.NULL);
        if (chat && !step.odds().isEmpty()) {
            choice.put("logprobs", logProbabilities(generation, step.odds()));
        }
        Map<String, Object> chunk = chunk(List.of(choice));
        if (step.timed()) {
            chunk.put("timings", generation.timings().json());
        }
        return chat && !begun ? joined(role(), chunk) : Speech.event("data", chunk);
    }

    private Map<String, Object> role() {
        begun = true;
        return chunk(List.of(delta(Json.object("role", "assistant", "content", Json.NULL), Json.NULL)));
    }

    private static byte[] joined(Object one, Object other) {
        byte[] first = Speech.event("data", one);
        byte[] second = Speech.event("data", other);
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Override
    public byte[] progressEvent(Generation generation, int processed, double millis) {
        Map<String, Object> choice = chat
                ? delta(Json.object("role", "assistant", "content", Json.NULL), Json.NULL)
                : textChoice("", Json.NULL, Json.NULL);
        Map<String, Object> chunk = chunk(List.of(choice));
        chunk.put("prompt_progress", LlamaSpeech.progress(generation, processed, millis));
        return Speech.event("data", chunk);
    }

    @Override
    public byte[] lastEvent(Generation generation) {
        if (!chat) {
            return Speech.event("data", text(generation, textChoice("", Json.NULL, finish(generation))));
        }
        Map<String, Object> end = chunk(List.of(delta(Json.object(), finish(generation))));
        if (!usage) {
            end.put("timings", generation.timings().json());
            return Speech.event("data", end);
        }
        Map<String, Object> used = chunk(List.of());
        used.put("usage", usage(generation));
        used.put("timings", generation.timings().json());
        return joined(end, used);
    }

    @Override
    public byte[] farewell() {
        return Speech.event("data", "[DONE]".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] errorEvent(EngineError error) {
        return Speech.event("data", LlamaShapes.envelope(error));
    }

    @Override
    public Object whole(Generation generation) {
        Object odds = logProbabilities(generation, generation.odds());
        if (!chat) {
            return text(generation, textChoice(generation.text(), odds, finish(generation)));
        }
        Map<String, Object> choice = Json.object(
                "finish_reason", finish(generation),
                "index", 0,
                "message", Json.object("role", "assistant", "content", generation.text()));
        if (odds != Json.NULL) {
            choice.put("logprobs", odds);
        }
        return Json.object(
                "choices",
                List.of(choice),
                "created",
                created,
                "model",
                engine.options().modelAlias(),
                "system_fingerprint",
                EngineOptions.BUILD_INFO,
                "object",
                "chat.completion",
                "usage",
                usage(generation),
                "id",
                id,
                "timings",
                generation.timings().json());
    }

    private static Map<String, Object> delta(Map<String, Object> delta, Object finish) {
        return Json.object("finish_reason", finish, "index", 0, "delta", delta);
    }

    private static Map<String, Object> textChoice(String text, Object odds, Object finish) {
        return Json.object("text", text, "index", 0, "logprobs", odds, "finish_reason", finish);
    }

    private Map<String, Object> chunk(List<Object> choices) {
        Map<String, Object> chunk = Json.object("choices", choices, "created", created);
        if (chat) {
            chunk.put("id", id);
        }
        chunk.put("model", engine.options().modelAlias());
        chunk.put("system_fingerprint", EngineOptions.BUILD_INFO);
        chunk.put("object", chat ? "chat.completion.chunk" : "text_completion");
        if (!chat) {
            chunk.put("id", id);
        }
        return chunk;
    }

    private Map<String, Object> text(Generation generation, Map<String, Object> choice) {
        Map<String, Object> text = chunk(List.of(choice));
        text.remove("id");
        text.put("usage", usage(generation));
        text.put("id", id);
        text.put("timings", generation.timings().json());
        return text;
    }

    private static Object logProbabilities(Generation generation, List<Odds> odds) {
        return odds.isEmpty() ? Json.NULL : Json.object("content", new Probabilities(generation).json(odds));
    }

    private static String finish(Generation generation) {
        return generation.stopType().equals("limit") ? "length" : "stop";
    }

    private static Map<String, Object> usage(Generation generation) {
        int prompt = generation.request().prompt().size();
        int made = generation.tokens().size();
        return Json.object(
                "completion_tokens",
                made,
                "prompt_tokens",
                prompt,
                "total_tokens",
                prompt + made,
                "prompt_tokens_details",
                Json.object("cached_tokens", generation.cached()));
    }
}
