package io.llamaorch.adapter.tck.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A chat in the server of 2024: no timings, the counts in the last chunk, and the model's text as it is.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Llama2024ChatSpeech implements Speech {
    private final String id = "chatcmpl-" + UUID.randomUUID().toString().replace("-", "");
    private final long created = System.currentTimeMillis() / 1000;
    private final String model;
    private boolean begun;

    /** @param model the name that the request gave the model */
    Llama2024ChatSpeech(String model) {
        this.model = model;
    }

    @Override
    public byte[] tokenEvent(Generation generation, Generation.Step step) {
        if (step.content().isEmpty()) {
            return new byte[0];
        }
        byte[] text = chunk(Json.object("content", step.content()), Json.NULL);
        if (begun) {
            return text;
        }
        begun = true;
        return joined(chunk(Json.object("role", "assistant"), Json.NULL), text);
    }

    @Override
    public byte[] progressEvent(Generation generation, int processed, double millis) {
        return new byte[0];
    }

    @Override
    public byte[] lastEvent(Generation generation) {
        Map<String, Object> last = body("chat.completion.chunk", choice("delta", Json.object(), finish(generation)));
        last.put("usage", usage(generation));
        return Speech.event("data", last);
    }

    @Override
    public byte[] farewell() {
        return Speech.event("data", "[DONE]".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] errorEvent(EngineError error) {
        return joined(Llama2024Speech.error(error), farewell());
    }

    @Override
    public Object whole(Generation generation) {
        Map<String, Object> whole = body(
                "chat.completion",
                choice("message", Json.object("content", generation.text(), "role", "assistant"), finish(generation)));
        whole.put("usage", usage(generation));
        return whole;
    }

    private byte[] chunk(Map<String, Object> delta, Object finish) {
        return Speech.event("data", body("chat.completion.chunk", choice("delta", delta, finish)));
    }

    private static Map<String, Object> choice(String name, Map<String, Object> said, Object finish) {
        return Json.object(name, said, "finish_reason", finish, "index", 0);
    }

    private Map<String, Object> body(String kind, Map<String, Object> choice) {
        return Json.object("choices", List.of(choice), "created", created, "id", id, "model", model, "object", kind);
    }

    private static String finish(Generation generation) {
        return generation.stopType().equals("limit") ? "length" : "stop";
    }

    private static Map<String, Object> usage(Generation generation) {
        int prompt = generation.request().prompt().size();
        int made = generation.tokens().size();
        return Json.object("completion_tokens", made, "prompt_tokens", prompt, "total_tokens", prompt + made);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(one);
        both.writeBytes(other);
        return both.toByteArray();
    }
}
