package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;
import java.util.Map;

/**
 * The events and answers of {@code /completion} in the server of today, member by member in its order.
 *
 * <p>Thread safety: immutable.
 */
final class LlamaSpeech implements Speech {
    private final EngineState engine;

    LlamaSpeech(EngineState engine) {
        this.engine = engine;
    }

    private static Map<String, Object> event(Generation generation, String content, int token) {
        return Json.object(
                "index",
                0,
                "content",
                content,
                "tokens",
                List.of(token),
                "stop",
                false,
                "id_slot",
                -1,
                "tokens_predicted",
                generation.tokens().size(),
                "tokens_evaluated",
                generation.request().prompt().size());
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        Map<String, Object> event = event(generation, step.content(), step.token());
        if (step.timed()) {
            event.put("timings", generation.timings().json());
        }
        if (!step.odds().isEmpty()) {
            event.put("completion_probabilities", new Probabilities(generation).json(step.odds()));
        }
        return Speech.event("data", event);
    }

    @Override
    public byte[] progressEvent(Generation generation, int processed, double millis) {
        Map<String, Object> event = event(generation, "", 0);
        event.put("prompt_progress", progress(generation, processed, millis));
        return Speech.event("data", event);
    }

    static Map<String, Object> progress(Generation generation, int processed, double millis) {
        return Json.object(
                "total",
                generation.request().prompt().size(),
                "cache",
                generation.cached(),
                "processed",
                processed,
                "time_ms",
                (long) millis);
    }

    @Override
    public byte[] lastEvent(Generation generation) {
        return Speech.event("data", result(generation, true));
    }

    @Override
    public byte[] errorEvent(EngineError error) {
        return Speech.event("data", LlamaShapes.envelope(error));
    }

    @Override
    public Object whole(Generation generation) {
        return result(generation, false);
    }

    /** The final event of a stream, or the whole answer without one, reduced to the fields asked for. */
    Map<String, Object> result(Generation generation, boolean streaming) {
        CompletionRequest request = generation.request();
        boolean tokens = !streaming && request.returnTokens();
        Map<String, Object> result = Json.object(
                "index", 0,
                "content", streaming ? "" : generation.text(),
                "tokens", tokens ? generation.tokens() : List.of(),
                "id_slot", generation.slot().id(),
                "stop", true,
                "model", engine.options().modelAlias(),
                "tokens_predicted", generation.tokens().size(),
                "tokens_evaluated", request.prompt().size(),
                "generation_settings", generation.settings(),
                "prompt", generation.shownPrompt(),
                "has_new_line", generation.newline(),
                "truncated", generation.truncated(),
                "stop_type", generation.stopType(),
                "stopping_word", generation.stoppingWord(),
                "tokens_cached", generation.held(),
                "timings", generation.timings().json());
        if (!streaming && !generation.odds().isEmpty()) {
            result.put("completion_probabilities", new Probabilities(generation).json(generation.odds()));
        }
        return request.responseFields().isEmpty() ? result : only(request.responseFields(), result);
    }

    /** Flat: a path with slashes is kept as the name; what does not exist is left out. */
    private static Map<String, Object> only(List<String> paths, Map<String, Object> result) {
        Map<String, Object> chosen = Json.object();
        for (String path : paths) {
            Object at = result;
            for (String name : path.split("/", -1)) {
                at = at instanceof Map<?, ?> object && object.containsKey(name) ? object.get(name) : Json.NULL;
            }
            if (at != Json.NULL) {
                chosen.put(path, at);
            }
        }
        return chosen;
    }
}
