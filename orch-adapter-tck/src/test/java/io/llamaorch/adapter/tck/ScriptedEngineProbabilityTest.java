package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineProbabilityTest {
    private static final String ASKED = "{\"prompt\":\"Once upon a time there was\",\"n_predict\":3,\"n_probs\":4";

    private final ScriptedEngine engine = ScriptedEngine.builder().start();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void probabilities_whenStreamed_comeWithTheirToken() throws Exception {
        Wire.Stream stream = Wire.stream(engine, ASKED + ",\"temperature\":0,\"stream\":true}");
        JsonText first = JsonText.of(stream.events().get(0));
        JsonText odds = first.at("completion_probabilities/0");

        assertEquals(List.of("id", "token", "bytes", "logprob", "top_logprobs"), odds.names());
        assertEquals(first.at("content").toString(), odds.at("token").toString());
        assertEquals(first.at("tokens/0").number(), odds.at("id").number());
        assertTrue(odds.at("logprob").number() < 0);
        assertEquals(
                List.of("id", "token", "bytes", "logprob"),
                odds.at("top_logprobs/3").names());
        assertTrue(odds.at("top_logprobs/0/logprob").number()
                >= odds.at("top_logprobs/3/logprob").number());
        assertFalse(stream.last().names().contains("completion_probabilities"));
    }

    @Test
    void probabilities_whenNotStreamed_areOneListAtTheEnd() throws Exception {
        JsonText answer =
                Wire.post(engine, "/completion", ASKED + ",\"seed\":3}").json();

        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            text.append(answer.at("completion_probabilities/" + i + "/token"));
        }
        assertEquals(answer.at("content").toString(), text.toString());
    }

    @Test
    void probabilities_afterSampling_areSharesOfWhatIsLeft() throws Exception {
        JsonText greedy = Wire.post(engine, "/completion", ASKED + ",\"temperature\":0,\"post_sampling_probs\":true}")
                .json()
                .at("completion_probabilities/0");
        assertEquals(List.of("id", "token", "bytes", "prob", "top_probs"), greedy.names());
        assertEquals(1, greedy.at("prob").number());

        JsonText drawn = Wire.post(
                        engine,
                        "/completion",
                        ASKED + ",\"seed\":3,\"top_k\":2,\"top_p\":1,\"min_p\":0,\"post_sampling_probs\":true}")
                .json()
                .at("completion_probabilities/0");
        assertEquals(
                1,
                drawn.at("top_probs/0/prob").number()
                        + drawn.at("top_probs/1/prob").number(),
                1e-9);
    }

    @Test
    void probabilities_whenNotAskedFor_doNotCome() throws Exception {
        Wire.Stream stream = Wire.stream(engine, "{\"prompt\":\"a\",\"n_predict\":1,\"stream\":true}");
        assertFalse(stream.events().toString().contains("completion_probabilities"));
    }
}
