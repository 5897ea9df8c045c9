package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code /embedding} and its likes: a text's vector counts its tokens in a few buckets and has the length 1.
 *
 * <p>Thread safety: immutable.
 */
final class Embeddings {

    private static final int WIDTH = 32;

    /** How many tokens of one text the server takes at a time. */
    private static final int BATCH = 512;

    private final EngineState engine;

    Embeddings(EngineState engine) {
        this.engine = engine;
    }

    /** The server's own form of today. */
    Reply today(Fields in) {
        requireStarted();
        List<Object> answers = new ArrayList<>();
        for (List<Double> vector : vectors(in)) {
            answers.add(Json.object("index", answers.size(), "embedding", List.of(vector)));
        }
        return Reply.json(200, answers);
    }

    /** OpenAI's form. */
    Reply openAi(Fields in) {
        requireStarted();
        List<Object> data = new ArrayList<>();
        for (List<Double> vector : vectors(in)) {
            data.add(Json.object("embedding", vector, "index", data.size(), "object", "embedding"));
        }
        int tokens = texts(in).stream().mapToInt(List::size).sum();
        return Reply.json(
                200,
                Json.object(
                        "model",
                        engine.options().modelAlias(),
                        "object",
                        "list",
                        "usage",
                        Json.object("prompt_tokens", tokens, "total_tokens", tokens),
                        "data",
                        data));
    }

    /** The form of 2024, from a server that says nothing of it if it was not started for embeddings. */
    Reply in2024(Fields in) {
        List<Map<String, Object>> answers = new ArrayList<>();
        for (List<Double> vector : vectors(in)) {
            List<Double> shown = engine.options().embeds()
                    ? vector
                    : vector.stream().map(value -> 0.0).toList();
            answers.add(Json.object("embedding", shown));
        }
        return Reply.json(200, answers.size() == 1 ? answers.get(0) : Json.object("results", answers));
    }

    private void requireStarted() {
        if (!engine.options().embeds()) {
            throw EngineError.notSupported("This server does not support embeddings. Start it with `--embeddings`");
        }
    }

    private List<List<Double>> vectors(Fields in) {
        return texts(in).stream().map(Embeddings::vector).toList();
    }

    /** The tokens of each text. */
    private List<List<Integer>> texts(Fields in) {
        Object given = in.get("input")
                .or(() -> in.get("content"))
                .orElseThrow(() -> EngineError.invalid("\"input\" or \"content\" must be provided"));
        List<?> texts = given instanceof List<?> list ? list : List.of(given);
        return texts.stream().map(this::tokens).toList();
    }

    private List<Integer> tokens(Object text) {
        if (!(text instanceof String words)) {
            throw EngineError.invalid(
                    "\"prompt\" elements must be a string, a list of tokens, a JSON object containing a"
                            + " prompt string, or a list of mixed strings & tokens.");
        }
        List<Integer> tokens = new ArrayList<>(List.of(Vocabulary.BEGIN));
        tokens.addAll(engine.model().vocabulary().encode(words));
        if (tokens.size() > BATCH) {
            throw new EngineError(
                    500,
                    "input (" + tokens.size() + " tokens) is too large to process. increase the physical batch size"
                            + " (current batch size: " + BATCH + ")",
                    "server_error");
        }
        return tokens;
    }

    private static List<Double> vector(List<Integer> tokens) {
        double[] counts = new double[WIDTH];
        for (int token : tokens) {
            counts[token % WIDTH]++;
        }
        double length = 0;
        for (double count : counts) {
            length += count * count;
        }
        List<Double> vector = new ArrayList<>();
        for (double count : counts) {
            vector.add((double) (float) (count / Math.sqrt(length)));
        }
        return vector;
    }
}
