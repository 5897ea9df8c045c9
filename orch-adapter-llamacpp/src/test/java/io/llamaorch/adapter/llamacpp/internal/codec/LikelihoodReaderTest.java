package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.sse.SseDecoder;
import io.llamaorch.adapter.spi.TokenDetails;
import io.llamaorch.adapter.spi.TokenDetails.Alternative;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How likely tokens were, as servers of today and of 2024 tell it. */
class LikelihoodReaderTest {

    private static List<TokenDetails> of(byte[] stream) {
        List<TokenDetails> details = new ArrayList<>();
        CompletionEventReader reader = new CompletionEventReader(event -> details.add(event.details()));
        new SseDecoder(new EventAssembler(reader, 1 << 20, 1 << 20), 1 << 20).feed(stream, 0, stream.length);
        return details;
    }

    private static TokenDetails ofArray(String array) {
        String event = "data: {\"content\":\"x\",\"completion_probabilities\":" + array + "}\n\n";
        return of(event.getBytes(StandardCharsets.UTF_8)).get(0);
    }

    @Test
    void recording_ofToday_tellsIdLogarithmAndAlternatives() {
        List<TokenDetails> details = of(Transcripts.body("completion-stream-n_probs"));
        assertEquals(List.of(267), details.get(0).ids());
        assertEquals(-0.20426838099956512, details.get(0).logProbability().orElseThrow());
        assertEquals(
                new Alternative(267, " the", -0.20426838099956512),
                details.get(0).alternatives().get(0));
        assertEquals(List.of(273), details.get(1).ids());
        assertEquals(
                new Alternative(264, " llama", -0.9961485862731934),
                details.get(1).alternatives().get(0));
        assertSame(TokenDetails.NONE, details.get(2));
    }

    @Test
    void probabilities_afterSampling_areMadeLogarithms() {
        TokenDetails details = ofArray("[{\"id\":7,\"token\":\" a\",\"bytes\":[32,97],\"prob\":0.5,"
                + "\"top_probs\":[{\"id\":7,\"token\":\" a\",\"prob\":0.5},{\"id\":8,\"token\":\" b\",\"prob\":0}]}]");
        assertEquals(Math.log(0.5), details.logProbability().orElseThrow());
        assertEquals(
                List.of(new Alternative(7, " a", Math.log(0.5)), new Alternative(8, " b", Double.NEGATIVE_INFINITY)),
                details.alternatives());
    }

    @Test
    void probabilities_of2024_tellTheTokenAmongTheAlternatives() {
        TokenDetails details = ofArray("[{\"content\":\" a\",\"probs\":[{\"tok_str\":\" b\",\"prob\":0.75},"
                + "{\"tok_str\":\" a\",\"prob\":0.25}]}]");
        assertEquals(List.of(), details.ids());
        assertEquals(Math.log(0.25), details.logProbability().orElseThrow());
        assertEquals(
                List.of(new Alternative(-1, " b", Math.log(0.75)), new Alternative(-1, " a", Math.log(0.25))),
                details.alternatives());
    }

    @Test
    void tokens_several_areOnePiece() {
        TokenDetails details = ofArray(
                "[{\"id\":1,\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]},"
                        + "{\"id\":2,\"token\":\"b\",\"logprob\":-2.5,\"top_logprobs\":[{\"id\":3,\"token\":\"c\",\"logprob\":-1}]}]");
        assertEquals(List.of(1, 2), details.ids());
        assertEquals(-3.5, details.logProbability().orElseThrow());
        assertEquals(List.of(new Alternative(3, "c", -1)), details.alternatives());
    }

    @Test
    void lowestFloat_isAProbabilityOfNone() {
        assertEquals(
                Double.NEGATIVE_INFINITY,
                ofArray("[{\"id\":1,\"token\":\"a\",\"logprob\":-3.4028234663852886e+38}]")
                        .logProbability()
                        .orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "7", "null", "[]", "[7,null,[]]", "[{\"id\":\"x\",\"logprob\":null,\"top_logprobs\":3}]"})
    void likelihoods_ofAnotherShape_tellNothing(String array) {
        TokenDetails details = ofArray(array);
        assertEquals(List.of(), details.ids());
        assertTrue(details.logProbability().isEmpty());
    }
}
