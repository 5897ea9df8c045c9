package io.llamaorch.adapter.tck.internal.engine;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * One schema in a JSON schema document, with its place in it; what is malformed is refused in the server's words.
 *
 * <p>Thread safety: immutable.
 */
record Schema(Map<String, Object> members, String at) {
    private static final int MOST_ITEMS = 2000;

    private static final Set<String> CONSTRAINTS = Set.of(
            "$ref",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maximum",
            "minItems",
            "minLength",
            "minimum",
            "oneOf",
            "pattern",
            "prefixItems",
            "properties",
            "required",
            "type");

    /** What could be obeyed only by looking at a whole instance. */
    private static final List<String> BEYOND = List.of(
            "$dynamicRef",
            "$recursiveRef",
            "additionalItems",
            "contains",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "else",
            "if",
            "maxProperties",
            "minProperties",
            "multipleOf",
            "not",
            "patternProperties",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties");

    /** @throws IllegalArgumentException if the value is no schema */
    static Schema of(Object value, String at) {
        if (!(value instanceof Map<?, ?> object)) {
            throw malformed(at, "schema must be an object");
        }
        Map<String, Object> members = new LinkedHashMap<>();
        object.forEach((name, member) -> members.put(String.valueOf(name), member));
        Schema schema = new Schema(members, at);
        BEYOND.stream().filter(members::containsKey).findFirst().ifPresent(name -> {
            throw schema.beyond("with " + name);
        });
        if (Boolean.TRUE.equals(members.get("uniqueItems"))) {
            throw schema.beyond("with uniqueItems");
        }
        return schema;
    }

    private static IllegalArgumentException malformed(String at, String detail) {
        return new IllegalArgumentException("JSON schema error at " + at + ": " + detail);
    }

    IllegalArgumentException malformed(String detail) {
        return malformed(at, detail);
    }

    /** Says that this schema asks for more than the scripted engine can do. */
    UnsupportedOperationException beyond(String what) {
        return new UnsupportedOperationException("JSON schemas " + what + ", as at " + at);
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    boolean hasAny(String... names) {
        return List.of(names).stream().anyMatch(this::has);
    }

    Object get(String name) {
        return members.getOrDefault(name, Json.NULL);
    }

    /** Makes sure that nothing is asked for but this. */
    void requireOnly(Set<String> names) {
        members.keySet().stream()
                .filter(name -> CONSTRAINTS.contains(name) && !names.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw beyond("with " + name + " beside "
                            + String.join(
                                    " and ",
                                    names.stream().filter(this::has).sorted().toList()));
                });
    }

    /** The same schema with only this type. */
    Schema ofType(String type) {
        Map<String, Object> narrowed = new LinkedHashMap<>(members);
        narrowed.put("type", type);
        return new Schema(narrowed, at);
    }

    Schema child(String name) {
        return of(get(name), at + "/" + name);
    }

    /** The schemas of an array, which has one at least. */
    List<Schema> children(String name) {
        if (!(get(name) instanceof List<?> values)) {
            throw malformed(at + "/" + name, "must be an array of schemas");
        }
        if (values.isEmpty()) {
            throw malformed(at + "/" + name, "must not be empty");
        }
        List<Schema> children = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            children.add(of(values.get(i), at + "/" + name + "/" + i));
        }
        return children;
    }

    /** The schemas of an object, by their names. */
    Map<String, Schema> named(String name) {
        Map<String, Schema> named = new LinkedHashMap<>();
        if (has(name)) {
            if (!(get(name) instanceof Map<?, ?> values)) {
                throw malformed(name + " must be an object");
            }
            values.forEach((key, value) -> named.put(String.valueOf(key), of(value, at + "/" + name + "/" + key)));
        }
        return named;
    }

    OptionalInt count(String name) {
        if (!has(name)) {
            return OptionalInt.empty();
        }
        if (!(get(name) instanceof Long count) || count < 0) {
            throw malformed(name + " must be a non-negative integer");
        }
        if (count > MOST_ITEMS && name.startsWith("min")) {
            throw beyond("with so large a " + name);
        }
        return OptionalInt.of((int) Math.min(count, Integer.MAX_VALUE));
    }

    Optional<BigDecimal> number(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!(get(name) instanceof Number number)) {
            throw malformed(name + " must be a number");
        }
        return Optional.of(new BigDecimal(number.toString()));
    }

    Optional<String> text(String name) {
        if (!has(name)) {
            return Optional.empty();
        }
        if (!(get(name) instanceof String text)) {
            throw malformed(name + " must be a string");
        }
        return Optional.of(text);
    }
}
