package io.llamaorch.adapter.llamacpp.internal.capabilities;

import io.llamaorch.adapter.llamacpp.internal.codec.TokenMessages;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.spi.WorkerError;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * {@link Tokenization} over {@code /tokenize} and {@code /detokenize}, which every server has and which need no slot
 * (contract 11). Text is split as a prompt is: what it writes out of the model's special tokens, such as {@code </s>},
 * is taken for those.
 *
 * <p>Thread safety: safe for concurrent use.
 */
public final class ServerTokenization implements Tokenization {

    private static final String LACKING = "check the URL's path and the server's prefix";
    private static final int FAILED = 500;
    private static final int MOST_TOKENS = 1 << 20;

    /** A token's id with what stands around it; mostly there are fewer ids than bytes. */
    private static final int BYTES_PER_ID = 12;

    /** There is one for a byte at worst, unless a model first writes characters in another way. */
    private static final int IDS_PER_BYTE = 4;

    private static final int SPECIAL_TOKENS = 64;

    /** A token's text in JSON; the longest are runs of blanks. */
    private static final int BYTES_PER_PIECE = 512;

    /** The server knows one reason to fail here: an id that is not in the vocabulary. */
    private static final Question.Refusals BAD_ID = (status, said) -> status == FAILED
            ? Optional.of(new Question.Meaning(
                    ErrorCode.INVALID_PARAMS,
                    "cannot join the tokens (500)",
                    "give only ids of its own model's vocabulary"))
            : Optional.empty();

    private final EngineCalls calls;
    private final Stages stages;

    /**
     * Makes the capability for one engine.
     *
     * @param calls asks the engine
     * @param stages makes what is returned
     */
    public ServerTokenization(EngineCalls calls, Stages stages) {
        this.calls = calls;
        this.stages = stages;
    }

    @Override
    public CompletionStage<List<Integer>> tokenize(String text) {
        return split(text, false);
    }

    @Override
    public CompletionStage<List<Integer>> tokenizePrompt(String text) {
        return split(text, true);
    }

    private CompletionStage<List<Integer>> split(String text, boolean special) {
        Optional<WorkerError> tooLong = Sizes.tooLong(text);
        return stages.stage(reply ->
                tooLong.ifPresentOrElse(reply::failure, () -> calls.ask(tokensOf(text, special), reply)));
    }

    private static Question<List<Integer>> tokensOf(String text, boolean special) {
        int bytes = Sizes.bytes(text);
        return Question.post(
                "/tokenize",
                TokenMessages.tokenize(text, special),
                Sizes.ceiling(bytes, BYTES_PER_ID),
                body -> TokenMessages.tokens(body, bytes * IDS_PER_BYTE + SPECIAL_TOKENS),
                LACKING);
    }

    @Override
    public CompletionStage<String> detokenize(List<Integer> tokens) {
        List<Integer> ids = List.copyOf(tokens);
        for (int id : ids) {
            if (id < 0) {
                throw new IllegalArgumentException("a token id is negative: " + id);
            }
        }
        return stages.stage(reply -> {
            if (ids.size() > MOST_TOKENS) {
                reply.failure(WorkerError.of(
                        ErrorCode.INVALID_PARAMS,
                        "there are " + ids.size() + " tokens, and the adapter for llama.cpp sends at most "
                                + MOST_TOKENS + " at a time: give them in parts"));
                return;
            }
            calls.ask(
                    Question.post(
                                    "/detokenize",
                                    TokenMessages.detokenize(ids),
                                    Sizes.ceiling(ids.size(), BYTES_PER_PIECE),
                                    TokenMessages::content,
                                    LACKING)
                            .whoseRefusalsMean(BAD_ID),
                    reply);
        });
    }
}
