package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.spi.WorkerProperties;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/** What a server tells of itself; what it does not tell is absent, never invented (HLT-06). */
class EngineFactsTest {

    private static EngineFacts read(String json) {
        return EngineFacts.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> names(String json) {
        return ModelList.read(json.getBytes(StandardCharsets.UTF_8)).names();
    }

    @Test
    void recordedProperties_areUnderstood() {
        EngineFacts facts = EngineFacts.read(Transcripts.body("props"));
        assertEquals("b11669-Debian", facts.version());
        assertEquals("bigram", facts.model());
        WorkerProperties properties = facts.properties();
        assertEquals(Optional.of("b11669-Debian"), properties.engineVersion());
        assertEquals(OptionalInt.of(2), properties.slots());
        assertEquals(OptionalInt.empty(), properties.freeSlots());
        assertEquals(OptionalInt.of(2048), properties.contextLength());
        assertEquals(List.of("bigram", "bigram.gguf", "/models/bigram.gguf"), properties.modelNames());
        assertEquals(Set.of(), properties.modalities());
        assertEquals(Set.of("slots", "metrics"), properties.features());
        assertEquals(new SlotSight(true, false, true), facts.slots());
    }

    @Test
    void recordedModels_areUnderstood() {
        assertEquals(
                List.of("/models/bigram.gguf"),
                ModelList.read(Transcripts.body("models")).names());
    }

    @Test
    void alias_ofItsOwn_isTheNameToShow() {
        EngineFacts facts = read("{\"model_alias\":\"llama-3\",\"model_path\":\"C:\\\\m\\\\Llama-3.Q4.gguf\"}");
        assertEquals("llama-3", facts.model());
        for (String name : List.of("llama-3", "Llama-3.Q4", "Llama-3.Q4.gguf", "C:\\m\\Llama-3.Q4.gguf")) {
            assertTrue(facts.serves(name), name);
        }
        for (String name : List.of("llama", "LLAMA-3", "Q4", "", "llama-3.gguf")) {
            assertFalse(facts.serves(name), name);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "",
                "null",
                "[]",
                "5",
                "{\"model_path\":\"\",\"model_alias\":\"\"}",
                "{\"model_path\":null,\"total_slots\":null,\"build_info\":null}",
                "{\"total_slots\":\"2\",\"default_generation_settings\":null,\"modalities\":[true]}",
                "{\"total_slots\":-2,\"default_generation_settings\":{\"n_ctx\":99999999999}}",
                "{\"x\":{\"total_slots\":3,\"build_info\":\"y\"},\"default_generation_settings\":[{\"n_ctx\":1}]}"
            })
    void whatIsNotTold_isAbsent(String json) {
        EngineFacts facts = read(json);
        assertEquals("", facts.version());
        assertEquals("", facts.model());
        assertEquals(List.of(), facts.properties().modelNames());
        assertEquals(OptionalInt.empty(), facts.properties().slots());
        assertEquals(OptionalInt.empty(), facts.properties().contextLength());
    }

    @Test
    void version_notTold_isNoVersionAtAll() {
        assertEquals(Optional.empty(), read("{}").properties().engineVersion());
        assertEquals(
                Optional.empty(), read("{\"build_info\":null}").properties().engineVersion());
        assertEquals(
                Optional.empty(), read("{\"build_info\":\"\"}").properties().engineVersion());
    }

    @Test
    void properties_of2024_areUnderstood() {
        EngineFacts facts = read("{\"user_name\":\"\",\"assistant_name\":\"\",\"default_generation_settings\":"
                + "{\"n_ctx\":512,\"model\":\"models/a.gguf\",\"stop\":[]},\"total_slots\":1}");
        assertEquals(OptionalInt.of(512), facts.properties().contextLength());
        assertEquals(OptionalInt.of(1), facts.properties().slots());
    }

    @Test
    void modalitiesAndFeatures_areThoseThatAreOn() {
        WorkerProperties properties = read("{\"modalities\":{\"vision\":true,\"audio\":false,\"video\":true},"
                        + "\"endpoint_slots\":false,\"endpoint_metrics\":true,\"endpoint_props\":true}")
                .properties();
        assertEquals(Set.of("vision", "video"), properties.modalities());
        assertEquals(Set.of("metrics", "props"), properties.features());
    }

    /** CAN-07: what is not told is as it is with a server that is too old to tell. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                                           | true, false, false",
                "{'endpoint_slots':true,'is_sleeping':false}                                  | true, false, false",
                "{'endpoint_slots':false,'is_sleeping':true}                                  | false, true, false",
                "{'endpoint_slots':null,'is_sleeping':null}                                   | true, false, false",
                "{'default_generation_settings':{'params':{'dry_multiplier':0.0}}}            | true, false, true",
                "{'default_generation_settings':{'dry_multiplier':0}}                         | true, false, true",
                "{'default_generation_settings':{'params':{'dry_multiplier':0.800000011920929}}} | true, false, false",
                "{'default_generation_settings':{'params':{'dry_multiplier':'0'}}}            | true, false, false",
                "{'default_generation_settings':{'params':null,'n_ctx':0},'role':'router'}    | true, false, false",
                "{'dry_multiplier':0}                                                         | true, false, false"
            })
    void slots_areWhatIsTold(String json, String wanted) {
        SlotSight sight = read(json.replace('\'', '"')).slots();
        assertEquals(wanted, sight.shown() + ", " + sight.sleeping() + ", " + sight.markIsInert());
    }

    @Test
    void models_haveIdsAndAliases() {
        assertEquals(
                List.of("a", "b", "c"),
                names("{\"data\":[{\"id\":\"b\",\"aliases\":[\"a\",\"\"]},{\"id\":\"c\"},{\"x\":{\"id\":\"d\"}}],"
                        + "\"models\":[{\"id\":\"e\"}]}"));
        assertEquals(List.of(), names("{\"data\":[]}"));
        assertEquals(List.of(), names("{\"data\":{\"id\":\"x\"}}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "{", "{\"build_info\":\"x\"", "{\"data\":[", "nope", "{\"a\":}"})
    void whatIsNoJson_isRefused(String text) {
        assertThrows(JacksonException.class, () -> read(text));
        assertThrows(JacksonException.class, () -> names(text));
    }

    @Test
    void nesting_withoutEnd_isRefused() {
        assertThrows(JacksonException.class, () -> read("[".repeat(100_000)));
        assertThrows(JacksonException.class, () -> read("{\"a\":".repeat(100_000)));
    }
}
