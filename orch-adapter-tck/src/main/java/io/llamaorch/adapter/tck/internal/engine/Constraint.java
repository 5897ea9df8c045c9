package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.Derivation;
import io.llamaorch.adapter.tck.internal.grammar.Grammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What the text of a completion must be: a sentence of a grammar, or JSON that a schema allows.
 *
 * <p>Thread safety: immutable.
 */
record Constraint(Grammar grammar) {
    /** A token has fewer characters than this. */
    private static final int LONGEST_TOKEN = 16;

    /** So many sentences are tried for one without the tokens that the request bans. */
    private static final int TRIES = 64;

    /**
     * Reads the constraint of a request. A schema beside a member {@code grammar}, be it null or empty, is passed over,
     * as the server does.
     *
     * @throws EngineError 400 as the server says it, or 501 for what the scripted engine cannot do
     */
    static Optional<Constraint> of(Fields in) {
        boolean old = in.manner() == Fields.Manner.FORGIVING;
        if (in.get("response_format").orElse("") instanceof Map<?, ?> format && !"text".equals(format.get("type"))) {
            throw notSupported("response formats");
        }
        if (old && in.get("grammar").isPresent() && in.get("json_schema").isPresent()) {
            throw EngineError.invalid("Either \"json_schema\" or \"grammar\" can be specified, but not both");
        }
        Optional<Constraint> constraint = Optional.empty();
        if (in.get("grammar").orElse("") instanceof String text && !text.isEmpty()) {
            constraint = Optional.of(new Constraint(grammar(text, old)));
        } else if (in.get("json_schema").isPresent() && !in.members().containsKey("grammar")) {
            constraint = Optional.of(new Constraint(schema(in.get("json_schema").get(), old)));
        }
        if (constraint.isPresent() && in.flag("ignore_eos", false)) {
            throw notSupported("a constraint on a text that must not end");
        }
        return constraint;
    }

    private static Grammar grammar(String text, boolean old) {
        try {
            return able(() -> Grammar.read(text));
        } catch (IllegalArgumentException e) {
            throw EngineError.invalid(
                    old ? "Failed to parse grammar" : "Failed to initialize samplers: failed to parse grammar");
        }
    }

    private static Grammar schema(Object schema, boolean old) {
        try {
            return able(() -> SchemaReader.read(schema));
        } catch (IllegalArgumentException e) {
            String detail = "\"json_schema\": JSON schema conversion failed:\n" + e.getMessage();
            throw old ? EngineError.invalid(detail) : EngineError.field("json_schema", detail);
        }
    }

    private static <T> T able(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnsupportedOperationException e) {
            throw notSupported(String.valueOf(e.getMessage()));
        }
    }

    private static EngineError notSupported(String what) {
        return EngineError.notSupported("The scripted engine does not support " + what);
    }

    /**
     * The tokens of a sentence, with the end of the text behind them. The seed chooses which, unless the settings leave
     * no choice.
     *
     * @param bias what is banned by it is not in the sentence
     * @param context the size of the context: a sentence that is longer comes without its end
     * @throws EngineError 501 if no such sentence was found
     */
    List<Integer> sentence(Settings settings, Map<Integer, Double> bias, Vocabulary vocabulary, int context) {
        IntUnaryOperator drawn = picks(settings);
        for (int i = 0; i < TRIES; i++) {
            boolean first = i == 0 && settings.leavesNoChoice();
            List<Integer> tokens = derived(first ? bound -> 0 : drawn, vocabulary, context);
            if (tokens.stream().noneMatch(t -> bias.getOrDefault(t, 0.0) == Double.NEGATIVE_INFINITY)) {
                return tokens;
            }
        }
        throw notSupported("a constraint whose sentences need tokens that are banned");
    }

    private static IntUnaryOperator picks(Settings settings) {
        long seed = settings.leavesNoChoice() ? 0 : settings.integer("seed");
        SplittableRandom random = new SplittableRandom(Random64.mix(
                seed == Settings.RANDOM_SEED ? ThreadLocalRandom.current().nextLong() : seed));
        return random::nextInt;
    }

    private List<Integer> derived(IntUnaryOperator pick, Vocabulary vocabulary, int context) {
        Derivation.Sentence sentence = able(() -> Derivation.of(grammar, pick, context * LONGEST_TOKEN));
        List<Integer> tokens = new ArrayList<>(vocabulary.pieces(sentence.text()));
        if (sentence.whole()) {
            tokens.add(Vocabulary.END);
        } else if (tokens.size() < context) {
            throw notSupported("a constraint whose sentences are so long");
        }
        return tokens;
    }
}
