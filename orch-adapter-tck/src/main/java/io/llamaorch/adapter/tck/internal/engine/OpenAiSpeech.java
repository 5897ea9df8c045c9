package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    private final boolean verbose;
    private final boolean tools;
    private final ChatDeltas deltas;
    private final String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
    private final long created = System.currentTimeMillis() / 1000;
    private boolean begun;

    /**
     * Makes the speech of one completion.
     *
     * @param in the request
     * @param chat whether it is a chat's
     */
    OpenAiSpeech(EngineState engine, Fields in, boolean chat) {
        this.engine = engine;
        this.chat = chat;
        this.usage = in.get("stream_options").orElse(Map.of()) instanceof Map<?, ?> options
                && Boolean.TRUE.equals(options.get("include_usage"));
        this.verbose = in.flag("verbose", false);
        this.tools = !in.list("tools").orElse(List.of()).isEmpty();
        this.deltas = new ChatDeltas(tools);
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        List<Map<String, Object>> chunks = new ArrayList<>();
        if (!chat) {
            Object odds = logProbabilities(generation, step.odds());
            chunks.add(chunk(List.of(textChoice(step.content(), odds, Json.NULL))));
        } else {
            if (!begun) {
                begun = true;
                chunks.add(chunk(List.of(delta(Json.object("role", "assistant", "content", Json.NULL), Json.NULL))));
            }
            for (Map<String, Object> said : deltas.hear(step.content())) {
                Map<String, Object> choice = delta(said, Json.NULL);
                if (!step.odds().isEmpty()) {
                    choice.put("logprobs", logProbabilities(generation, step.odds()));
                }
                chunks.add(chunk(List.of(choice)));
            }
        }
        if (step.timed() && !chunks.isEmpty()) { // of all that one token brings, the last has them
            chunks.get(chunks.size() - 1).put("timings", generation.timings().json());
        }
        return joined(chunks);
    }

    /** Events that share a chunk. */
    private static byte[] joined(List<Map<String, Object>> chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        chunks.forEach(chunk -> all.writeBytes(Speech.event("data", chunk)));
        return all.toByteArray();
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
        List<Map<String, Object>> chunks = new ArrayList<>();
        deltas.rest().forEach(said -> chunks.add(chunk(List.of(delta(said, Json.NULL)))));
        Map<String, Object> end = chunk(List.of(delta(Json.object(), finish(generation))));
        chunks.add(end);
        Map<String, Object> counted = end;
        if (usage) {
            counted = chunk(List.of());
            counted.put("usage", usage(generation));
            chunks.add(counted);
        }
        counted.put("timings", generation.timings().json());
        if (verbose) {
            end.put("__verbose", new LlamaSpeech(engine).result(generation, true));
        }
        return joined(chunks);
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
        deltas.hear(generation.text());
        Map<String, Object> choice = Json.object(
                "finish_reason", finish(generation),
                "index", 0,
                "message", ChatDeltas.message(generation.text(), tools));
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

    private String finish(Generation generation) {
        return generation.stopType().equals("limit") ? "length" : deltas.calls() ? "tool_calls" : "stop";
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
