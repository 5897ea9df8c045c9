package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The types of JSON values, as schemas name them. */
final class SchemaTypes {
    private static final List<String> ALL =
            List.of("object", "array", "string", "number", "integer", "boolean", "null");

    /** The keywords that say something of one type only. */
    private static final Map<String, List<String>> OF_ONE_TYPE = Map.of(
            "object", List.of("properties", "required", "additionalProperties"),
            "array", List.of("items", "prefixItems", "minItems", "maxItems"),
            "string", List.of("pattern", "format", "minLength", "maxLength"),
            "number", List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"));

    private SchemaTypes() {}

    /**
     * The types that an instance may have: those that are named; else the one that the schema says more of, for an
     * instance of another type would show nothing; of a schema that says nothing, all.
     */
    static List<String> of(Schema schema) {
        if (schema.has("type")) {
            return named(schema);
        }
        if (schema.members().isEmpty() && schema.at().equals("#")) {
            return List.of("object"); // as in the server: some JSON is asked for
        }
        List<String> meant = ALL.stream()
                .filter(type ->
                        OF_ONE_TYPE.getOrDefault(type, List.of()).stream().anyMatch(schema::has))
                .limit(1)
                .toList();
        return meant.isEmpty() ? ALL : meant;
    }

    private static List<String> named(Schema schema) {
        if (!(schema.get("type") instanceof List<?> names)) {
            return List.of(known(schema, "", schema.get("type")));
        }
        if (names.isEmpty()) {
            throw schema.malformed("type must not be empty");
        }
        List<String> types = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            types.add(known(schema, "/type/" + i, names.get(i)));
        }
        return types;
    }

    private static String known(Schema schema, String where, Object name) {
        Schema here = new Schema(Map.of(), schema.at() + where);
        if (!(name instanceof String type)) {
            throw here.malformed("type must be a string or an array of strings");
        }
        if (!ALL.contains(type)) {
            throw here.malformed("unrecognized type " + type);
        }
        return type;
    }

    /** The values that {@code const} or {@code enum} allow. */
    static List<?> values(Schema schema) {
        if (schema.has("const")) {
            return List.of(schema.get("const"));
        }
        if (!(schema.get("enum") instanceof List<?> values) || values.isEmpty()) {
            throw schema.malformed("enum must be a non-empty array");
        }
        return values;
    }

    /** Whether a value has one of these types. */
    static boolean fits(Object value, Collection<String> types) {
        String type = Json.typeName(value);
        return types.contains(type) || (types.contains("integer") && isWhole(value));
    }

    private static boolean isWhole(Object value) {
        return value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue());
    }
}
