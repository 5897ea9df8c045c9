package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Priority;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent for a task, read back by a parser; and what is refused instead of being sent (SEC-04, DET-01). */
class CompletionRequestTest {

    private static final Set<String> ALWAYS = Set.of("prompt", "n_predict", "stream", "response_fields");

    private static final List<String> INJECTIONS = List.of(
            "\",\"stream\":false,\"x\":\"",
            "\\\",\"n\":4,\"",
            "\u0000\u0001\u001f\r\n\t\b\f",
            "\r\n\r\nDELETE /v1/stream HTTP/1.1\r\n",
            "{\"a\":[1]}",
            "</script>'\"`;--",
            "\u2028\u2029\u0085\uFEFF",
            "🦙é中");

    private static TaskRequest.Builder task() {
        return TaskRequest.builder("Once upon a time").jobId("job-1");
    }

    /** Every field beyond those that are always there. */
    private static Map<String, Object> more(TaskRequest task) {
        Map<String, Object> body = new TreeMap<>(Body.of(task));
        assertTrue(body.keySet().containsAll(ALWAYS));
        body.keySet().removeAll(ALWAYS);
        return body;
    }

    @Test
    void task_plain_leavesTheRestToTheEngine() {
        assertEquals(
                Map.of(
                        "prompt",
                        "Once upon a time",
                        "n_predict",
                        -1L,
                        "stream",
                        true,
                        "response_fields",
                        List.of(
                                "content",
                                "stop",
                                "stop_type",
                                "stopping_word",
                                "tokens_predicted",
                                "tokens_evaluated",
                                "timings",
                                "id_slot",
                                "truncated",
                                "model")),
                Body.of(task().build()));
    }

    @Test
    void prompt_ofTokens_isAnArray() {
        assertEquals(
                List.of(1L, 0L, 31999L),
                Body.of(TaskRequest.builder(new Prompt.Tokens(List.of(1, 0, 31999)))
                                .build())
                        .get("prompt"));
    }

    @Test
    void maxTokens_isNPredict() {
        assertEquals(7L, Body.of(task().maxTokens(7).build()).get("n_predict"));
        assertEquals(
                (long) Integer.MAX_VALUE,
                Body.of(task().maxTokens(Integer.MAX_VALUE).build()).get("n_predict"));
    }

    @Test
    void sampling_isSentFieldByField() {
        Sampling all = Sampling.builder()
                .temperature(0.7)
                .topP(0.9)
                .topK(12)
                .minP(0.02)
                .seed(4294967294L)
                .repeatPenalty(1.1)
                .presencePenalty(-0.5)
                .frequencyPenalty(1e-9)
                .stop(List.of("\n", "END"))
                .logitBias(Map.of(15, -1.5))
                .build();
        assertEquals(
                Map.ofEntries(
                        Map.entry("temperature", 0.7),
                        Map.entry("top_p", 0.9),
                        Map.entry("top_k", 12L),
                        Map.entry("min_p", 0.02),
                        Map.entry("seed", 4294967294L),
                        Map.entry("repeat_penalty", 1.1),
                        Map.entry("presence_penalty", -0.5),
                        Map.entry("frequency_penalty", 1e-9),
                        Map.entry("stop", List.of("\n", "END")),
                        Map.entry("logit_bias", List.of(List.of(15L, -1.5)))),
                more(task().sampling(all).build()));
    }

    @Test
    void temperatureZero_turnsTopPOff_unlessTheTaskSetsIt() {
        assertEquals(
                Map.of("temperature", 0.0, "top_p", 1.0),
                more(task().temperature(0).build()));
        assertEquals(
                Map.of("temperature", -0.0, "top_p", 1.0),
                more(task().temperature(-0.0).build()));
        assertEquals(
                Map.of("temperature", 0.0, "top_p", 0.5),
                more(task().temperature(0).topP(0.5).build()));
        assertEquals(Map.of("temperature", 0.1), more(task().temperature(0.1).build()));
        assertEquals(Map.of("top_p", 0.5), more(task().topP(0.5).build()));
    }

    @Test
    void identifiersAndHostsFields_areNotTheEnginesBusiness() {
        assertEquals(
                Map.of(),
                more(task().sessionId("s")
                        .correlationId("c")
                        .model("m")
                        .priority(Priority.BATCH)
                        .deadline(Duration.ofSeconds(1))
                        .pin(Pin.toReplica("r0"))
                        .build()));
    }

