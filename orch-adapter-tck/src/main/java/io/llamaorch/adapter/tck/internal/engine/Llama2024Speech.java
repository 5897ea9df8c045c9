package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The events and answers of {@code /completion} in the server of 2024.
 *
 * <p>Thread safety: immutable.
 */
final class Llama2024Speech implements Speech {
    private final EngineState engine;
    private final String slotName;

    /** @param slotName {@code id_slot}, or {@code slot_id} as in 2023 */
    Llama2024Speech(EngineState engine, String slotName) {
        this.engine = engine;
        this.slotName = slotName;
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        Map<String, Object> event = Json.object(
                "content",
                step.content(),
                "stop",
                false,
                slotName,
                generation.slot().id(),
                "multimodal",
                false);
        if (!step.odds().isEmpty()) {
            event.put("completion_probabilities", probabilities(generation, step.odds()));
        }
        return Speech.event("data", event);
    }

    @Override
    public byte[] progressEvent(Generation generation, int processed, double millis) {
        return new byte[0];
    }

    @Override
    public byte[] lastEvent(Generation generation) {
        return Speech.event("data", result(generation, ""));
    }

    /** Neither {@code data} nor an envelope. */
    @Override
    public byte[] errorEvent(EngineError error) {
        return error(error);
    }

    static byte[] error(EngineError error) {
        return Speech.event(
                "error", Json.object("code", error.status(), "message", error.message(), "type", error.type()));
    }

    @Override
    public Object whole(Generation generation) {
        Map<String, Object> result = result(generation, generation.text());
        if (!generation.odds().isEmpty()) {
            result.put("completion_probabilities", probabilities(generation, generation.odds()));
        }
        return result;
    }

    private Map<String, Object> result(Generation generation, String content) {
        Map<String, Object> timings = generation.timings().json();
        timings.remove("cache_n");
        return Json.object(
                "content",
                content,
                slotName,
                generation.slot().id(),
                "stop",
                true,
                "model",
                engine.options().modelAlias(),
                "tokens_predicted",
                generation.tokens().size(),
                "tokens_evaluated",
                generation.request().prompt().size(),
                "generation_settings",
                generation.settings(),
                "prompt",
                generation.shownPrompt(),
                "truncated",
                generation.truncated(),
                "stopped_eos",
                generation.stopType().equals("eos"),
                "stopped_word",
                generation.stopType().equals("word"),
                "stopped_limit",
                generation.stopType().equals("limit"),
                "stopping_word",
                generation.stoppingWord(),
                "tokens_cached",
                generation.held(),
                "timings",
                timings);
    }

    private static List<Map<String, Object>> probabilities(Generation generation, List<Odds> odds) {
        return odds.stream()
                .map(one -> Json.object(
                        "content",
                        text(generation, one.chosen().token()),
                        "probs",
                        one.best().stream()
                                .map(likely -> Json.object(
                                        "tok_str", text(generation, likely.token()), "prob", likely.share()))
                                .toList()))
                .toList();
    }

    private static String text(Generation generation, int token) {
        return new String(generation.piece(token), StandardCharsets.UTF_8);
    }
}
