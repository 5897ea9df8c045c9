package io.llamaorch.adapter.tck.internal.engine;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells whether schemas have no instance in common, as far as it is easily seen: by their types, their values, or a
 * property that both require and that differs.
 *
 * <p>Thread safety: immutable.
 */
record SchemaDifference(SchemaReferences references) {
    private static final int DEEPEST = 5;

    boolean isAmongAll(List<Schema> schemas) {
        for (int i = 0; i < schemas.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!isBetween(schemas.get(i), schemas.get(j), 0)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean isBetween(Schema one, Schema other, int depth) {
        if (depth > DEEPEST) {
            return false;
        }
        if (one.has("$ref") || other.has("$ref")) {
            return isBetween(resolved(one), resolved(other), depth + 1);
        }
        Optional<List<?>> values = values(one);
        if (values.isPresent()) {
            return values.get().stream().noneMatch(value -> mayFit(value, other));
        }
        if (values(other).isPresent()) {
            return isBetween(other, one, depth + 1);
        }
        if (!one.has("type") || !other.has("type")) {
            return false;
        }
        List<String> types =
                SchemaTypes.of(one).stream().map(SchemaDifference::wide).toList();
        List<String> others =
                SchemaTypes.of(other).stream().map(SchemaDifference::wide).toList();
        if (types.stream().noneMatch(others::contains)) {
            return true;
        }
        return types.equals(List.of("object"))
                && others.equals(types)
                && one.named("properties").entrySet().stream().anyMatch(p -> differs(p, one, other, depth));
    }

    private boolean differs(Map.Entry<String, Schema> property, Schema one, Schema other, int depth) {
        Optional<Schema> same = Optional.ofNullable(other.named("properties").get(property.getKey()));
        return same.isPresent()
                && requires(one, property.getKey())
                && requires(other, property.getKey())
                && isBetween(property.getValue(), same.get(), depth + 1);
    }

    private static boolean requires(Schema schema, String name) {
        return schema.get("required") instanceof List<?> names && names.contains(name);
    }

    private Schema resolved(Schema schema) {
        return schema.has("$ref") ? references.resolve(schema) : schema;
    }

    /** Every integer is a number too. */
    private static String wide(String type) {
        return type.equals("integer") ? "number" : type;
    }

    private static Optional<List<?>> values(Schema schema) {
        return schema.hasAny("const", "enum") ? Optional.of(SchemaTypes.values(schema)) : Optional.empty();
    }

    private static boolean mayFit(Object value, Schema schema) {
        Optional<List<?>> values = values(schema);
        return values.isPresent()
                ? values.get().stream().anyMatch(other -> key(other).equals(key(value)))
                : !schema.has("type") || SchemaTypes.fits(value, SchemaTypes.of(schema));
    }

    /** The same for the same value, however its numbers are written and its members ordered. */
    private static Object key(Object value) {
        if (value instanceof Number number) {
            return new BigDecimal(number.toString()).stripTrailingZeros();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(SchemaDifference::key).toList();
        }
        if (value instanceof Map<?, ?> object) {
            Map<String, Object> members = new TreeMap<>();
            object.forEach((name, member) -> members.put(String.valueOf(name), key(member)));
            return members;
        }
        return value;
    }
}