    @Test
    void extras_areSentAsTheyAre() {
        assertEquals(
                Map.of(
                        "cache_prompt",
                        false,
                        "samplers_note",
                        "a;b",
                        "dry_multiplier",
                        0.8,
                        "n_keep",
                        -1L,
                        "return_progress",
                        true),
                more(task().extra("cache_prompt", false)
                        .extra("samplers_note", "a;b")
                        .extra("dry_multiplier", 0.8)
                        .extra("n_keep", -1)
                        .extra("return_progress", true)
                        .build()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "prompt", "n_predict", "max_tokens", "max_completion_tokens", "temperature", "top_p", "top_k", "min_p",
                "seed", "repeat_penalty", "presence_penalty", "frequency_penalty", "stop", "logit_bias", "stream", "n",
                "n_cmpl", "n_probs", "logprobs", "response_fields", "id_slot", "slot_id", "model", "grammar",
                "json_schema", "messages", "tools", "stream_options", "verbose", "response_format", "top_logprobs"
            })
    void extra_thatTheAdapterOwns_isRefused(String name) {
        WorkerError error =
                refusal(task().extra(name, 1).extra("cache_prompt", true).build());
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("the extra " + name + " is"), error.message());
    }

    @Test
    void extras_thatTheAdapterOwns_areAllNamed() {
        assertTrue(refusal(task().extra("stream", false).extra("n", 2).build())
                .message()
                .contains("the extra n, stream is"));
    }

    /** Whatever the adapter writes itself cannot be written twice. */
    @Test
    void extra_neverSharesANameWithAFieldOfTheBody() {
        Sampling all = Sampling.builder()
                .temperature(1)
                .topP(1)
                .topK(1)
                .minP(0)
                .seed(1)
                .repeatPenalty(1)
                .presencePenalty(0)
                .frequencyPenalty(0)
                .stop(List.of("x"))
                .logitBias(Map.of(1, 1.0))
                .logProbabilities(1)
                .build();
        for (String name : Body.of(task().sampling(all).build()).keySet()) {
            assertEquals(
                    ErrorCode.INVALID_PARAMS,
                    refusal(task().extra(name, 1).build()).code(),
                    name);
        }
    }

    @Test
    void injection_staysData() {
        for (String text : INJECTIONS) {
            assertEquals(text, Body.of(TaskRequest.builder(text).build()).get("prompt"));
            assertEquals(
                    Map.of("stop", List.of(text, "b")),
                    more(task().stop(text, "b").build()));
            assertEquals(Map.of("x", text), more(task().extra("x", text).build()));
            if (text.chars().noneMatch(Character::isISOControl)) {
                assertEquals(Map.of(text, 1L), more(task().extra(text, 1).build()));
            }
        }
    }

    @Test
    void prompt_withHalfASurrogatePair_isStillValidUtf8() {
        byte[] body =
                CompletionRequest.body(TaskRequest.builder("a\ud83eb\udd99").build(), Placement.ANY);
        assertEquals(
                "a\ud83eb\udd99",
                Body.of(TaskRequest.builder("a\ud83eb\udd99").build()).get("prompt"));
        assertFalse(new String(body, StandardCharsets.UTF_8).contains("\uFFFD"));
    }

    /** CAN-07: two fields and nothing else, neither of which does anything as long as the first is 0. */
    @Test
    void mark_isTheAllowedLengthOfAPenaltyThatIsOff() {
        Map<String, Object> marked = new TreeMap<>(Body.of(
                task().extra("x", 1).build(),
                new Placement(OptionalInt.of(Integer.MAX_VALUE), OptionalInt.empty(), false)));
        assertEquals(0L, marked.remove("dry_multiplier"));
        assertEquals((long) Integer.MAX_VALUE, marked.remove("dry_allowed_length"));
        assertEquals(new TreeMap<>(Body.of(task().extra("x", 1).build())), marked);
    }

    @Test
    void mark_missing_leavesItsFieldsToTheTask() {
        assertEquals(
                Map.of("dry_multiplier", 0.8, "dry_allowed_length", 3L),
                more(task().extra("dry_multiplier", 0.8)
                        .extra("dry_allowed_length", 3)
                        .build()));
    }

    @Test
    void constraint_isSentAsSchemaOrGrammar() {
        assertEquals(
                Map.of("json_schema", Map.of("type", "object", "required", List.of("a\",\"stream\":false"))),
                more(task().constraint(new Constraint.JsonSchema(
                                " {\"type\": \"object\", \"required\": [\"a\\\",\\\"stream\\\":false\"]} "))
                        .build()));
        assertEquals(
                Map.of("grammar", "root ::= \"a\""),
                more(task().constraint(new Constraint.Grammar("root ::= \"a\"")).build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "[]", "\"a\"", "{", "{}{}", "{} ,\"stream\":false", "{\"a\":1,}"})
    void constraint_thatIsNoJsonObject_isRefused(String schema) {
        WorkerError error =
                refusal(task().constraint(new Constraint.JsonSchema(schema)).build());
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("JSON schema"), error.message());
    }

