package io.llamaorch.adapter.tck.internal.engine;

import java.util.Map;

/** What the engine refuses, as its error body says it. Carries no stack: it is an answer, not a failure of ours. */
final class EngineError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final transient Map<String, Object> more;

    EngineError(int status, String message, String type, Map<String, Object> more) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.more = more;
    }

    EngineError(int status, String message, String type) {
        this(status, message, type, Map.of());
    }

    static EngineError invalid(String message) {
        return new EngineError(400, message, "invalid_request_error");
    }

    static EngineError notSupported(String message) {
        return new EngineError(501, message, "not_supported_error");
    }

    static EngineError field(String name, String detail) {
        return invalid("Field '" + name + "': " + detail);
    }

    int status() {
        return status;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    String type() {
        return type;
    }

    /** Members that some errors have beside code, message and type. */
    Map<String, Object> more() {
        return more;
    }
}
