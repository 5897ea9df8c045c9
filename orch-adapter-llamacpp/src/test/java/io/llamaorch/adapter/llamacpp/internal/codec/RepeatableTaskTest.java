package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.llamacpp.Transcripts;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** DET-02: what a task above best effort sends, and what it is refused for. */
class RepeatableTaskTest {

    /** What the engine says of a request's settings and takes no part in choosing tokens. */
    private static final Set<String> NO_SAMPLERS = Set.of("speculative.types", "lora");

    private static TaskRequest.Builder task(Determinism level) {
        return TaskRequest.builder("Once upon a time").jobId("job-1").determinism(level);
    }

    private static Map<String, Object> body(TaskRequest.Builder task) {
        return Body.of(RepeatableTask.complete(task.build()));
    }

    @Test
    void task_ofBestEffort_staysAsItIs() {
        TaskRequest plain = TaskRequest.builder("a").build();
        assertSame(plain, RepeatableTask.complete(plain));
    }

    @Test
    void task_aboveBestEffort_sendsEverySamplerThatTheServerHas() {
        Set<String> missing = new TreeSet<>(
                EngineFacts.read(Transcripts.body("props")).defaults().keySet());
        missing.removeAll(body(task(Determinism.SEEDED)).keySet());
        missing.removeAll(NO_SAMPLERS);
        assertEquals(Set.of(), missing);
    }

    @Test
    void task_aboveBestEffort_runsInSlotZeroWithoutTheCache() {
        Map<String, Object> body = body(task(Determinism.GREEDY));
        assertEquals(false, body.get("cache_prompt"));
        assertEquals(0L, body.get("n_cache_reuse"));
        assertEquals(0L, body.get("id_slot"));
    }

    @Test
    void greedy_hasTemperatureZeroAndTopPOne() {
        Map<String, Object> body = body(task(Determinism.GREEDY));
        assertEquals(0.0, body.get("temperature"));
        assertEquals(1.0, body.get("top_p"));
        assertEquals(0L, body.get("seed"), "it decides nothing, and equal tasks stay equal");
    }

    @Test
    void seeded_keepsWhatTheTaskSays() {
        Map<String, Object> body = body(task(Determinism.SEEDED)
                .sampling(Sampling.builder()
                        .temperature(0.7)
                        .topP(0.5)
                        .topK(3)
                        .minP(0.2)
                        .seed(9)
                        .repeatPenalty(1.1)
                        .presencePenalty(0.1)
                        .frequencyPenalty(0.2)
                        .build())
                .extra("xtc_probability", 0.5));
        assertEquals(
                List.of(0.7, 0.5, 3L, 0.2, 9L, 1.1, 0.1, 0.2, 0.5),
                List.of(
                        body.get("temperature"),
                        body.get("top_p"),
                        body.get("top_k"),
                        body.get("min_p"),
                        body.get("seed"),
                        body.get("repeat_penalty"),
                        body.get("presence_penalty"),
                        body.get("frequency_penalty"),
                        body.get("xtc_probability")));
    }

    @Test
    void seed_missing_isDrawnOnce() {
        Set<Long> seeds = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            TaskRequest complete =
                    RepeatableTask.complete(task(Determinism.SEEDED).build());
            long seed = complete.sampling().seed().orElseThrow();
            assertTrue(seed >= 0 && seed <= 4_294_967_294L, "seed " + seed);
            assertEquals(
                    seed, RepeatableTask.complete(complete).sampling().seed().orElseThrow());
            seeds.add(seed);
        }
        assertTrue(seeds.size() > 10, () -> "only " + seeds);
    }

    /** The mark is the allowed length of a penalty that is switched off explicitly. */
    @Test
    void mark_aboveBestEffort_isSentInPlaceOfItsSetting() {
        TaskRequest task = RepeatableTask.complete(task(Determinism.SEEDED).build());
        Map<String, Object> body = Body.of(task, Placement.of(task, OptionalInt.of(1_234_567)));
        assertEquals(0L, body.get("dry_multiplier"));
        assertEquals(1_234_567L, body.get("dry_allowed_length"));
        assertEquals(2L, Body.of(task).get("dry_allowed_length"));
    }

    private static void assertContradiction(String words, TaskRequest.Builder task) {
        WorkerError error = assertThrows(WorkerException.class, () -> RepeatableTask.complete(task.build()))
                .error();
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains(words), error.message());
    }

    @Test
    void contradictions_areRefused() {
        assertContradiction("temperature 0.8: GREEDY", task(Determinism.GREEDY).temperature(0.8));
        assertContradiction("top-p 0.9: GREEDY", task(Determinism.GREEDY).topP(0.9));
        assertContradiction("a pin to slot 1", task(Determinism.SEEDED).pin(Pin.toSlot("r0", 1)));
        assertContradiction("the extra cache_prompt", task(Determinism.SEEDED).extra("cache_prompt", true));
        assertContradiction("the extra n_cache_reuse", task(Determinism.SEEDED).extra("n_cache_reuse", 256));
        assertContradiction(
                "the extra t_max_predict_ms", task(Determinism.GREEDY).extra("t_max_predict_ms", 5));
    }

    @Test
    void contradictions_areToldTogether() {
        assertContradiction(
                "leave it out, or ask for SEEDED; a pin to slot 2",
                task(Determinism.GREEDY).topP(0.5).pin(Pin.toSlot("r0", 2)));
    }

    @Test
    void whatAgrees_isNoContradiction() {
        Map<String, Object> body = body(task(Determinism.GREEDY)
                .temperature(0)
                .topP(1)
                .extra("cache_prompt", false)
                .extra("n_cache_reuse", 0));
        assertEquals(false, body.get("cache_prompt"));
    }
}
