package io.llamaorch.adapter.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.engine.JsonText;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NoLeaks
@Timeout(30)
class ScriptedEngineConstraintTest {
    private static final String YES_OR_NO = "\"grammar\":\"root ::= \\\"yes\\\" | \\\"no\\\"\"";
    private static final String BOOLEAN = "\"json_schema\":{\"type\":\"boolean\"}";
    private static final String MALFORMED = "\"json_schema\":{\"type\":\"foo\"}";

    private final ScriptedEngine engine =
            ScriptedEngine.builder().slots(1).contextSize(64).start();

    @AfterEach
    void close() {
        engine.close();
    }

    private static String task(String more) {
        return "{\"prompt\":\"Hello\"," + more + "}";
    }

    private static JsonText answer(ScriptedEngine engine, String more) throws IOException {
        Wire.Answer answer = Wire.post(engine, "/completion", task(more));
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    private String content(String more) throws IOException {
        return answer(engine, more).at("content").toString();
    }

    @Test
    void text_underAGrammar_isASentenceAndEnds() throws IOException {
        JsonText answer = answer(engine, YES_OR_NO + ",\"temperature\":0");
        assertEquals("yes", answer.at("content").toString());
        assertEquals("eos", answer.at("stop_type").toString());
        assertEquals(4, answer.at("tokens_predicted").number());
        assertEquals(
                "root ::= \"yes\" | \"no\"",
                answer.at("generation_settings/grammar").toString());
    }

    @Test
    void stream_underAGrammar_comesTokenByToken() throws IOException {
        Wire.Stream stream = Wire.stream(engine, task(YES_OR_NO + ",\"temperature\":0,\"stream\":true"));
        assertEquals("yes", stream.text());
        assertEquals("y", JsonText.of(stream.events().get(0)).at("content").toString());
        assertEquals("eos", stream.last().at("stop_type").toString());
    }

    @Test
    void text_underASchema_isAnInstance() throws IOException {
        assertEquals("true", content(BOOLEAN + ",\"temperature\":0"));
        assertEquals(
                "{\"name\":\"\",\"age\":0}",
                content("\"temperature\":0,\"json_schema\":{\"type\":\"object\",\"properties\":{\"name\":"
                        + "{\"type\":\"string\"},\"age\":{\"type\":\"integer\",\"minimum\":0}},"
                        + "\"required\":[\"name\",\"age\"],\"additionalProperties\":false}"));
    }

    @Test
    void seed_choosesTheSentence() throws IOException {
        Set<String> texts = new TreeSet<>();
        for (int seed = 0; seed < 16; seed++) {
            String text = content(YES_OR_NO + ",\"seed\":" + seed);
            assertEquals(text, content(YES_OR_NO + ",\"seed\":" + seed));
            texts.add(text);
        }
        assertEquals(Set.of("yes", "no"), texts);
    }

    @Test
    void limit_cutsTheSentence() throws IOException {
        JsonText answer = answer(engine, YES_OR_NO + ",\"temperature\":0,\"n_predict\":2");
        assertEquals("ye", answer.at("content").toString());
        assertEquals("limit", answer.at("stop_type").toString());
    }

    @Test
    void stopWord_stopsTheSentence() throws IOException {
        JsonText answer = answer(engine, YES_OR_NO + ",\"temperature\":0,\"stop\":[\"e\"]");
        assertEquals("y", answer.at("content").toString());
        assertEquals("word", answer.at("stop_type").toString());
    }

    @Test
    void sentenceWithoutAnEnd_fillsTheContext() throws IOException {
        JsonText answer = answer(engine, "\"grammar\":\"root ::= \\\"ab\\\" root\"");
        assertTrue(answer.at("content").toString().startsWith("ababab"));
        assertEquals("limit", answer.at("stop_type").toString());
        assertEquals("true", answer.at("truncated").toString());
    }

    @Test
    void bannedToken_isInNoSentence() throws IOException {
        assertEquals("no", content(YES_OR_NO + ",\"temperature\":0,\"logit_bias\":[[\"y\",false],[2,100]]"));
        Wire.Answer none =
                Wire.post(engine, "/completion", task(YES_OR_NO + ",\"logit_bias\":[[\"y\",false],[\"n\",false]]"));
        assertEquals(501, none.status(), none.body());
    }

    @Test
    void probability_ofATokenWithoutAlternative_isOne() throws IOException {
        JsonText answer = answer(engine, YES_OR_NO + ",\"temperature\":0,\"n_probs\":2");
        assertEquals("y", answer.at("completion_probabilities/0/token").toString());
        assertEquals(0, answer.at("completion_probabilities/0/logprob").number());
    }

    @Test
    void wordsInASentence_areWordsOfTheModel() throws IOException {
        JsonText answer = answer(engine, "\"grammar\":\"root ::= \\\"the old clock\\\"\"");
        assertEquals("the old clock", answer.at("content").toString());
        assertEquals(6, answer.at("tokens_predicted").number());
    }

    @ParameterizedTest
    @ValueSource(strings = {BOOLEAN, MALFORMED})
    void grammar_winsOverASchema_whateverThatIs(String schema) throws IOException {
        assertEquals("yes", content("\"temperature\":0," + YES_OR_NO + "," + schema));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"grammar\":5," + BOOLEAN, "\"grammar\":null," + BOOLEAN, "\"json_schema\":null"})
    void memberGrammar_thatSaysNothing_hidesTheSchemaToo(String members) throws IOException {
        JsonText answer = answer(engine, "\"n_predict\":9," + members);
        assertEquals("limit", answer.at("stop_type").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "\"grammar\":\"root ::= a\"~400~Failed to initialize samplers: failed to parse grammar",
                MALFORMED + "~400~Field 'json_schema': \"json_schema\": JSON schema conversion failed:",
                MALFORMED + "~400~JSON schema error at #: unrecognized type foo",
                "\"json_schema\":5~400~JSON schema error at #: schema must be an object",
                "\"json_schema\":{\"not\":{}}~501~The scripted engine does not support JSON schemas with not, as at #",
                "\"grammar\":\"root ::= <s>\"~501~The scripted engine does not support tokens in grammars",
                YES_OR_NO + ",\"ignore_eos\":true~501~does not support a constraint on a text that must not end",
            })
    void constraint_thatCannotBeKept_isRefused(String constraint, int status, String message) throws IOException {
        for (String stream : new String[] {"", ",\"stream\":true"}) {
            Wire.Answer answer = Wire.post(engine, "/completion", task(constraint + stream));
            assertEquals(status, answer.status(), answer.body());
            String said = answer.json().at("error/message").toString();
            assertTrue(said.contains(message), said);
        }
        assertEquals(0, engine.slotsTaken());
    }

