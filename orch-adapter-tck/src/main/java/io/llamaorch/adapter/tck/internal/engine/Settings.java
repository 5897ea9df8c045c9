package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The generation settings of a request, clamped as the server clamps them and echoed in its order.
 *
 * <p>Thread safety: immutable.
 */
final class Settings {
    static final long RANDOM_SEED = 0xffff_ffffL;
    private static final List<String> SAMPLERS =
            List.of("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature");

    private static final Map<Character, String> SAMPLER_LETTERS = Map.of(
            'e', "penalties",
            'd', "dry",
            's', "top_n_sigma",
            'k', "top_k",
            'y', "typ_p",
            'p', "top_p",
            'm', "min_p",
            'x', "xtc",
            't', "temperature");

    /** The members that /slots and /props leave out. */
    private static final List<String> LONG_ONES = List.of(
            "dry_sequence_breakers",
            "stop",
            "logit_bias",
            "grammar",
            "grammar_lazy",
            "grammar_triggers",
            "preserved_tokens");

    private final Map<String, Object> echo;

    private Settings(Map<String, Object> echo) {
        this.echo = echo;
    }

    /** What applies to a request that says nothing; /props shows it. */
    static Settings defaults() {
        Settings settings = of(new Fields(Map.of(), Fields.Manner.NAMED), List.of(), List.of());
        settings.echo.put("reasoning_format", "none");
        return settings;
    }

    /**
     * Reads the settings of a request.
     *
     * @throws EngineError 400 for a field of the wrong type or out of its range
     */
    static Settings of(Fields in, List<String> stop, List<Object> logitBias) {
        Map<String, Object> echo = Json.object();
        echo.put("seed", in.integer("seed", RANDOM_SEED) & RANDOM_SEED);
        echo.put("temperature", in.atLeast("temperature", 0.8f, 0));
        echo.put("dynatemp_range", in.real("dynatemp_range", 0));
        echo.put("dynatemp_exponent", in.real("dynatemp_exponent", 1));
        echo.put("top_k", Math.max(0, in.integer("top_k", 40)));
        echo.put("top_p", in.share("top_p", 0.95f));
        echo.put("min_p", in.share("min_p", 0.05f));
        echo.put("top_n_sigma", in.real("top_n_sigma", -1));
        echo.put("xtc_probability", in.share("xtc_probability", 0));
        echo.put("xtc_threshold", in.real("xtc_threshold", 0.1f));
        echo.put("typical_p", in.real("typical_p", 1));
        echo.put("repeat_last_n", in.within("repeat_last_n", 64, 0, Integer.MAX_VALUE));
        echo.put("repeat_penalty", in.real("repeat_penalty", 1));
        echo.put("presence_penalty", in.real("presence_penalty", 0));
        echo.put("frequency_penalty", in.real("frequency_penalty", 0));
        echo.put("dry_multiplier", in.real("dry_multiplier", 0));
        echo.put("dry_base", in.real("dry_base", 1.75f) < 1 ? 1.75 : in.real("dry_base", 1.75f));
        echo.put("dry_allowed_length", in.within("dry_allowed_length", 2, 0, Integer.MAX_VALUE));
        echo.put("dry_penalty_last_n", in.within("dry_penalty_last_n", 64, 0, Integer.MAX_VALUE));
        echo.put("dry_sequence_breakers", breakers(in));
        echo.put("mirostat", Math.max(0, Math.min(2, in.integer("mirostat", 0))));
        echo.put("mirostat_tau", in.real("mirostat_tau", 5));
        echo.put("mirostat_eta", in.real("mirostat_eta", 0.1f));
        echo.put("adaptive_target", in.real("adaptive_target", -1));
        echo.put("adaptive_decay", in.real("adaptive_decay", 0.9f));
        echo.put("stop", stop);
        echo.put("max_tokens", in.predictions());
        echo.put("n_predict", in.predictions());
        echo.put("n_keep", in.integer("n_keep", 0));
        echo.put("n_discard", in.within("n_discard", 0, 0, Integer.MAX_VALUE));
        echo.put("ignore_eos", in.flag("ignore_eos", false));
        echo.put("stream", in.flag("stream", false));
        echo.put("logit_bias", logitBias);
        echo.put("n_probs", in.integer("n_probs", in.integer("logprobs", 0)));
        echo.put("min_keep", in.integer("min_keep", 0));
        echo.put("grammar", in.get("grammar").orElse("") instanceof String grammar ? grammar : "");
        echo.put("grammar_lazy", false);
        echo.put("grammar_triggers", List.of());
        echo.put("preserved_tokens", List.of());
        echo.put("chat_format", "Content-only");
        echo.put("reasoning_format", "deepseek");
        echo.put("reasoning_in_content", false);
        echo.put("generation_prompt", "");
        echo.put("samplers", samplers(in));
        echo.put("speculative.types", "none");
        echo.put("timings_per_token", in.flag("timings_per_token", false));
        echo.put("post_sampling_probs", in.flag("post_sampling_probs", false));
        echo.put("backend_sampling", in.flag("backend_sampling", false));
        echo.put("lora", loras(in));
        return new Settings(echo);
    }

    private static List<?> breakers(Fields in) {
        if (in.get("dry_sequence_breakers").isEmpty()) {
            return List.of("\n", ":", "\"", "*");
        }
        List<Object> given = in.list("dry_sequence_breakers").orElse(List.of());
        if (given.isEmpty()) {
            throw EngineError.field(
                    "dry_sequence_breakers", "Error: dry_sequence_breakers must be a non-empty array of strings");
        }
        return given;
    }

    /** By their names in a list, or by one letter each in a string; unknown ones are dropped. */
    private static List<?> samplers(Fields in) {
        Object given = in.get("samplers").orElse(SAMPLERS);
        if (given instanceof String letters) {
            return letters.chars()
                    .mapToObj(letter -> SAMPLER_LETTERS.get((char) letter))
                    .filter(Objects::nonNull)
                    .toList();
        }
        if (!(given instanceof List<?> names)) {
            return SAMPLERS;
        }
        for (Object name : names) {
            if (!(name instanceof String)) {
                throw EngineError.field(
                        "samplers",
                        "[json.exception.type_error.302] type must be string, but is " + Json.typeName(name));
            }
        }
        return names.stream().filter(SAMPLERS::contains).toList();
    }

    private static List<?> loras(Fields in) {
        if (in.get("lora").isPresent() && in.list("lora").isEmpty()) {
            throw EngineError.field("lora", "Error: 'lora' must be an array of objects with 'id' and 'scale' fields");
        }
        return in.list("lora").orElse(List.of());
    }

    /** All of them, as the final event shows them. */
    Map<String, Object> whole() {
        return echo;
    }

    /** Those that /slots and /props show. */
    Map<String, Object> brief() {
        Map<String, Object> brief = Json.object();
        echo.forEach((name, value) -> {
            if (!LONG_ONES.contains(name)) {
                brief.put(name, value);
            }
        });
        return brief;
    }

    double real(String name) {
        return ((Number) echo.getOrDefault(name, 0)).doubleValue();
    }

    long integer(String name) {
        return ((Number) echo.getOrDefault(name, 0)).longValue();
    }

    boolean flag(String name) {
        return Boolean.TRUE.equals(echo.get(name));
    }

    /** Whether a token is always the likeliest one. */
    boolean leavesNoChoice() {
        return (samples("temperature") && real("temperature") <= 0) || (samples("top_k") && integer("top_k") == 1);
    }

    boolean samples(String sampler) {
        return ((List<?>) echo.getOrDefault("samplers", List.of())).contains(sampler);
    }
}
