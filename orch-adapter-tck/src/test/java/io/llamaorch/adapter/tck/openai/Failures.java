package io.llamaorch.adapter.tck.openai;

import io.llamaorch.adapter.spi.ErrorCode;
import io.llamaorch.adapter.spi.WorkerError;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** What each failure is called (ERR-03), and what to do about it. */
final class Failures {

    private Failures() {}

    /** The connection, or what came by it, was no good. */
    static WorkerError of(IOException thrown, HttpExchange exchange) {
        ErrorCode code = thrown instanceof BadAnswer bad
                ? bad.code()
                : exchange.connected() ? ErrorCode.WORKER_RESET : ErrorCode.POOL_UNAVAILABLE;
        String what = thrown instanceof BadAnswer bad
                ? String.valueOf(bad.getMessage())
                : exchange.connected() ? "the connection broke" : "the engine cannot be reached";
        return WorkerError.builder(code, what + remedy(code)).cause(thrown).build();
    }

    /** The connection did not stand in time. */
    static WorkerError unreachable(Duration limit) {
        return WorkerError.of(
                ErrorCode.POOL_UNAVAILABLE,
                "no connection within " + limit + " (connect-timeout)" + remedy(ErrorCode.POOL_UNAVAILABLE));
    }

    /** The answer has another status than 200. */
    static WorkerError of(HttpAnswer answer, String body, HttpExchange exchange) {
        Map<?, ?> said = said(body);
        ErrorCode code = said.isEmpty() ? ofStatus(answer.status()) : ofError(said, answer.status());
        WorkerError.Builder error = WorkerError.builder(code, "the engine answered " + answer.status() + remedy(code))
                .excerpt(exchange.redacted(body));
        String later = answer.headers().getOrDefault("retry-after", "");
        if (later.matches("\\d{1,6}")) {
            error.retryAfter(Duration.ofSeconds(Long.parseLong(later)));
        }
        return error.build();
    }

    /** The engine says, in the middle of a stream that began well, that it failed (EVT-06). */
    static WorkerError of(Map<?, ?> said, HttpExchange exchange) {
        ErrorCode code = ofError(said, 500);
        return WorkerError.builder(code, "the engine failed in the middle of its answer" + remedy(code))
                .excerpt(exchange.redacted(String.valueOf(said.get("message"))))
                .build();
    }

    /** The engine's own error in the body of an answer; empty if a gateway, say, has written it. */
    static Map<?, ?> said(String body) {
        try {
            return Json.at(Json.object(body), "error");
        } catch (IOException e) {
            return Map.of();
        }
    }

    private static ErrorCode ofError(Map<?, ?> said, int status) {
        boolean tooLong = "exceed_context_size_error".equals(said.get("type"))
                || "context_length_exceeded".equals(said.get("code"));
        int code = Json.count(said, "code") < 0 ? status : Json.count(said, "code");
        return tooLong ? ErrorCode.CONTEXT_EXCEEDED : code == 500 ? ErrorCode.INTERNAL : ofStatus(code);
    }

    private static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 401, 403 -> ErrorCode.UNAUTHORIZED;
            case 404 -> ErrorCode.NOT_FOUND;
            case 409, 425, 429 -> ErrorCode.ADMISSION_REJECT;
            case 501 -> ErrorCode.UNSUPPORTED;
            case 503 -> ErrorCode.POOL_UNREADY;
            default ->
                status < 400
                        ? ErrorCode.PROTOCOL
                        : status < 500 ? ErrorCode.INVALID_PARAMS : ErrorCode.POOL_UNAVAILABLE;
        };
    }

    private static String remedy(ErrorCode code) {
        return switch (code) {
            case INVALID_PARAMS -> ": mend the request";
            case CONTEXT_EXCEEDED -> ": shorten the prompt, or give the engine more context";
            case UNAUTHORIZED -> ": set the replica's token";
            case NOT_FOUND -> ": see that the URL is the engine's root, and the model one that it serves";
            case ADMISSION_REJECT -> ": come back later";
            case POOL_UNREADY -> ": wait until it has loaded its model";
            case POOL_UNAVAILABLE -> ": see that the engine runs, and that the URL is right";
            case WORKER_RESET -> ": see the engine's log; what came so far is incomplete";
            case PROTOCOL -> ": see that the URL leads to the engine itself";
            default -> ": see the engine's log";
        };
    }
}
