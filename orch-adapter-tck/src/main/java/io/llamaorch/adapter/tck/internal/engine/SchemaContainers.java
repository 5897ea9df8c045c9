package io.llamaorch.adapter.tck.internal.engine;

import io.llamaorch.adapter.tck.internal.grammar.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Objects and arrays of a JSON schema.
 *
 * <p>Thread safety: calls must be serial.
 */
record SchemaContainers(SchemaReader reader) {
    private static final Part COMMA = new Part.Text(",");

    /** Required members come first, in the order of the properties; an object's order means nothing. */
    Part object(Schema schema) {
        Map<String, Schema> properties = schema.named("properties");
        Map<String, Part> required = new LinkedHashMap<>();
        Map<String, Part> optional = new LinkedHashMap<>();
        List<String> names = required(schema);
        properties.forEach((name, property) ->
                (names.contains(name) ? required : optional).put(name, member(name, reader.part(property))));
        Part others = others(schema);
        boolean forbidsOthers = Boolean.FALSE.equals(schema.get("additionalProperties"));
        for (String name : names) {
            if (!properties.containsKey(name)) {
                if (forbidsOthers) {
                    throw schema.beyond("that ask for the property " + name + " and forbid it");
                }
                required.put(name, member(name, others));
            }
        }
        boolean nothingNamed = properties.isEmpty() && names.isEmpty();
        if (!forbidsOthers && (nothingNamed || schema.get("additionalProperties") instanceof Map)) {
            List.of("one", "two").forEach(name -> optional.putIfAbsent(name, member(name, others)));
            optional.keySet().removeAll(required.keySet());
        }
        return braced(List.copyOf(required.values()), List.copyOf(optional.values()));
    }

    private static Part member(String name, Part value) {
        return Part.Sequence.of(new Part.Text(SchemaReader.json(name) + ":"), value);
    }

    private static List<String> required(Schema schema) {
        return schema.get("required") instanceof List<?> names
                ? names.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .distinct()
                        .toList()
                : List.of();
    }

    /** What members have that are not named. */
    private Part others(Schema schema) {
        Object given = schema.get("additionalProperties");
        if (given instanceof Map) {
            return reader.part(schema.child("additionalProperties"));
        }
        if (schema.has("additionalProperties") && !(given instanceof Boolean)) {
            throw schema.malformed("additionalProperties must be a boolean or a schema");
        }
        return SchemaTexts.ANY;
    }

    private static Part braced(List<Part> required, List<Part> optional) {
        if (!required.isEmpty()) {
            return Part.Sequence.of(new Part.Text("{"), listed(required), perhaps(optional), new Part.Text("}"));
        }
        List<Part> ways = new ArrayList<>();
        for (int i = 0; i < optional.size(); i++) {
            ways.add(Part.Sequence.of(
                    new Part.Text("{"),
                    optional.get(i),
                    perhaps(optional.subList(i + 1, optional.size())),
                    new Part.Text("}")));
        }
        ways.add(new Part.Text("{}"));
        return new Part.Choice(ways);
    }

    private static Part listed(List<Part> parts) {
        List<Part> listed = new ArrayList<>();
        for (Part part : parts) {
            if (!listed.isEmpty()) {
                listed.add(COMMA);
            }
            listed.add(part);
        }
        return new Part.Sequence(listed);
    }

    /** Each of them may follow, or not. */
    private static Part perhaps(List<Part> parts) {
        return new Part.Sequence(parts.stream()
                .<Part>map(part -> new Part.Repeat(Part.Sequence.of(COMMA, part), 0, 1))
                .toList());
    }

    Part array(Schema schema) {
        int least = schema.count("minItems").orElse(0);
        int most = schema.count("maxItems").orElse(Part.Repeat.UNLIMITED);
        if (least > most) {
            throw schema.beyond("with minItems above maxItems");
        }
        String tuple = schema.has("prefixItems") ? "prefixItems" : "items";
        if (schema.get(tuple) instanceof List) {
            return tuple(schema, schema.children(tuple), least, most);
        }
        if (schema.has("prefixItems")) {
            throw new IllegalArgumentException(
                    "JSON schema error at " + schema.at() + "/prefixItems: schema must be an object");
        }
        Part item = schema.has("items") ? reader.part(schema.child("items")) : SchemaTexts.ANY;
        return bracketed(item, least, most);
    }

    /** All of the tuple's items and nothing more; fewer if there may not be as many. */
    private Part tuple(Schema schema, List<Schema> items, int least, int most) {
        if (least > items.size()) {
            throw schema.beyond("with more items than their tuple names");
        }
        List<Part> parts = items.stream().map(reader::part).toList();
        return Part.Sequence.of(
                new Part.Text("["), listed(parts.subList(0, Math.min(most, parts.size()))), new Part.Text("]"));
    }

    private static Part bracketed(Part item, int least, int most) {
        Part more = new Part.Repeat(Part.Sequence.of(COMMA, item), Math.max(0, least - 1), Math.max(0, most - 1));
        Part items = Part.Sequence.of(item, more);
        return Part.Sequence.of(
                new Part.Text("["), new Part.Repeat(items, Math.min(1, least), Math.min(1, most)), new Part.Text("]"));
    }
}
