package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a completion asks for, after the server's own checks.
 *
 * <p>Thread safety: immutable.
 */
final class CompletionRequest {
    private static final int PING_SECONDS = 30;

    private final List<Integer> prompt;
    private final Settings settings;
    private final List<String> stop;
    private final Map<Integer, Double> bias;
    private final Optional<List<Integer>> sentence;
    private final List<String> responseFields;
    private final boolean progress;
    private final boolean returnTokens;
    private final boolean cachePrompt;
    private final long pingSeconds;
    private final long slot;

    private CompletionRequest(Fields in, List<Integer> prompt, Vocabulary vocabulary, int context) {
        this.prompt = prompt;
        this.stop = stopWords(in);
        List<Object> shown = new ArrayList<>();
        this.bias = biases(in, vocabulary, shown);
        this.settings = Settings.of(in, stop, shown);
        List<String> wanted = new ArrayList<>();
        in.list("response_fields").orElse(List.of()).forEach(name -> {
            if (name instanceof String path) {
                wanted.add(path);
            }
        });
        this.responseFields = List.copyOf(wanted);
        if (settings.real("repeat_penalty") <= 0) {
            throw EngineError.invalid(
                    "Failed to initialize samplers: penalty_repeat must be finite and greater than 0");
        }
        this.sentence = Constraint.of(in).map(constraint -> constraint.sentence(settings, bias, vocabulary, context));
        this.progress = in.flag("return_progress", false);
        this.returnTokens = in.flag("return_tokens", false);
        this.cachePrompt = in.flag("cache_prompt", true);
        // What is no number counts as any slot, as in the server.
        this.slot = in.get("id_slot")
                .filter(Long.class::isInstance)
                .map(Long.class::cast)
                .orElse(-1L);
        this.pingSeconds = in.within("sse_ping_interval", PING_SECONDS, -1, Integer.MAX_VALUE);
    }

    /**
     * Reads a request.
     *
     * @throws EngineError 400 as the server says it, or 501 for what the scripted engine does not do yet
     */
    static CompletionRequest read(Fields in, EngineState engine) {
        Vocabulary vocabulary = engine.model().vocabulary();
        if (!in.members().containsKey("prompt")) {
            throw EngineError.invalid("[json.exception.out_of_range.403] key 'prompt' not found");
        }
        List<Integer> prompt = tokens(in.members().get("prompt"), vocabulary);
        String copies = in.get("n_cmpl").isPresent() ? "n_cmpl" : "n";
        if (in.within(copies, 1, 1, engine.options().slots()) > 1) {
            throw notYet("more than one completion of a prompt");
        }
        return new CompletionRequest(in, prompt, vocabulary, engine.options().contextSize());
    }

    private static EngineError notYet(String what) {
        return EngineError.notSupported("The scripted engine does not support " + what);
    }

    private static List<Integer> tokens(Object prompt, Vocabulary vocabulary) {
        if (prompt instanceof String text) {
            List<Integer> tokens = new ArrayList<>(List.of(Vocabulary.BEGIN));
            tokens.addAll(vocabulary.encode(text));
            return tokens;
        }
        if (!(prompt instanceof List<?> parts)) {
            throw prompt instanceof Map<?, ?> parts && parts.containsKey("multimodal_data")
                    ? EngineError.invalid("Multimodal data provided, but model does not support multimodal requests.")
                    : wrongPrompt();
        }
        if (parts.isEmpty()) {
            throw EngineError.invalid("\"prompt\" must not be empty");
        }
        return parts.stream().noneMatch(Number.class::isInstance) ? batch(parts, vocabulary) : mixed(parts, vocabulary);
    }

    private static List<Integer> batch(List<?> prompts, Vocabulary vocabulary) {
        if (prompts.size() > 1) {
            throw notYet("more than one prompt in a request");
        }
        Object only = prompts.get(0);
        return only instanceof List<?> parts && parts.isEmpty() ? List.of() : tokens(only, vocabulary);
    }

