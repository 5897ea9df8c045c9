package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@Timeout(30)
class ScriptedEngineTextTest {
    private final ScriptedEngine engine = ScriptedEngine.builder().start();

    @AfterEach
    void close() {
        engine.close();
    }

    private static String text(ScriptedEngine engine, String prompt, String more) throws IOException {
        return Wire.post(engine, "/completion", "{\"prompt\":\"" + prompt + "\",\"n_predict\":40" + more + "}")
                .json()
                .at("content")
                .toString();
    }

    @Test
    void text_ofTheSameSeed_isTheSame() throws IOException {
        String first = text(engine, "Hello", ",\"seed\":42");
        assertEquals(first, text(engine, "Hello", ",\"seed\":42"));
        assertEquals(first, text(engine, "Hello", ",\"seed\":42,\"cache_prompt\":false"));
    }

    @Test
    void text_ofTheSameSeed_isTheSameInEveryEngine() throws IOException {
        try (ScriptedEngine other =
                ScriptedEngine.builder().slots(1).contextSize(99).start()) {
            assertEquals(text(engine, "Hello", ",\"seed\":7"), text(other, "Hello", ",\"seed\":7"));
        }
    }

    @Test
    void text_ofManySeeds_varies() throws IOException {
        Set<String> texts = new HashSet<>();
        for (int seed = 0; seed < 16; seed++) {
            texts.add(text(engine, "Hello", ",\"seed\":" + seed));
        }
        assertTrue(texts.size() >= 12, "only " + texts.size() + " of 16");
    }

    @Test
    void text_ofARandomSeed_varies() throws IOException {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            texts.add(text(engine, "Hello", ",\"seed\":-1"));
        }
        assertTrue(texts.size() > 1);
    }

    @Test
    void text_atTemperatureZero_ignoresTheSeed() throws IOException {
        String first = text(engine, "Hello", ",\"temperature\":0,\"seed\":1");
        assertEquals(first, text(engine, "Hello", ",\"temperature\":0,\"seed\":2"));
        assertEquals(first, text(engine, "Hello", ",\"temperature\":0"));
        assertEquals(first, text(engine, "Hello", ",\"temperature\":2,\"top_k\":1,\"seed\":3"));
    }

    @Test
    void text_ofAnotherPrompt_isAnother() throws IOException {
        assertNotEquals(text(engine, "Hello", ",\"temperature\":0"), text(engine, "Goodbye", ",\"temperature\":0"));
    }

    @Test
    void text_atTemperatureZero_goesOnWhereThePromptEnds() throws IOException {
        String begun = "Once upon a time there was a";
        String whole = text(engine, "Once upon a time", ",\"temperature\":0");
        assertTrue(whole.startsWith(" there was a"), whole);
        assertTrue(text(engine, begun, ",\"temperature\":0").startsWith(whole.substring(" there was a".length(), 60)));
    }

    @Test
    void sampling_isObeyed() throws IOException {
        String free = text(engine, "Once upon", ",\"temperature\":0");
        assertTrue(free.startsWith(" a time"));
        String banned =
                text(engine, "Once upon a time there was", ",\"temperature\":0,\"logit_bias\":[[\" a\",false]]");
        assertTrue(!banned.contains(" a "), banned);
        assertNotEquals(
                text(engine, "Hello", ",\"seed\":5"),
                text(engine, "Hello", ",\"seed\":5,\"repeat_penalty\":1.9,\"presence_penalty\":1.5"));
        assertNotEquals(
                text(engine, "Hello", ",\"seed\":5,\"temperature\":0.3"),
                text(engine, "Hello", ",\"seed\":5,\"temperature\":1.9,\"top_p\":1,\"min_p\":0"));
    }

    @Test
    void bias_bringsWhatTheModelWouldNotSay() throws IOException {
        assertEquals("!!!", text(engine, "Hello", ",\"temperature\":0,\"n_predict\":3,\"logit_bias\":[[36,100]]"));
        assertEquals("!!!", text(engine, "Hello", ",\"temperature\":0,\"n_predict\":3,\"logit_bias\":{\"36\":100}"));
        assertEquals("", text(engine, "Hello", ",\"logit_bias\":[[2,100]]"));
        assertEquals(
                text(engine, "Hello", ",\"temperature\":0"),
                text(engine, "Hello", ",\"temperature\":0,\"logit_bias\":[[36,1.5]]"));
    }
}
