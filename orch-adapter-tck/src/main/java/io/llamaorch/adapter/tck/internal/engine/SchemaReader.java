package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.Grammar;
import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a grammar of a JSON schema: each of its sentences is an instance, though not each instance is one of its
 * sentences. What cannot be done so is refused, rather than answered with what the schema forbids.
 *
 * <p>Thread safety: calls must be serial.
 */
final class SchemaReader {
    private final SchemaReferences references;
    private final Map<String, Part> rules = new LinkedHashMap<>();

    private SchemaReader(Object document) {
        this.references = new SchemaReferences(document);
    }

    /**
     * Reads a schema.
     *
     * @throws IllegalArgumentException if it is none, in the server's words
     * @throws UnsupportedOperationException if it asks for more than can be done here
     */
    static Grammar read(Object schema) {
        SchemaReader reader = new SchemaReader(schema);
        reader.rules.put(Grammar.ROOT, reader.part(Schema.of(schema, "#")));
        Grammar grammar = new Grammar(reader.rules);
        if (!grammar.ends()) {
            throw new UnsupportedOperationException("JSON schemas whose instances would have no end");
        }
        return grammar;
    }

    /** The text of a JSON value. */
    static String json(Object value) {
        return new String(Json.write(value), StandardCharsets.UTF_8);
    }

    Part part(Schema schema) {
        if (schema.has("$ref")) {
            schema.requireOnly(Set.of("$ref"));
            return reference(schema);
        }
        for (String name : List.of("oneOf", "anyOf", "allOf")) {
            if (schema.has(name)) {
                schema.requireOnly(Set.of(name));
                return several(schema, name);
            }
        }
        if (schema.hasAny("const", "enum")) {
            schema.requireOnly(Set.of("const", "enum", "type"));
            return value(schema);
        }
        List<String> types = SchemaTypes.of(schema);
        List<Part> parts = new ArrayList<>();
        for (String type : types) {
            parts.add(typed(schema.ofType(type), type));
        }
        return parts.size() == 1 ? parts.get(0) : new Part.Choice(parts);
    }

    private Part reference(Schema schema) {
        String pointer = schema.text("$ref").orElseThrow();
        String rule = "ref " + pointer;
        if (!rules.containsKey(rule)) {
            rules.put(rule, new Part.Reference(rule)); // so that it may refer to itself
            rules.put(rule, part(references.resolve(schema)));
        }
        return new Part.Reference(rule);
    }

    private Part several(Schema schema, String name) {
        List<Schema> children = schema.children(name);
        if (name.equals("allOf") && children.size() > 1) {
            throw schema.beyond("with allOf of several");
        }
        if (name.equals("oneOf") && !new SchemaDifference(references).isAmongAll(children)) {
            throw schema.beyond("with oneOf, where more than one may fit");
        }
        return new Part.Choice(children.stream().map(this::part).toList());
    }

    private static Part value(Schema schema) {
        Set<String> types = new HashSet<>(SchemaTypes.of(schema));
        List<Part> texts = SchemaTypes.values(schema).stream()
                .filter(value -> SchemaTypes.fits(value, types))
                .<Part>map(value -> new Part.Text(json(value)))
                .toList();
        if (texts.isEmpty()) {
            throw schema.beyond("that no value fits");
        }
        return new Part.Choice(texts);
    }

    private Part typed(Schema schema, String type) {
        return switch (type) {
            case "object" -> new SchemaContainers(this).object(schema);
            case "array" -> new SchemaContainers(this).array(schema);
            case "string" -> SchemaTexts.of(schema);
            case "integer", "number" -> SchemaNumbers.of(schema, type.equals("integer"));
            case "boolean" -> new Part.Choice(List.of(new Part.Text("true"), new Part.Text("false")));
            default -> new Part.Text("null");
        };
    }
}
