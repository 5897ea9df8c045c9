package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Turns texts into vectors; see {@link Capability#EMBEDDINGS}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}.
 */
public interface Embeddings {

    /**
     * Embeds texts.
     *
     * @param texts the texts, at least one
     * @return a stage with one vector for each text, in order; each array is the caller's own; fails with
     *     {@link ErrorCode#UNSUPPORTED} where the engine was not started for it
     * @throws IllegalArgumentException if there is no text
     */
    CompletionStage<List<float[]>> embed(List<String> texts);
}
