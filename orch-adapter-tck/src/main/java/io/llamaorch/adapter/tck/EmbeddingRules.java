package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.tck.internal.kit.Interfaces;
import java.util.List;
import java.util.stream.IntStream;

/** CAP-04: texts to vectors. */
interface EmbeddingRules extends InterfaceTrials {

    /** More texts than an adapter may want to send at once. */
    int MANY_TEXTS = 70;

    /** So far may a vector be from that of the same text in other company. */
    double NEAR = 1e-2;

    @Rule("CAP-04")
    default void cap04_texts_haveTheirVectorsInOrder() throws InterruptedException {
        declared(EngineScript.WELL, Embeddings.class, Capability.EMBEDDINGS, (bench, embeddings) -> {
            List<String> texts = IntStream.range(0, MANY_TEXTS)
                    .mapToObj(number -> Interfaces.WORDS + " " + number)
                    .toList();
            List<float[]> vectors = bench.get("the vectors of " + MANY_TEXTS + " texts", embeddings.embed(texts));
            bench.check(
                    vectors.size() == MANY_TEXTS && vectors.stream().allMatch(EmbeddingRules::isVector),
                    "a vector of numbers for each of " + MANY_TEXTS + " texts",
                    () -> vectors.size() + " vectors",
                    "only the first part of an answer is read");
            for (int i : new int[] {0, MANY_TEXTS - 1}) {
                float[] alone = bench.get("the vector of one text", embeddings.embed(List.of(texts.get(i))))
                        .get(0);
                double there = distance(vectors.get(i), alone);
                double elsewhere = distance(vectors.get(MANY_TEXTS - 1 - i), alone);
                bench.check(
                        there <= NEAR && elsewhere > there,
                        "the vector of text " + i + " in its place, as it is alone",
                        () -> "it is " + there + " away from what stands there, and " + elsewhere
                                + " from another text's",
                        "vectors are taken in the order in which they came, not by their index");
            }
        });
    }

    @Rule("CAP-04")
    default void cap04_noText_isMisuse() throws InterruptedException {
        declared(
                EngineScript.WELL,
                Embeddings.class,
                Capability.EMBEDDINGS,
                (bench, embeddings) -> bench.check(
                        InterfaceTrials.isMisuse(() -> embeddings.embed(List.of())),
                        "IllegalArgumentException for no text at all",
                        () -> "nothing is thrown",
                        "an empty list is sent to the engine"));
    }

    @Rule("CAP-04")
    default void cap04_engineNotStartedForThem_isUnsupported() throws InterruptedException {
        declared(
                EngineScript.builder().without(Capability.EMBEDDINGS).build(),
                Embeddings.class,
                Capability.EMBEDDINGS,
                (bench, embeddings) -> InterfaceTrials.mustFail(
                        bench,
                        "what the engine was not started for",
                        ErrorCode.UNSUPPORTED,
                        embeddings.embed(List.of(Interfaces.WORDS)),
                        "vectors are made up, or the refusal is told as a failure of the engine"));
    }

    private static boolean isVector(float[] vector) {
        return vector.length > 0
                && IntStream.range(0, vector.length).allMatch(i -> Float.isFinite(vector[i]))
                && IntStream.range(0, vector.length).anyMatch(i -> vector[i] != 0);
    }

    private static double distance(float[] one, float[] other) {
        return one.length != other.length
                ? Double.POSITIVE_INFINITY
                : Math.sqrt(IntStream.range(0, one.length)
                        .mapToDouble(i -> Math.pow(one[i] - other[i], 2))
                        .sum());
    }
}