    /** One repetition of this kind ends llama-server 0.7.0, and one schema keeps it for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"root ::= \"a\"{3,2}", "root ::= ([a-z] \"{\" ){ 30 , 4 }", "# {1,2}\nroot ::= x{2,1}"})
    void grammar_thatRepeatsLessThanItMust_isRefused(String grammar) {
        WorkerError error =
                refusal(task().constraint(new Constraint.Grammar(grammar)).build());
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("put the smaller number first"), error.message());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "root ::= \"a\"{2,3}",
                "root ::= \"{3,2}\" [{3,2}] [^\\]{3,2}] # {3,2}",
                "root ::= \"\\\"{3,2}\" \"a\"{2,} \"b\"{2}"
            })
    void grammar_inWhichNothingIsRepeatedSo_isTheServersToJudge(String grammar) {
        assertEquals(
                Map.of("grammar", grammar),
                more(task().constraint(new Constraint.Grammar(grammar)).build()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"string\",\"minLength\":5,\"maxLength\":4}",
                "{\"properties\":{\"a\":{\"items\":{},\"maxItems\":1,\"minItems\":2}}}",
                "{\"anyOf\":[{\"minimum\":0},{\"minimum\":1.5,\"maximum\":1}]}"
            })
    void schema_thatNothingCanMeet_isRefused(String schema) {
        WorkerError error =
                refusal(task().constraint(new Constraint.JsonSchema(schema)).build());
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("nothing can be both"), error.message());
    }

    @Test
    void schema_whoseNumbersBelongToOthers_isSent() {
        String schema = "{\"minLength\":5,\"properties\":{\"maxLength\":{\"maxLength\":4}},\"enum\":[1,2]}";
        assertEquals(
                Set.of("json_schema"),
                more(task().constraint(new Constraint.JsonSchema(schema)).build())
                        .keySet());
    }

    @Test
    void grammar_thatIsEmpty_isRefused() {
        assertEquals(
                ErrorCode.INVALID_PARAMS,
                refusal(task().constraint(new Constraint.Grammar(" \n")).build())
                        .code());
    }

    @Test
    void logProbabilities_areNProbs() {
        assertEquals(
                Map.of("n_probs", 5L),
                more(task().sampling(Sampling.builder().logProbabilities(5).build())
                        .build()));
    }

    @Test
    void slot_isItsNumber() {
        Placement third = new Placement(OptionalInt.empty(), OptionalInt.of(3), false);
        assertEquals(3L, Body.of(task().build(), third).get("id_slot"));
    }

    @Test
    void session_thatBeginsAnew_reusesNothingUnlessTheTaskSaysSo() {
        Placement fresh = new Placement(OptionalInt.empty(), OptionalInt.empty(), true);
        assertEquals(false, Body.of(task().build(), fresh).get("cache_prompt"));
        assertEquals(
                true, Body.of(task().extra("cache_prompt", true).build(), fresh).get("cache_prompt"));
    }

    @Test
    void progress_isAskedForOnce() {
        assertEquals(Map.of("return_progress", true), more(task().progress(true).build()));
        assertEquals(
                Map.of("return_progress", false),
                more(task().progress(true).extra("return_progress", false).build()));
    }

    @Test
    void extra_thatIsAList_isGivenAsJsonText() {
        assertEquals(
                Map.of(
                        "dry_sequence_breakers",
                        List.of("\n", ":"),
                        "samplers",
                        List.of("top_k", "temperature"),
                        "note",
                        "[1]"),
                more(task().extra("dry_sequence_breakers", "[\"\\n\", \":\"]")
                        .extra("samplers", "[\"top_k\",\"temperature\"]")
                        .extra("note", "[1]")
                        .build()));
        assertEquals(
                Map.of("samplers", "kt"), more(task().extra("samplers", "kt").build()));
    }

    /** What the server would clamp, cut to a whole number, or ignore without a word (contract 2). */
    @Test
    void extra_outsideItsRange_isRefusedWithItsRule() {
        assertRule("a number from 0 to 1", task().extra("typical_p", 1.5));
        assertRule("a number from 0 to 1", task().extra("xtc_threshold", -0.1));
        assertRule("a number from 0 to 0.99", task().extra("adaptive_decay", 1));
        assertRule("a number of at most 1", task().extra("adaptive_target", 2));
        assertRule("a number of at least 1", task().extra("dry_base", 0.5));
        assertRule("a whole number from 0 to 2", task().extra("mirostat", 3));
        assertRule("a whole number of at least 0", task().extra("min_keep", 2.7));
        assertRule("a whole number of at least -1", task().extra("repeat_last_n", -2));
        assertRule("a number", task().extra("top_n_sigma", "1"));
        assertRule("true or false", task().extra("ignore_eos", 1));
        assertRule("a JSON array, given as text", task().extra("lora", "{\"id\":0}"));
        assertRule("a JSON array or a text", task().extra("samplers", 1));
    }

    private static void assertRule(String rule, TaskRequest.Builder task) {
        WorkerError error = refusal(task.build());
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains(" must be " + rule + " (docs/"), error.message());
    }

    private static WorkerError refusal(TaskRequest task) {
        return assertThrows(WorkerException.class, () -> CompletionRequest.body(task, Placement.ANY))
                .error();
    }
}
