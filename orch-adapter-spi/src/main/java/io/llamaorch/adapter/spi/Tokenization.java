package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Turns text into the model's tokens and back; see {@link Capability#TOKENIZATION}.
 *
 * <p>Thread safety: safe for concurrent use. No method blocks; stages behave as in {@link WorkerAdapter}.
 */
public interface Tokenization {

    /**
     * Splits a text.
     *
     * @param text the text
     * @return a stage with the token ids, no special tokens added
     */
    CompletionStage<List<Integer>> tokenize(String text);

    /**
     * Joins tokens.
     *
     * @param tokens token ids
     * @return a stage with the text
     */
    CompletionStage<String> detokenize(List<Integer> tokens);
}
