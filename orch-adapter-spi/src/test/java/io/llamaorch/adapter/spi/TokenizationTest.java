package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TokenizationTest {

    private static final Tokenization PLAIN = new Tokenization() {
        @Override
        public CompletionStage<List<Integer>> tokenize(String text) {
            return CompletableFuture.completedStage(List.of(1));
        }

        @Override
        public CompletionStage<String> detokenize(List<Integer> tokens) {
            return CompletableFuture.completedStage("a");
        }
    };

    @Test
    void tokenizePrompt_withoutAnImplementation_isUnsupported() {
        CompletionException failure = assertThrows(
                CompletionException.class,
                () -> PLAIN.tokenizePrompt("a").toCompletableFuture().join());
        WorkerException error = assertInstanceOf(WorkerException.class, failure.getCause());
        assertEquals(ErrorCode.UNSUPPORTED, error.error().code());
    }
}
