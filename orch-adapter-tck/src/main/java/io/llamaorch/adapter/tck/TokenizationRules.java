package io.llamaorch.adapter.tck;

import io.llamaorch.adapter.spi.Capability;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Tokenization;
import io.llamaorch.adapter.tck.internal.kit.Interfaces;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** CAP-02: text to tokens and back. */
interface TokenizationRules extends InterfaceTrials {

    /** A character of four bytes, and one of two. */
    String WIDE = "\uD83E\uDD99 caf\u00e9";

    /** What some vocabularies have for a blank, and show if they have no token of that: U+2581. */
    char WRITTEN_BLANK = '\u2581';

    @Rule("CAP-02")
    default void cap02_tokens_joinToTheText() throws InterruptedException {
        declared(EngineScript.WELL, Tokenization.class, Capability.TOKENIZATION, (bench, tokenization) -> {
            for (String text : List.of(Interfaces.WORDS, WIDE)) {
                List<Integer> ids = bench.get("the tokens of a text", tokenization.tokenize(text));
                String joined = bench.get("the text of tokens", tokenization.detokenize(ids));
                bench.check(
                        joined.replace(WRITTEN_BLANK, ' ').strip().equals(text),
                        "\"" + text + "\" again, when its tokens are joined",
                        () -> ids + ": \"" + joined + "\"",
                        "tokens are left out, or the text is not sent as UTF-8");
            }
            List<Integer> none = bench.get("the tokens of an empty text", tokenization.tokenize(""));
            bench.check(
                    none.isEmpty(),
                    "no token for an empty text, as no special ones are added",
                    none::toString,
                    "the tokens that prompts begin with are asked for");
        });
    }

    @Rule("CAP-02")
    default void cap02_tokensOfAPrompt_areThoseOfTheTextAndMaybeMore() throws InterruptedException {
        declared(EngineScript.WELL, Tokenization.class, Capability.TOKENIZATION, (bench, tokenization) -> {
            CompletionStage<List<Integer>> asked = tokenization.tokenizePrompt(Interfaces.WORDS);
            Optional<Throwable> failure = new Interfaces(bench).failureOf(asked);
            if (failure.isPresent()) {
                InterfaceTrials.mustFail(
                        bench,
                        "what an adapter cannot tell of a prompt's tokens",
                        ErrorCode.UNSUPPORTED,
                        asked,
                        "the failure has another code");
                return;
            }
            List<Integer> plain = bench.get("the tokens of a text", tokenization.tokenize(Interfaces.WORDS));
            List<Integer> prompt = bench.get("the tokens of a prompt", asked);
            bench.check(
                    Collections.indexOfSubList(prompt, plain) >= 0,
                    "the tokens of the text, " + plain + ", with special ones around them at most",
                    prompt::toString,
                    "the two ways to split a text go different ways");
        });
    }

    @Rule("CAP-02")
    default void cap02_tokensThatAreNone_areRefused() throws InterruptedException {
        declared(EngineScript.WELL, Tokenization.class, Capability.TOKENIZATION, (bench, tokenization) -> {
            InterfaceTrials.mustFail(
                    bench,
                    "an id that no vocabulary has",
                    ErrorCode.INVALID_PARAMS,
                    tokenization.detokenize(List.of(Integer.MAX_VALUE)),
                    "the engine's refusal is told as its own failure, or nothing is told at all");
            bench.check(
                    InterfaceTrials.isMisuse(() -> tokenization.detokenize(List.of(-1))),
                    "IllegalArgumentException for a negative id",
                    () -> "nothing is thrown",
                    "ids are not looked at before they are sent");
        });
    }
}
