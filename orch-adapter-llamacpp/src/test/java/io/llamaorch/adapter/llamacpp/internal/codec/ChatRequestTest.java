package io.llamaorch.adapter.llamacpp.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Constraint;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Pin;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent for a conversation, read back by a parser; and what is refused instead of being sent (SEC-04, DET-01). */
class ChatRequestTest {

    private static final Prompt.Chat CHAT =
            new Prompt.Chat(List.of(ChatMessage.of(ChatMessage.Role.USER, "hi")), List.of());

    private static final Map<String, Object> PLAIN = Map.of(
            "messages",
            List.of(Map.of("role", "user", "content", "hi")),
            "max_tokens",
            -1L,
            "stream",
            true,
            "stream_options",
            Map.of("include_usage", true),
            "timings_per_token",
            true,
            "verbose",
            true,
            "response_fields",
            List.of("stop_type", "stopping_word", "id_slot", "truncated"));

    private static final Placement MARKED = new Placement(OptionalInt.of(1234567), OptionalInt.empty(), false);

    private static TaskRequest.Builder task() {
        return TaskRequest.builder(CHAT).jobId("job-1");
    }

    /** Every field that a plain chat does not have, or has with another value. */
    private static Map<String, Object> more(TaskRequest task) {
        Map<String, Object> body = new TreeMap<>(Body.of(task));
        assertTrue(body.keySet().containsAll(PLAIN.keySet()));
        PLAIN.forEach(body::remove);
        return body;
    }

    private static WorkerError refusal(TaskRequest.Builder task) {
        return assertThrows(WorkerException.class, () -> Body.of(task.build())).error();
    }

    @Test
    void chat_plain_leavesTheRestToTheEngine() {
        assertEquals(PLAIN, Body.of(task().build()));
    }

    @Test
    void maxTokens_isSent() {
        assertEquals(Map.of("max_tokens", 7L), more(task().maxTokens(7).build()));
    }

    /** What is added to the one form is in the other too. */
    @Test
    void sampling_constraintPinAndMark_areThoseOfAText() {
        Map<String, Object> text = new TreeMap<>(Body.of(withEverything(TaskRequest.builder("hi")), MARKED));
        List.of("prompt", "n_predict", "stream", "response_fields").forEach(text::remove);
        Map<String, Object> chat = new TreeMap<>(Body.of(withEverything(task()), MARKED));
        PLAIN.keySet().forEach(chat::remove);
        assertEquals(text, chat);
        assertEquals(1234567L, chat.get("dry_allowed_length"));
    }

    private static TaskRequest withEverything(TaskRequest.Builder task) {
        return task.sampling(Sampling.builder()
                        .temperature(0)
                        .seed(7)
                        .stop(List.of("END"))
                        .logProbabilities(2)
                        .build())
                .constraint(new Constraint.Grammar("root ::= \"a\""))
                .pin(Pin.toSlot("r0", 1))
                .progress(true)
                .build();
    }

    @Test
    void extras_thatTheTemplateReads_areSent() {
        assertEquals(
                Map.of(
                        "tool_choice",
                        "required",
                        "parallel_tool_calls",
                        true,
                        "reasoning_format",
                        "none",
                        "chat_template_kwargs",
                        Map.of("enable_thinking", false)),
                more(task().extra("tool_choice", "required")
                        .extra("parallel_tool_calls", true)
                        .extra("reasoning_format", "none")
                        .extra("chat_template_kwargs", "{\"enable_thinking\":false}")
                        .build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "[]", "{", "{},\"stream\":false"})
    void extra_ofTheTemplate_mustBeAnObject(String value) {
        WorkerError error = refusal(task().extra("chat_template_kwargs", value));
        assertEquals(ErrorCode.INVALID_PARAMS, error.code());
        assertTrue(error.message().contains("must be a JSON object, given as text"), error.message());
    }

    @Test
    void counts_areTheTasksToTurnOff() {
        assertEquals(
                Map.of("timings_per_token", false),
                more(task().extra("timings_per_token", false).build()));
    }

    /** Whatever the adapter writes itself cannot be written twice. */
    @Test
    void extra_neverSharesANameWithAFieldOfTheBody() {
        for (String name : PLAIN.keySet()) {
            if (!name.equals(ChatEventReader.COUNTS)) {
                assertEquals(
                        ErrorCode.INVALID_PARAMS, refusal(task().extra(name, 1)).code(), name);
            }
        }
    }

    @Test
    void message_thatCannotBeSaid_isRefused() {
        ChatMessage video =
                new ChatMessage(ChatMessage.Role.USER, List.of(new ChatMessage.Content.Media("video/mp4", "secret")));
        WorkerError error = refusal(TaskRequest.builder(new Prompt.Chat(List.of(video), List.of())));
        assertEquals(ErrorCode.UNSUPPORTED, error.code());
        assertFalse(error.message().contains("secret"));
    }
}
