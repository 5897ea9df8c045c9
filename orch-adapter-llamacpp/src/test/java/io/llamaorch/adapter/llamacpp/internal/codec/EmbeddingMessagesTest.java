package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.codec.EmbeddingMessages.Embedding;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** Embeddings in every shape that servers have given (contract 11, 12). */
class EmbeddingMessagesTest {

    private static List<Embedding> read(String body, int texts) {
        return EmbeddingMessages.read(body.getBytes(StandardCharsets.UTF_8), texts);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"index\":0,\"embedding\":[[1,2.5]]},{\"index\":1,\"embedding\":[[3e-1,-4]]}]",
                "[{\"embedding\":[[0.3,-4]],\"index\":1},{\"embedding\":[[1,2.5]],\"index\":0}]",
                "[{\"embedding\":[1,2.5]},{\"embedding\":[0.3,-4.0]}]",
                "{\"results\":[{\"embedding\":[1,2.5]},{\"embedding\":[0.3,-4]}]}",
                "{\"object\":\"list\",\"data\":[{\"embedding\":[0.3,-4],\"index\":1,\"object\":\"embedding\"},"
                        + "{\"embedding\":[1,2.5],\"index\":0}],\"usage\":{\"prompt_tokens\":4}}",
                "[{\"index\":0,\"embedding\":[[1,2.5]],\"tokens_evaluated\":4,\"new\":{\"embedding\":[9]}},"
                        + "{\"index\":1,\"embedding\":[[0.3,-4]]}]",
            })
    void embeddings_inAnyShape_areInTheOrderOfTheirTexts(String body) {
        List<Embedding> embeddings = read(body, 2);
        assertArrayEquals(new float[] {1, 2.5f}, embeddings.get(0).vector());
        assertArrayEquals(new float[] {0.3f, -4}, embeddings.get(1).vector());
    }

    @Test
    void embedding_alone_isOne() {
        assertArrayEquals(
                new float[] {1, 2}, read("{\"embedding\":[1,2]}", 1).get(0).vector());
    }

    @Test
    void embedding_recorded_isRead() {
        Embedding embedding =
                EmbeddingMessages.read(Transcripts.body("embedding"), 1).get(0);
        assertEquals(1, embedding.vectors());
        assertEquals(0.7071068f, embedding.vector()[1]);
        assertEquals(320, embedding.vector().length);
    }

    @Test
    void vectors_ofEachToken_areCounted() {
        Embedding embedding =
                read("[{\"index\":0,\"embedding\":[[1,2],[3,4],[5,6]]}]", 1).get(0);
        assertEquals(3, embedding.vectors());
        assertArrayEquals(new float[] {1, 2}, embedding.vector());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "null",
                "[[1,2]]",
                "[{\"embedding\":[1]}",
                "[{\"embedding\":[]},{\"embedding\":[1]}]",
                "[{\"embedding\":[[]]},{\"embedding\":[1]}]",
                "[{\"embedding\":[null]},{\"embedding\":[1]}]",
                "[{\"embedding\":\"AAAA\"},{\"embedding\":[1]}]",
                "[{\"embedding\":[[1],2]},{\"embedding\":[1]}]",
                "[{\"embedding\":[1]},{\"embedding\":[1]},{\"embedding\":[1]}]",
                "[{\"embedding\":[1]}]",
                "[{\"embedding\":[1],\"index\":0},{\"embedding\":[1],\"index\":0}]",
                "[{\"embedding\":[1],\"index\":1},{\"embedding\":[1],\"index\":2}]",
                "[{\"embedding\":[1],\"index\":0},{\"embedding\":[1]}]",
                "[{\"embedding\":[1],\"index\":-1},{\"embedding\":[1],\"index\":-1}]",
                "[{\"embedding\":[1],\"index\":\"0\"},{\"embedding\":[1]}]",
                "[{\"embedding\":[1]},{\"embedding\":[1]}] 1",
            })
    void answer_thatIsNotOneEmbeddingForEachText_isRefused(String body) {
        assertThrows(JacksonException.class, () -> read(body, 2));
    }

    @Test
    void request_ofOneText_isATextAndOfMoreAList() {
        assertEquals("{\"content\":\"a\\\"\"}", text(EmbeddingMessages.request(List.of("a\""))));
        assertEquals("{\"content\":[\"a\",\"\"]}", text(EmbeddingMessages.request(List.of("a", ""))));
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
