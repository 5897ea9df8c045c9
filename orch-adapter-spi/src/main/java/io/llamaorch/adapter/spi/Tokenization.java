package io.llamaorch.adapter.spi;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
     * @param text the text; may be empty
     * @return a stage with the token ids, no special tokens added
     */
    CompletionStage<List<Integer>> tokenize(String text);

    /**
     * Splits a text as the prompt that it would be: with the special tokens that the model's prompts begin or end with. So
     * the number of ids is what the prompt takes of the context.
     *
     * @param text the text; may be empty
     * @return a stage with the token ids; fails with {@link ErrorCode#UNSUPPORTED} where the adapter cannot tell, which is
     *     so without an implementation of its own
     */
    default CompletionStage<List<Integer>> tokenizePrompt(String text) {
        Objects.requireNonNull(text, "text");
        return CompletableFuture.failedStage(new WorkerException(WorkerError.of(
                ErrorCode.UNSUPPORTED,
                "this adapter does not tell which special tokens a prompt gets: use tokenize, which adds none")));
    }

    /**
     * Joins tokens.
     *
     * @param tokens token ids, none negative; may be empty
     * @return a stage with the text; what is no whole character is U+FFFD; fails with {@link ErrorCode#INVALID_PARAMS} if an
     *     id is not in the model's vocabulary
     * @throws IllegalArgumentException if an id is negative
     */
    CompletionStage<String> detokenize(List<Integer> tokens);
}
