package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members of a request's object, read with the server's leniency: null is the default, and numbers are numbers of
 * either kind.
 *
 * <p>Thread safety: immutable.
 */
record Fields(Map<String, Object> members, Manner manner) {

    /** What becomes of a value of a wrong type or out of its range. */
    enum Manner {
        /** It is refused by the field's name. */
        NAMED,
        /** It is refused without a name. */
        UNNAMED,
        /** It counts as not given. */
        FORGIVING
    }

    /**
     * The members of a body.
     *
     * @throws EngineError 400 if it is not JSON, or not an object
     */
    @SuppressWarnings("unchecked")
    static Fields of(byte[] body) {
        Object value = Json.read(body);
        if (!(value instanceof Map)) {
            throw EngineError.invalid("[json.exception.type_error.304] cannot use at() with " + Json.typeName(value));
        }
        return new Fields((Map<String, Object>) value, Manner.NAMED);
    }

    Fields without(Set<String> names) {
        Map<String, Object> left = new LinkedHashMap<>(members);
        left.keySet().removeAll(names);
        return new Fields(left, manner);
    }

    Fields unnamed() {
        return manner == Manner.NAMED ? new Fields(members, Manner.UNNAMED) : this;
    }

    Fields forgiving() {
        return new Fields(members, Manner.FORGIVING);
    }

    Optional<Object> get(String name) {
        return Optional.ofNullable(members.get(name)).filter(value -> value != Json.NULL);
    }

    /** Refuses a field's value, unless that is forgiven. */
    private <T> Optional<T> refuse(String name, String detail) {
        return switch (manner) {
            case NAMED -> throw EngineError.field(name, detail);
            case UNNAMED -> throw EngineError.invalid(detail);
            case FORGIVING -> Optional.empty();
        };
    }

    private <T> Optional<T> typed(String name, Class<T> type, String wanted) {
        Optional<Object> value = get(name);
        if (value.isEmpty() || type.isInstance(value.get())) {
            return value.map(type::cast);
        }
        return refuse(
                name,
                "[json.exception.type_error.302] type must be " + wanted + ", but is " + Json.typeName(value.get()));
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

    /** A number that is refused outside of its range. */
    long within(String name, long byDefault, long least, long most) {
        long value = integer(name, byDefault);
        if (value >= least && value <= most) {
            return value;
        }
        Optional<Long> forgiven =
                refuse(name, "Value must be between " + least + " <= value <= " + most + ", but got " + value);
        return forgiven.orElse(byDefault);
    }

    boolean flag(String name, boolean byDefault) {
        return typed(name, Boolean.class, "boolean").orElse(byDefault);
    }

    String text(String name, String byDefault) {
        return typed(name, String.class, "string").orElse(byDefault);
    }

    /** An array; whatever else is there counts as none. */
    Optional<List<Object>> list(String name) {
        return get(name).filter(List.class::isInstance).map(list -> new ArrayList<Object>((List<?>) list));
    }

    /** An array that must be one if it is there. */
    List<Object> array(String name) {
        return typed(name, List.class, "array")
                .map(list -> new ArrayList<Object>((List<?>) list))
                .orElseGet(ArrayList::new);
    }

    /** How many tokens are asked for at most, under any of the names that the server knows; -1 for no limit. */
    long predictions() {
        for (String name : List.of("n_predict", "max_completion_tokens", "max_tokens")) {
            if (get(name).isPresent()) {
                return within(name, -1, -1, Integer.MAX_VALUE);
            }
        }
        return -1;
    }
}
