package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.ChatMessage;
import io.llamaorch.adapter.spi.Determinism;
import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.Sampling;
import io.llamaorch.adapter.spi.TaskRequest;
import io.llamaorch.adapter.spi.WorkerError;
import io.llamaorch.adapter.spi.WorkerException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A task in the engine's words: a path, headers, and a JSON body. Immutable. */
final class CompletionRequest {

    /** What the adapter decides itself: a task that sets one of these by hand is refused (SEC-04). */
    private static final Set<String> OWNED = Set.of(("model prompt messages stream stream_options n best_of echo"
                    + " max_tokens max_completion_tokens n_predict temperature top_p top_k min_p seed stop"
                    + " repeat_penalty presence_penalty frequency_penalty logit_bias logprobs top_logprobs n_probs"
                    + " tools tool_choice functions response_format grammar json_schema id_slot response_fields")
            .split(" "));

    private final TaskRequest task;
    private final Map<String, Object> settings = new LinkedHashMap<>();

    /**
     * Takes a task, or refuses what the adapter has not declared: an answer that leaves it out would be worse.
     *
     * @throws WorkerException with what the stream ends with
     */
    CompletionRequest(TaskRequest task) {
        this.task = task;
        Sampling sampling = task.sampling();
        refuseIf(task.prompt() instanceof Prompt.Tokens, "prompts given as token ids");
        refuseIf(task.prompt() instanceof Prompt.Chat chat && !chat.tools().isEmpty(), "tools");
        refuseIf(task.prompt() instanceof Prompt.Chat chat && !isText(chat), "messages with anything but text in them");
        refuseIf(task.constraint().isPresent(), "constraints");
        refuseIf(task.determinism() != Determinism.BEST_EFFORT, "levels of determinism above best effort");
        refuseIf(task.pin().filter(pin -> pin.slot().isPresent()).isPresent(), "pins to a slot");
        refuseIf(sampling.logProbabilities() > 0, "log-probabilities");
        task.extras().keySet().stream().filter(OWNED::contains).findFirst().ifPresent(name -> {
            throw refusal(
                    ErrorCode.INVALID_PARAMS, "the adapter sets '" + name + "' itself: leave it out of the extras");
        });
        task.maxTokens().ifPresent(value -> settings.put("max_tokens", value));
        sampling.temperature().ifPresent(value -> settings.put("temperature", value));
        sampling.topP().ifPresent(value -> settings.put("top_p", value));
        sampling.topK().ifPresent(value -> settings.put("top_k", value));
        sampling.minP().ifPresent(value -> settings.put("min_p", value));
        sampling.seed().ifPresent(value -> settings.put("seed", value));
        sampling.repeatPenalty().ifPresent(value -> settings.put("repeat_penalty", value));
        sampling.presencePenalty().ifPresent(value -> settings.put("presence_penalty", value));
        sampling.frequencyPenalty().ifPresent(value -> settings.put("frequency_penalty", value));
        if (!sampling.stop().isEmpty()) {
            settings.put("stop", sampling.stop());
        }
        if (!sampling.logitBias().isEmpty()) {
            Map<String, Object> bias = new TreeMap<>();
            sampling.logitBias().forEach((id, value) -> bias.put(Integer.toString(id), value));
            settings.put("logit_bias", bias);
        }
        settings.putAll(task.extras());
    }

    private static boolean isText(Prompt.Chat chat) {
        return chat.messages().stream()
                .flatMap(message -> message.content().stream())
                .allMatch(ChatMessage.Content.Text.class::isInstance);
    }

    private static void refuseIf(boolean asked, String what) {
        if (asked) {
            throw refusal(
                    ErrorCode.UNSUPPORTED,
                    "this adapter does not know " + what + ": ask it for its capabilities first");
        }
    }

    private static WorkerException refusal(ErrorCode code, String message) {
        return new WorkerException(WorkerError.of(code, message));
    }

    /** A plain text goes where no chat template is applied. */
    String path() {
        return task.prompt() instanceof Prompt.Chat ? "/v1/chat/completions" : "/v1/completions";
    }

    String headers() {
        return task.correlationId()
                .map(id -> "X-Correlation-Id: " + id + "\r\n")
                .orElse("");
    }

    /** The model to ask for, where the engine has told of several or the task names one; empty for none. */
    String model(List<String> served) {
        return !task.model().isEmpty() || served.isEmpty() ? task.model() : served.get(0);
    }

    byte[] body(String model) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (!model.isEmpty()) {
            body.put("model", model);
        }
        if (task.prompt() instanceof Prompt.Chat chat) {
            body.put(
                    "messages",
                    chat.messages().stream().map(CompletionRequest::message).toList());
        } else if (task.prompt() instanceof Prompt.Text text) {
            body.put("prompt", text.text());
        }
        body.putAll(settings);
        body.put("stream", true);
        body.put("stream_options", Map.of("include_usage", true));
        return Json.write(body);
    }

    private static Map<String, Object> message(ChatMessage message) {
        StringBuilder said = new StringBuilder();
        for (ChatMessage.Content part : message.content()) {
            said.append(part instanceof ChatMessage.Content.Text text ? text.text() : "");
        }
        return Map.of("role", message.role().name().toLowerCase(Locale.ROOT), "content", said.toString());
    }

    /** What the answer depends on besides the prompt, the engine and its model (DET-03). */
    Map<String, String> settings() {
        Map<String, String> told = new LinkedHashMap<>();
        settings.forEach((name, value) -> told.put(name, String.valueOf(value)));
        told.put("cache", "the engine's default");
        told.put("slot", "the engine's choice");
        return told;
    }

    /** Whether the engine's "stop" may mean one of the task's stop strings. */
    boolean hasStopStrings() {
        return !task.sampling().stop().isEmpty();
    }
}