    @Test
    void constraint_thatTheEngineIsDeafTo_isNotKept() throws IOException {
        try (ScriptedEngine deaf = ScriptedEngine.builder().deafTo("grammar").start()) {
            String text =
                    answer(deaf, YES_OR_NO + ",\"n_predict\":9").at("content").toString();
            assertTrue(!text.equals("yes") && !text.equals("no"), text);
        }
    }

    @Test
    void openAiForms_keepConstraintsToo() throws IOException {
        String chat = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":0,";
        JsonText kept = Wire.post(engine, "/v1/chat/completions", chat + YES_OR_NO + "}")
                .json();
        assertEquals("yes", kept.at("choices/0/message/content").toString());
        assertEquals("stop", kept.at("choices/0/finish_reason").toString());
        Wire.Answer both = Wire.post(engine, "/v1/chat/completions", chat + YES_OR_NO + "," + BOOLEAN + "}");
        assertEquals(500, both.status());
        assertTrue(both.body().contains("Cannot use both json_schema and grammar"), both.body());
    }

    @Test
    void serverOf2024_keepsConstraints_andRefusesTwo() throws IOException {
        try (ScriptedEngine old =
                ScriptedEngine.builder().dialect(EngineDialect.LLAMA_CPP_2024).start()) {
            JsonText kept = answer(old, BOOLEAN + ",\"temperature\":0");
            assertEquals("true", kept.at("content").toString());
            assertEquals("true", kept.at("stopped_eos").toString());
            Wire.Answer both = Wire.post(old, "/completion", task(YES_OR_NO + "," + BOOLEAN));
            assertEquals(400, both.status());
            assertTrue(both.body().contains("can be specified, but not both"), both.body());
            Wire.Answer bad = Wire.post(old, "/completion", task("\"grammar\":\"what\""));
            assertEquals(
                    "Failed to parse grammar", bad.json().at("error/message").toString());
            Wire.Answer schema = Wire.post(old, "/completion", task(MALFORMED));
            assertTrue(
                    schema.json().at("error/message").toString().startsWith("\"json_schema\": JSON schema"),
                    schema.body());
            Wire.Answer streamed = Wire.post(old, "/completion", task("\"stream\":true," + YES_OR_NO + "," + BOOLEAN));
            assertEquals(200, streamed.status());
        }
    }
}
