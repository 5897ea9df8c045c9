package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a request's object, read with the server's leniency: null is the default, numbers are numbers of
 * either kind, and a wrong type is refused by the field's name.
 *
 * <p>Thread safety: immutable.
 */
record Fields(Map<String, Object> members) {
    private static final long MOST_PREDICTIONS = Integer.MAX_VALUE;

    Optional<Object> get(String name) {
        return Optional.ofNullable(members.get(name)).filter(value -> value != Json.NULL);
    }

    private static EngineError wrongType(String name, String wanted, Object value) {
        return EngineError.field(
                name, "[json.exception.type_error.302] type must be " + wanted + ", but is " + Json.typeName(value));
    }

    private <T> Optional<T> typed(String name, Class<T> type, String wanted) {
        return get(name).map(value -> {
            if (!type.isInstance(value)) {
                throw wrongType(name, wanted, value);
            }
            return type.cast(value);
        });
    }

    /** A number as the server holds it, in single precision. */
    double real(String name, float byDefault) {
        return typed(name, Number.class, "number").map(Number::floatValue).orElse(byDefault);
    }

    double atLeast(String name, float byDefault, float least) {
        return Math.max(least, real(name, byDefault));
    }

    /** A number between 0 and 1. */
    double share(String name, float byDefault) {
        return Math.min(1, atLeast(name, byDefault, 0));
    }

    long integer(String name, long byDefault) {
        return typed(name, Number.class, "number").map(Number::longValue).orElse(byDefault);
    }

    boolean flag(String name, boolean byDefault) {
        return typed(name, Boolean.class, "boolean").orElse(byDefault);
    }

    String text(String name, String byDefault) {
        return typed(name, String.class, "string").orElse(byDefault);
    }

    Optional<List<Object>> list(String name) {
        return typed(name, List.class, "array").map(list -> new ArrayList<Object>((List<?>) list));
    }

    /** How many tokens are asked for at most, under any of the names that the server knows; -1 for no limit. */
    long predictions() {
        for (String name : List.of("n_predict", "max_completion_tokens", "max_tokens")) {
            if (get(name).isPresent()) {
                long wanted = integer(name, -1);
                if (wanted < -1 || wanted > MOST_PREDICTIONS) {
                    throw EngineError.field(name, "value must be between -1 and " + MOST_PREDICTIONS);
                }
                return wanted;
            }
        }
        return -1;
    }
}
