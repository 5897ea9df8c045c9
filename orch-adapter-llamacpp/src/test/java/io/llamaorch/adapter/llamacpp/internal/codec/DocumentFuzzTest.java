package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.fuzz.Fuzzing;
import io.llamaorch.adapter.llamacpp.fuzz.Mutator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/** Small answers by chance: they are read or refused, and nothing else is thrown (ERR-04). */
class DocumentFuzzTest {

    private static final int USUALLY = 6_000;

    private static final List<byte[]> SEEDS = List.of(
            Transcripts.body("props"),
            Transcripts.body("models"),
            Transcripts.body("health-ok"),
            Transcripts.body("error-exceed-context"),
            Transcripts.body("error-unauthorized"));

    private static final List<String> PIECES = List.of(
            "{\"error\":{\"code\":400,\"message\":\"m\",\"type\":\"t\"}}",
            "{\"error\":\"m\"}",
            "{\"status\":\"ok\"}",
            "{\"build_info\":\"b1\",\"total_slots\":4,\"model_path\":\"/a/b.gguf\",\"endpoint_slots\":true}",
            "{\"data\":[{\"id\":\"a\",\"aliases\":[\"b\"]}]}",
            "{\"modalities\":{\"vision\":true}}",
            "{}",
            "[]",
            "1",
            " ");

    private static final List<String> TOKENS = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "\\",
            "\\ud83e",
            "\0",
            "\u00ff",
            "1e400",
            "-1",
            "1e99999",
            "null",
            "true",
            "\"error\":",
            "\"error\":{\"message\":7},",
            "[".repeat(70),
            "9".repeat(1100),
            "\"" + "n".repeat(300) + "\":1,",
            "\"total_slots\":99999999999,",
            "\"model_path\":\"/\",",
            "\"model_alias\":[],");

    private static final Mutator MUTATOR = new Mutator(SEEDS, Mutator.bytes(PIECES), Mutator.bytes(TOKENS));

    private static void check(byte[] input, Random random) {
        boolean json = isJson(input);
        String error = EngineError.in(input).map(EngineError::toString).orElse("");
        if (!json) {
            assertEquals("", error, "an error in what is no JSON");
        }
        boolean read = reads(() -> EngineFacts.read(input));
        assertEquals(json, read, "whether the properties are read");
        assertEquals(json, reads(() -> ModelList.read(input)), "whether the models are read");
        boolean well = HealthAnswer.isWell(input);
        assertTrue(!well || json, "well in what is no JSON");
    }

    private static boolean reads(Runnable reading) {
        try {
            reading.run();
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    /** Whether its first value can be skipped. */
    private static boolean isJson(byte[] input) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), input)) {
            JsonToken first = parser.nextToken();
            if (first != null) {
                parser.skipChildren();
                parser.finishToken();
            }
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    @Test
    void document_anyhow_isReadOrRefused() {
        Fuzzing.run("documents", USUALLY, MUTATOR, DocumentFuzzTest::check);
    }
}
