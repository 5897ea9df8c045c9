package io.llamaorch.adapter.tck.internal.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What every dialect does before a request gets to its path, in the server's order: OPTIONS, loading, key, path.
 *
 * <p>Thread safety: safe for concurrent use once all routes are added.
 */
final class Routes {
    private final EngineState engine;
    private final Predicate<String> locked;
    private final Map<String, Function<Call, Reply>> routes = new HashMap<>();

    /** @param locked which paths ask for the key */
    Routes(EngineState engine, Predicate<String> locked) {
        this.engine = engine;
        this.locked = locked;
    }

    Routes get(String path, Function<Call, Reply> answer) {
        routes.put("GET " + path, answer);
        return this;
    }

    /** @param path ends with {@code /*} to stand for all paths that are longer by one name */
    Routes post(String path, Function<Call, Reply> answer) {
        routes.put("POST " + path, answer);
        return this;
    }

    /** Paths that are there to say that something is not. */
    Routes unsupported(String message, String... paths) {
        for (String path : paths) {
            post(path, call -> {
                throw EngineError.notSupported(message);
            });
        }
        return this;
    }

    Reply answer(Call call) {
        try {
            return route(call);
        } catch (EngineError e) {
            return Reply.json(e.status(), LlamaShapes.envelope(e));
        }
    }

    private Reply route(Call call) {
        if ("OPTIONS".equals(call.method())) {
            return Reply.text(200, "text/html", "")
                    .header("Access-Control-Allow-Credentials", "true")
                    .header("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS")
                    .header("Access-Control-Allow-Headers", "*");
        }
        if (engine.loading()) {
            return Reply.json(503, LlamaShapes.earlyEnvelope("Loading model", "unavailable_error", 503));
        }
        String prefix = engine.options().prefix();
        String path = call.path().startsWith(prefix) ? call.path().substring(prefix.length()) : "";
        if (locked.test(path) && !mayPass(call)) {
            return Reply.json(401, LlamaShapes.earlyEnvelope("Invalid API Key", "authentication_error", 401));
        }
        Function<Call, Reply> answer = routes.get(call.method() + " " + path);
        if (answer == null) {
            answer = routes.get(call.method() + " " + path.substring(0, path.lastIndexOf('/') + 1) + "*");
        }
        return answer == null
                ? Reply.json(404, LlamaShapes.earlyEnvelope("File Not Found", "not_found_error", 404))
                : answer.apply(call);
    }

    private boolean mayPass(Call call) {
        Optional<String> key = engine.options().apiKey();
        if (key.isEmpty()) {
            return true;
        }
        String authorization = call.header("Authorization");
        String given = authorization.isEmpty()
                ? call.header("X-Api-Key")
                : authorization.startsWith("Bearer ") ? authorization.substring("Bearer ".length()) : authorization;
        return given.equals(key.get());
    }
}
