package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * llama.cpp's own description of a failure: {@code {"error":{"code":400,"message":"…","type":"…"}}}. The order of the
 * fields varies, and the code may be missing.
 *
 * @param code an HTTP status, or 0 where it is missing
 * @param message what the engine says
 * @param type the engine's name for the kind, such as {@code exceed_context_size_error}; empty where it is missing
 * @param promptTokens the prompt's length, where the failure is about that; else -1
 * @param contextLength the context's length, where the failure is about that; else -1
 */
public record EngineError(int code, String message, String type, int promptTokens, int contextLength) {

    private static final int BAD_GATEWAY = 502;
    private static final int GATEWAY_TIMEOUT = 504;

    /**
     * Looks for the engine's own description in the body of an answer.
     *
     * @param body the body
     * @return the description; empty if the body is not one
     */
    public static Optional<EngineError> in(byte[] body) {
        Builder builder = new Builder();
        try {
            Json.read(body, (path, value) -> {
                if (path.startsWith("error/")) {
                    builder.found = true;
                    switch (path) {
                        case "error/code" -> builder.code = Json.count(value, 0);
                        case "error/message" -> builder.message = value.getValueAsString("");
                        case "error/type" -> builder.type = value.getValueAsString("");
                        case "error/n_prompt_tokens" -> builder.promptTokens = Json.count(value, -1);
                        case "error/n_ctx" -> builder.contextLength = Json.count(value, -1);
                        default -> {}
                    }
                } else if (path.equals("error")) {
                    // Some gateways in front of an engine put a text there.
                    builder.found = true;
                    builder.message = value.getValueAsString("");
                }
            });
        } catch (JacksonException e) {
            return Optional.empty();
        }
        return builder.found ? Optional.of(builder.build()) : Optional.empty();
    }

    /** {@return whether it has the shape that llama.cpp gives it; a text of a gateway's has neither code nor type} */
    public boolean isEnvelope() {
        return code != 0 || !type.isEmpty();
    }

    /** {@return whether the engine said it, and not a gateway before it that has lost it (502, 504)} */
    public boolean isTheEnginesOwn() {
        return isEnvelope() && code != BAD_GATEWAY && code != GATEWAY_TIMEOUT;
    }

    /** Collects the fields as they come; calls must be serial. */
    static final class Builder {
        private boolean found;
        int code;

        @Nullable
        String message;

        @Nullable
        String type;

        int promptTokens = -1;
        int contextLength = -1;

        void clear() {
            found = false;
            code = 0;
            message = null;
            type = null;
            promptTokens = -1;
            contextLength = -1;
        }

        EngineError build() {
            return new EngineError(
                    code, message == null ? "" : message, type == null ? "" : type, promptTokens, contextLength);
        }
    }
}
