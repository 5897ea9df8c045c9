package io.llamaorch.adapter.tck.internal.engine;

import java.util.List;
import java.util.Map;

/**
 * Where the references of a JSON schema lead, which must be into the same document.
 *
 * <p>Thread safety: immutable.
 */
record SchemaReferences(Object document) {

    /** The schema that a schema refers to. */
    Schema resolve(Schema schema) {
        String pointer = schema.text("$ref").orElseThrow();
        if (!pointer.startsWith("#/")) {
            throw schema.malformed(
                    "unsupported $ref " + pointer + ", only references into the same document are supported");
        }
        Object found = document;
        for (String step : pointer.substring(2).split("/", -1)) {
            found = step(schema, pointer, found, step.replace("~1", "/").replace("~0", "~"));
        }
        return Schema.of(found, pointer);
    }

    private static Object step(Schema schema, String pointer, Object from, String name) {
        if (from instanceof Map<?, ?> object && object.containsKey(name)) {
            return object.get(name);
        }
        if (from instanceof List<?> list && name.matches("\\d{1,6}") && Integer.parseInt(name) < list.size()) {
            return list.get(Integer.parseInt(name));
        }
        throw schema.malformed("cannot resolve $ref " + pointer + ", " + name + " not found");
    }
}
