package io.llamaorch.adapter.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Tasks and sampling (SEC-04, DET-02)")
class TaskRequestTest {

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("p");
    }

    private static Sampling.Builder sampling() {
        return Sampling.builder();
    }

    private static void refused(org.junit.jupiter.api.function.Executable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    @Test
    @DisplayName("A task of nothing but a prompt has the documented defaults and a job id of its own")
    void task_whenOnlyAPromptIsGiven_hasDefaults() {
        TaskRequest task = task().build();
        assertEquals(new Prompt.Text("p"), task.prompt());
        assertTrue(task.jobId().startsWith("job-"));
        assertNotEquals(task.jobId(), task().build().jobId());
        assertEquals("", task.model());
        assertTrue(task.maxTokens().isEmpty());
        assertTrue(task.sessionId().isEmpty());
        assertTrue(task.deadline().isEmpty());
        assertTrue(task.constraint().isEmpty());
        assertTrue(task.pin().isEmpty());
        assertTrue(task.correlationId().isEmpty());
        assertEquals(Determinism.BEST_EFFORT, task.determinism());
        assertEquals(Priority.INTERACTIVE, task.priority());
        assertEquals(Map.of(), task.extras());
        assertTrue(task.sampling().temperature().isEmpty());
        assertTrue(task.sampling().seed().isEmpty());
    }

    @Test
    @DisplayName("toBuilder keeps everything")
    void toBuilder_whenBuiltAgain_keepsEverything() {
        TaskRequest task = task().jobId("j")
                .sessionId("s")
                .model("m")
                .maxTokens(5)
                .temperature(0.5)
                .topP(0.9)
                .seed(42)
                .stop("a", "b")
                .constraint(new Constraint.JsonSchema("{}"))
                .determinism(Determinism.SEEDED)
                .priority(Priority.BATCH)
                .deadline(Duration.ofSeconds(3))
                .correlationId("c")
                .pin(Pin.toSlot("r0", 2))
                .extra("x", "text")
                .extra("y", 1)
                .extra("z", 1.5)
                .extra("w", true)
                .build();
        TaskRequest copy = task.toBuilder().build();
        assertEquals("j", copy.jobId());
        assertEquals(Optional.of("s"), copy.sessionId());
        assertEquals("m", copy.model());
        assertEquals(5, copy.maxTokens().getAsInt());
        assertEquals(0.5, copy.sampling().temperature().getAsDouble());
        assertEquals(0.9, copy.sampling().topP().getAsDouble());
        assertEquals(42, copy.sampling().seed().getAsLong());
        assertEquals(List.of("a", "b"), copy.sampling().stop());
        assertEquals(Optional.of(new Constraint.JsonSchema("{}")), copy.constraint());
        assertEquals(Determinism.SEEDED, copy.determinism());
        assertEquals(Priority.BATCH, copy.priority());
        assertEquals(Optional.of(Duration.ofSeconds(3)), copy.deadline());
        assertEquals(Optional.of("c"), copy.correlationId());
        assertEquals("r0/slot 2", copy.pin().orElseThrow().toString());
        assertEquals(Map.of("x", "text", "y", 1L, "z", 1.5, "w", true), copy.extras());
        assertEquals(List.of("x", "y", "z", "w"), List.copyOf(copy.extras().keySet()));
    }

    @Test
    @DisplayName("A task that was built does not change with its builder")
    void task_whenItsBuilderGoesOn_doesNotChange() {
        TaskRequest.Builder builder = task().temperature(0.5).extra("x", 1);
        TaskRequest task = builder.build();
        builder.temperature(1.5).extra("x", 2).maxTokens(9);
        assertEquals(0.5, task.sampling().temperature().getAsDouble());
        assertEquals(Map.of("x", 1L), task.extras());
        assertTrue(task.maxTokens().isEmpty());
        assertThrows(UnsupportedOperationException.class, () -> task.extras().put("y", 1));
    }

    @ParameterizedTest
    @DisplayName("SEC-04: an id that is blank, long or has control characters is refused")
    @ValueSource(strings = {"", "  ", "a\nb", "a\r\nX-Header: 1", "a\u0000", "a\u007f"})
    void id_whenMalformed_isRefused(String id) {
        refused(() -> task().jobId(id));
        refused(() -> task().sessionId(id));
        refused(() -> task().correlationId(id));
        refused(() -> task().extra(id, 1));
        if (!id.isEmpty()) {
            refused(() -> task().model(id));
        }
    }

    @Test
    @DisplayName("SEC-04: an id has 512 characters at most")
    void id_whenTooLong_isRefused() {
        task().jobId("x".repeat(512));
        refused(() -> task().jobId("x".repeat(513)));
    }

    @Test
    @DisplayName("Numbers of a task are in range")
    void task_whenNumbersAreOutOfRange_isRefused() {
        refused(() -> task().maxTokens(0));
        refused(() -> task().deadline(Duration.ZERO));
        refused(() -> task().deadline(Duration.ofNanos(-1)));
        refused(() -> task().extra("x", Double.NaN));
        refused(() -> task().extra("x", Double.POSITIVE_INFINITY));
        refused(() -> Pin.toSlot("r", -1));
        refused(() -> TaskRequest.builder(""));
        refused(() -> new Prompt.Tokens(List.of()));
        refused(() -> new Prompt.Tokens(List.of(1, -1)));
        refused(() -> new Prompt.Chat(List.of(), List.of()));
        refused(() -> new ChatMessage(ChatMessage.Role.USER, List.of()));
    }

    @Test
    @DisplayName("Numbers of the sampling are in range, at both ends")
    void sampling_whenNumbersAreOutOfRange_isRefused() {
        sampling().temperature(0).topP(0).topP(1).minP(0).minP(1).topK(0).repeatPenalty(Double.MIN_VALUE);
        sampling().presencePenalty(-5).frequencyPenalty(5).logProbabilities(0).seed(0);
        for (double bad : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(() -> sampling().temperature(bad));
        }
        refused(() -> sampling().topP(1.1));
        refused(() -> sampling().topP(-0.1));
        refused(() -> sampling().minP(1.1));
        refused(() -> sampling().topK(-1));
        refused(() -> sampling().repeatPenalty(0));
        refused(() -> sampling().presencePenalty(Double.NaN));
        refused(() -> sampling().frequencyPenalty(Double.NEGATIVE_INFINITY));
        refused(() -> sampling().logProbabilities(-1));
        refused(() -> sampling().stop(List.of("a", "")));
        refused(() -> sampling().logitBias(Map.of(-1, 1.0)));
        refused(() -> sampling().logitBias(Map.of(1, Double.NaN)));
    }

    @Test
    @DisplayName("What is refused is said, and what would be right")
    void sampling_whenRefused_saysWhatWouldBeRight() {
        assertEquals(
                "topK is -1: it must be 0 or more",
                assertThrows(IllegalArgumentException.class, () -> sampling().topK(-1))
                        .getMessage());
        assertEquals(
                "temperature is NaN: it must be a finite number, 0 or more",
                assertThrows(IllegalArgumentException.class, () -> sampling().temperature(Double.NaN))
                        .getMessage());
        assertEquals(
                "topP is 2.0: it must be between 0 and 1",
                assertThrows(IllegalArgumentException.class, () -> sampling().topP(2))
                        .getMessage());
        assertEquals(
                "repeatPenalty is 0.0: it must be a finite number above 0",
                assertThrows(IllegalArgumentException.class, () -> sampling().repeatPenalty(0))
                        .getMessage());
        assertEquals(
                "presencePenalty is Infinity: it must be a finite number",
                assertThrows(IllegalArgumentException.class, () -> sampling().presencePenalty(Double.POSITIVE_INFINITY))
                        .getMessage());
    }

    @Test
    @DisplayName("DET-02: 4294967295 means \"random\" to engines and is refused as a seed")
    void seed_whenItMeansRandom_isRefused() {
        assertEquals(4294967294L, sampling().seed(4294967294L).build().seed().getAsLong());
        refused(() -> sampling().seed(4294967295L));
        refused(() -> sampling().seed(-1));
    }

    @Test
    @DisplayName("DET-01: the logit bias keeps its order, so that the request's bytes are the same each time")
    void logitBias_whenRead_keepsItsOrder() {
        Map<Integer, Double> bias = new LinkedHashMap<>();
        for (int id : new int[] {9, 3, 7, 1, 8, 2, 100, 50}) {
            bias.put(id, 1.0);
        }
        Sampling sampling = sampling().logitBias(bias).build();
        assertEquals(
                List.copyOf(bias.keySet()), List.copyOf(sampling.logitBias().keySet()));
        bias.clear();
        assertEquals(8, sampling.toBuilder().build().logitBias().size());
        assertFalse(sampling.logitBias().isEmpty());
    }
}
