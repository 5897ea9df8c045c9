package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.EmbeddingMessages;
import io.llamaorch.adapter.llamacpp.internal.codec.EmbeddingMessages.Embedding;
import io.llamaorch.adapter.llamacpp.internal.codec.EngineError;
import io.llamaorch.adapter.spi.Embeddings;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * {@link Embeddings} over {@code /embedding} of a server that was started with {@code --embeddings} (contract 11). Texts
 * are sent in parts of at most {@value #MOST_TEXTS}, one part after the other, so that an answer stays bounded and others
 * get a slot in between.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerEmbeddings implements Embeddings {

    private static final String LACKING = "start the server with --embeddings";

    private static final String POOLING = "start the server with --pooling mean, cls or last, as its model needs it";

    private static final int FAILED = 500;

    /** How many texts go in one request. */
    static final int MOST_TEXTS = 32;

    /**
     * How many bytes an answer may have for each text: 512 KiB, as a number has at most 24 bytes and the widest models have
     * some 16,000 of them.
     */
    private static final int BYTES_PER_TEXT = 512 << 10;

    /** A server of today says it in words only (contract 2); where they are others, the failure is told as it is. */
    private static final Question.Refusals TOO_LONG = (status, said) -> isTooLong(status, said)
            ? Optional.of(new Question.Meaning(
                    ErrorCode.CONTEXT_EXCEEDED,
                    "cannot take a text as long as one of these",
                    "shorten it, or start the server with a larger --ubatch-size"))
            : Optional.empty();

    private final EngineCalls calls;
    private final Stages stages;

    /**
     * Makes the capability for one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     */
    public ServerEmbeddings(EngineCalls calls, Stages stages) {
        this.calls = calls;
        this.stages = stages;
    }

    private static boolean isTooLong(int status, EngineError said) {
        return status == FAILED && said.message().contains("too large to process");
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        List<String> all = List.copyOf(texts);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to embed: give at least one text");
        }
        Optional<WorkerError> tooLong =
                all.stream().flatMap(text -> Sizes.tooLong(text).stream()).findFirst();
        return stages.stage(
                reply -> tooLong.ifPresentOrElse(reply::failure, () -> new EmbeddingRun(all, calls, reply).begin()));
    }

    /** What asks for the embeddings of some texts. */
    static Question<List<float[]>> question(List<String> texts) {
        return Question.post(
                        "/embedding",
                        EmbeddingMessages.request(texts),
                        Sizes.ceiling(texts.size(), BYTES_PER_TEXT),
                        body -> vectors(EmbeddingMessages.read(body, texts.size())),
                        LACKING)
                .whoseRefusalsMean(TOO_LONG)
                .whoseSizeMeans("if it gives a vector for each token, " + POOLING);
    }

    private static List<float[]> vectors(List<Embedding> embeddings) {
        List<float[]> vectors = new ArrayList<>(embeddings.size());
        for (Embedding embedding : embeddings) {
            if (embedding.vectors() != 1) {
                throw new UnusableAnswerException(
                        ErrorCode.UNSUPPORTED, "gives a vector for each token, not one for the text", POOLING);
            }
            vectors.add(nonZero(embedding.vector()));
        }
        return vectors;
    }

    /** A server of 2024 that was not started for embeddings answers with zeros. */
    private static float[] nonZero(float[] vector) {
        for (float value : vector) {
            if (value != 0) {
                return vector;
            }
        }
        throw new UnusableAnswerException(
                ErrorCode.UNSUPPORTED, "gave nothing but zeros for an embedding, as if it had none", LACKING);
    }
}
