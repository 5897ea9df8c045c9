package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.llamacpp.internal.codec.FingerprintEntries.Server;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.TaskRequest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** DET-03: what a fingerprint says. */
class FingerprintEntriesTest {

    private static final Server RECORDED = Server.of(EngineFacts.read(Transcripts.body("props")));
    private static final Map<String, String> MODELS =
            ModelList.read(Transcripts.body("models")).identity();

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time");
    }

    private static Map<String, String> entries(TaskRequest.Builder task) {
        return entries(task, RECORDED);
    }

    private static Map<String, String> entries(TaskRequest.Builder task, Server server) {
        return new FingerprintEntries(RepeatableTask.complete(task.build()), true, server, MODELS)
                .put(OptionalInt.of(1), OptionalInt.of(7));
    }

    private static void assertEntries(Map<String, String> expected, Map<String, String> entries) {
        assertEquals(
                expected,
                entries.entrySet().stream()
                        .filter(entry -> expected.containsKey(entry.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    @Test
    void entries_tellEngineAndModel() {
        assertEntries(
                Map.ofEntries(
                        Map.entry("engine", "llamacpp"),
                        Map.entry("engine.version", "b11669-Debian"),
                        Map.entry("model", "bigram"),
                        Map.entry("model.file", "bigram.gguf"),
                        Map.entry("model.ftype", "all F32"),
                        Map.entry("model.parameters", "656320"),
                        Map.entry("model.bytes", "2625280"),
                        Map.entry("model.vocabulary", "288"),
                        Map.entry("model.embedding", "320"),
                        Map.entry("model.context", "2048"),
                        Map.entry("context", "2048"),
                        Map.entry("slots", "2"),
                        Map.entry("slot", "1"),
                        Map.entry("cache.reused", "7"),
                        Map.entry("exclusive", "true")),
                entries(task()));
    }

    @Test
    void entries_ofBestEffort_tellTheServersOwnSettingsWhereNothingWasSent() {
        assertEntries(
                Map.of(
                        "level", "BEST_EFFORT",
                        "temperature", "0.3",
                        "top_k", "40",
                        "top_p", "0.95",
                        "samplers", "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature",
                        "seed", "drawn by the server",
                        "cache_prompt", "left to the server",
                        "n_predict", "5"),
                entries(task().temperature(0.3).maxTokens(5)));
    }

    @Test
    void entries_aboveBestEffort_tellWhatWasSent() {
        assertEntries(
                Map.of(
                        "level", "SEEDED",
                        "temperature", "0.8",
                        "typical_p", "1",
                        "dry_multiplier", "0",
                        "seed", "42",
                        "cache_prompt", "false",
                        "id_slot", "0"),
                entries(task().determinism(Determinism.SEEDED).seed(42)));
    }

    @Test
    void entries_ofEqualTasks_areEqual() {
        assertEquals(entries(task().determinism(Determinism.GREEDY)), entries(task().determinism(Determinism.GREEDY)));
    }

    /** Whatever the server was started with, what is sent decides. */
    @Test
    void entries_ofTheServersSamplers_matterOnlyWhereNothingIsSent() {
        Server other = Server.of(
                EngineFacts.read("{\"default_generation_settings\":{\"params\":{\"temperature\":1.5,\"new_one\":3}}}"
                        .getBytes(StandardCharsets.UTF_8)));
        assertEntries(
                Map.of("temperature", "0.8", "new_one", "3"),
                entries(task().determinism(Determinism.SEEDED).seed(1), other));
        assertEntries(Map.of("temperature", "1.5"), entries(task(), other));
    }

    @Test
    void entries_whenNothingIsKnownOfTheServer_tellWhatWasSent() {
        Map<String, String> entries = entries(task().seed(3), Server.UNKNOWN);
        assertEntries(Map.of("engine", "llamacpp", "seed", "3"), entries);
        assertFalse(entries.containsKey("engine.version"));
    }

    @Test
    void entries_ofWhatChangesNoText_areLeftOut() {
        assertEquals(
                entries(task().seed(3)), entries(task().seed(3).progress(true).extra("timings_per_token", true)));
    }

    @Test
    void entries_ofTexts_areNotTheTexts() {
        Map<String, String> entries = entries(task().stop("my secret", "x").extra("style", "also secret"));
        assertFalse(entries.toString().contains("secret"), entries::toString);
        assertTrue(entries.get("stop").startsWith("sha256 "), entries::toString);
        assertFalse(
                entries.get("stop").equals(entries(task().stop("another", "x")).get("stop")));
        assertFalse(
                entries.get("stop").equals(entries(task().stop("my secretx")).get("stop")));
    }

    @Test
    void entries_ofServersOf2024_areReadWhereTheyHaveThem() {
        Server old = Server.of(EngineFacts.read(
                "{\"default_generation_settings\":{\"n_ctx\":512,\"temperature\":0.800000011920929,\"model\":\"/m/a.gguf\",\"samplers\":[\"top_k\",\"temperature\"]},\"total_slots\":1}"
                        .getBytes(StandardCharsets.UTF_8)));
        assertEntries(
                Map.of("temperature", "0.8", "samplers", "top_k;temperature", "context", "512"), entries(task(), old));
    }
}