    private static List<Integer> mixed(List<?> parts, Vocabulary vocabulary) {
        List<Integer> tokens = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof Long id) {
                if (!vocabulary.contains(id)) {
                    throw EngineError.invalid("Prompt contains invalid tokens");
                }
                tokens.add(id.intValue());
            } else if (part instanceof String text) {
                if (part == parts.get(0)) {
                    tokens.add(Vocabulary.BEGIN);
                }
                tokens.addAll(vocabulary.encode(text));
            } else {
                throw wrongPrompt();
            }
        }
        return tokens;
    }

    private static EngineError wrongPrompt() {
        return EngineError.invalid("\"prompt\" elements must be a string, a list of tokens, a JSON object containing a"
                + " prompt string, or a list of mixed strings & tokens.");
    }

    private static List<String> stopWords(Fields in) {
        Object stop = in.get("stop").orElse(List.of());
        if (stop instanceof String word) {
            return List.of(word);
        }
        if (!(stop instanceof List<?> words)) {
            return List.of();
        }
        List<String> checked = new ArrayList<>();
        for (Object word : words) {
            if (!(word instanceof String text)) {
                throw EngineError.field(
                        "stop", "[json.exception.type_error.302] type must be string, but is " + Json.typeName(word));
            }
            checked.add(text);
        }
        return List.copyOf(checked);
    }

    /** The biases by token: pairs in a list, or an object; {@code false} bans a token. */
    private static Map<Integer, Double> biases(Fields in, Vocabulary vocabulary, List<Object> shown) {
        Map<Integer, Double> biases = new LinkedHashMap<>();
        Object given = in.get("logit_bias").orElse(List.of());
        if (given instanceof Map<?, ?> byName) {
            byName.forEach((token, by) -> bias(biases, vocabulary, idOrText(String.valueOf(token)), by));
        } else if (given instanceof List<?> pairs) {
            pairs.forEach(pair -> {
                if (pair instanceof List<?> two && two.size() == 2) {
                    bias(biases, vocabulary, two.get(0), two.get(1));
                }
            });
        }
        if (in.flag("ignore_eos", false)) {
            biases.put(Vocabulary.END, Double.NEGATIVE_INFINITY);
        }
        biases.forEach((token, by) -> shown.add(Json.object("bias", by, "token", token)));
        return biases;
    }

    /** The names of an object's members are texts, even where they are meant as ids. */
    private static Object idOrText(String name) {
        return name.matches("\\d{1,9}") ? (Object) Long.valueOf(name) : name;
    }

    private static void bias(Map<Integer, Double> into, Vocabulary vocabulary, Object token, Object by) {
        if (!(by instanceof Number) && !Boolean.FALSE.equals(by)) {
            return;
        }
        double amount = by instanceof Number number ? number.doubleValue() : Double.NEGATIVE_INFINITY;
        List<Integer> tokens = token instanceof Long id && vocabulary.contains(id)
                ? List.of(id.intValue())
                : token instanceof String text ? vocabulary.encode(text) : List.of();
        tokens.forEach(id -> into.put(id, amount));
    }

    List<Integer> prompt() {
        return prompt;
    }

    Settings settings() {
        return settings;
    }

    List<String> stop() {
        return stop;
    }

    Map<Integer, Double> bias() {
        return bias;
    }

    /** The tokens that the text must be, if a grammar or a schema was given. */
    Optional<List<Integer>> sentence() {
        return sentence;
    }

    List<String> responseFields() {
        return responseFields;
    }

    boolean stream() {
        return settings.flag("stream");
    }

    boolean progress() {
        return progress;
    }

    boolean returnTokens() {
        return returnTokens;
    }

    boolean cachePrompt() {
        return cachePrompt;
    }

    /** Seconds of silence before a comment is sent; -1 for never. */
    long pingSeconds() {
        return pingSeconds;
    }

    /** The slot asked for, -1 for any. */
    long slot() {
        return slot;
    }
}
