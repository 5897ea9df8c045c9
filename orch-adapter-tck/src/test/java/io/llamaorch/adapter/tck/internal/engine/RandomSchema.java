package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** JSON schemas made at random that have instances. */
final class RandomSchema {
    private static final int DEEPEST = 3;
    private static final List<String> PATTERNS = List.of(
            "^[a-z]{2,4}$",
            "^\\d+(\\.\\d+)?$",
            "^(red|green|blue)$",
            "a\"b\\\\c",
            "^[^a-zA-Z\"]$",
            "^\\w+@\\w+\\.(com|org)$",
            "^[\"\\\\]{2}$",
            "^.*$",
            "^a|b$",
            "^x*?y{0,2}\\s?$",
            "^\\S\\D\\W[\\d_-]$");

    private final Random random;

    private RandomSchema(Random random) {
        this.random = random;
    }

    /** A schema with definitions, of which one refers to itself. */
    static Map<String, Object> of(Random random) {
        RandomSchema made = new RandomSchema(random);
        Map<String, Object> schema = made.schema(0);
        Map<String, Object> node = Json.object("type", "object", "required", List.of("value"));
        node.put("properties", Json.object("value", made.schema(DEEPEST), "next", Json.object("$ref", "#/$defs/node")));
        schema.put("$defs", Json.object("node", node));
        return schema;
    }

    private Map<String, Object> schema(int depth) {
        return switch (random.nextInt(depth < DEEPEST ? 11 : 6)) {
            case 0 -> Json.object("type", random.nextBoolean() ? "boolean" : "null");
            case 1 -> number();
            case 2 -> text();
            case 3 -> Json.object("enum", List.of("a \"b\"", 1L, Json.NULL, List.of(true), Json.object("x", "é")));
            case 4 -> Json.object("const", random.nextBoolean() ? (Object) "\n" : (Object) 2.5);
            case 5 -> Json.object("type", List.of("string", "null", "integer"), "title", "t");
            case 6 -> array(depth);
            case 7 -> Json.object("anyOf", List.of(schema(depth + 1), schema(depth + 1)));
            case 8 -> Json.object("oneOf", List.of(kind("a", depth), kind("b", depth), Json.object("type", "array")));
            case 9 -> Json.object("$ref", "#/$defs/node");
            default -> object(depth);
        };
    }

    private Map<String, Object> kind(String name, int depth) {
        return Json.object(
                "type", "object",
                "properties", Json.object("kind", Json.object("const", name), "of", schema(depth + 1)),
                "required", List.of("kind"));
    }

    private Map<String, Object> number() {
        boolean whole = random.nextBoolean();
        Map<String, Object> schema = Json.object("type", whole ? "integer" : "number");
        long least = random.nextInt(2000) - 1000L;
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", least);
        }
        if (random.nextBoolean()) {
            schema.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", whole ? least + 2 : least + 0.001);
        }
        return schema;
    }

    private Map<String, Object> text() {
        Map<String, Object> schema = Json.object("type", "string");
        if (random.nextBoolean()) {
            schema.put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
            return schema;
        }
        long least = random.nextInt(5);
        schema.put("minLength", least);
        if (random.nextBoolean()) {
            schema.put("maxLength", least + random.nextInt(3));
        }
        return schema;
    }

    private Map<String, Object> array(int depth) {
        Map<String, Object> schema = Json.object("type", "array", "items", schema(depth + 1));
        long least = random.nextInt(4);
        schema.put("minItems", least);
        if (random.nextBoolean()) {
            schema.put("maxItems", least + random.nextInt(3));
        }
        return schema;
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> properties = Json.object();
        List<Object> required = new ArrayList<>();
        for (String name : List.of("a", "b \"quoted\"", "ü")) {
            if (random.nextBoolean()) {
                properties.put(name, schema(depth + 1));
                if (random.nextBoolean()) {
                    required.add(name);
                }
            }
        }
        Map<String, Object> schema = Json.object("properties", properties, "required", required);
        int others = random.nextInt(4);
        if (others < 2) {
            schema.put("additionalProperties", others == 0);
        } else if (others == 2) {
            schema.put("additionalProperties", schema(depth + 1));
        }
        return schema;
    }
}
