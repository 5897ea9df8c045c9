package io.llamaorch.adapter.registry.internal.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.llamaorch.adapter.registry.ReplicaSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** CFG-03: the schema in {@code docs} and the reader agree on what may be written, and the example is right. */
class ReplicaSchemaTest {

    private static final Path DOCS = Path.of("..", "docs");

    /** A value of each of JSON's types. */
    private static final Map<String, String> VALUES = Map.of(
            "string", "\"http://a:1\"",
            "integer", "5",
            "number", "0.5",
            "boolean", "true",
            "null", "null",
            "array", "[]",
            "object", "{}");

    @TempDir
    Path folder;

    @Test
    void example_isReadWithoutFault() throws IOException {
        Files.copy(DOCS.resolve("replicas.example.json"), folder.resolve("example.json"));
        Files.writeString(folder.resolve("llama.token"), "t0ken");
        assertEquals(
                List.of(
                        "default/r0 (llamacpp at http://10.0.0.7:8080)",
                        "large/gpu-1 (llamacpp at https://gpu-1.example:8443)",
                        "large/gpu-2 (llamacpp at http://gpu-2.example:8080/llama)",
                        "trial/r0 (mock)"),
                new FileReplicas(folder.resolve("example.json"), Duration.ZERO)
                        .read().stream().map(Object::toString).toList());
    }

    @Test
    void guide_showsADocumentThatIsReadWithoutFault() throws IOException {
        String guide = Files.readString(DOCS.resolve("configuration.md"));
        int begin = guide.indexOf("```json") + "```json".length();
        Files.writeString(folder.resolve("guide.json"), guide.substring(begin, guide.indexOf("```", begin)));
        Files.writeString(folder.resolve("llama.token"), "t0ken");
        assertEquals(
                List.of(
                        "default/r0 (llamacpp at http://10.0.0.7:8080)",
                        "large/gpu-1 (llamacpp at https://gpu-1.example:8443)"),
                new FileReplicas(folder.resolve("guide.json"), Duration.ZERO)
                        .read().stream().map(Object::toString).toList());
    }

    @Test
    void schema_namesTheFieldsThatTheReaderKnows() throws IOException {
        assertEquals(
                new TreeSet<>(ReplicaDocument.FIELDS),
                new TreeSet<>(properties(document()).keySet()));
        assertEquals(
                new TreeSet<>(ReplicaDraft.FIELDS),
                new TreeSet<>(properties(replica()).keySet()));
    }

    @Test
    void schema_allowsNoOtherFields() throws IOException {
        assertEquals(false, document().get("additionalProperties"));
        assertEquals(false, replica().get("additionalProperties"));
    }

    @Test
    void schema_requiresWhatTheReaderMisses() throws IOException {
        assertEquals(List.of("replicas"), document().get("required"));
        assertEquals("replicas: is missing; write [] if there are to be none", fault("{}"));
        assertEquals(List.of("engine"), replica().get("required"));
        assertEquals("replicas[0].engine: is missing; name the engine, such as llamacpp", fault("{\"replicas\":[{}]}"));
    }

    @Test
    void schema_forbidsBothTokens() throws IOException {
        assertEquals(
                Map.of("required", List.of("token", "token-file")), replica().get("not"));
    }

    @Test
    void reader_takesTheTypesOfTheSchemaAndNoOthers() throws IOException {
        for (Map.Entry<String, Object> property : properties(document()).entrySet()) {
            assertTypes(property.getKey(), types(property.getValue()), "{\"" + property.getKey() + "\":", "}");
        }
        for (Map.Entry<String, Object> property : properties(replica()).entrySet()) {
            String path = "replicas[0]." + property.getKey();
            assertTypes(path, types(property.getValue()), "{\"replicas\":[{\"" + property.getKey() + "\":", "}]}");
        }
        assertTypes("replicas[0]", types(replica()), "{\"replicas\":[", "]}");
        assertTypes(
                "replicas[0].options.x",
                types(object(object(properties(replica()).get("options")).get("additionalProperties"))),
                "{\"replicas\":[{\"options\":{\"x\":",
                "}}]}");
    }

    @Test
    void schema_givesTheDefaultPool() throws IOException {
        assertEquals("default", object(properties(replica()).get("pool")).get("default"));
    }

    @Test
    void schema_givesTheDefaultOfDrain() throws IOException {
        assertEquals(false, object(properties(replica()).get("drain")).get("default"));
        assertEquals(1, read("{\"replicas\":[{\"engine\":\"a\"}]}").size());
    }

    @Test
    void reader_takesTheSharesOfTheSchemaAndNoOthers() throws IOException {
        Map<String, Object> share = object(properties(replica()).get("share"));
        long least = Long.parseLong((String) share.get("minimum"));
        long most = Long.parseLong((String) share.get("maximum"));
        for (long taken : List.of(least, least + 1, most)) {
            assertEquals(
                    OptionalInt.of((int) taken), read(withShare(taken)).get(0).share());
        }
        for (long refused : List.of(least - 1, -least, most + 1, 9_999_999_999_999L)) {
            assertEquals(
                    "replicas[0].share: must be a whole number from " + least + " to " + most
                            + "; leave it out for as many as the engine has slots",
                    fault(withShare(refused)));
        }
    }

    private static String withShare(long share) {
        return "{\"replicas\":[{\"engine\":\"a\",\"share\":" + share + "}]}";
    }

    /** Whether the reader complains of the type of what stands at a path, for each type. */
    private void assertTypes(String path, Set<String> allowed, String before, String behind) throws IOException {
        Pattern typeFault = Pattern.compile(Pattern.quote(path) + ": must be (an? |true or false)");
        Set<String> taken = new TreeSet<>();
        for (Map.Entry<String, String> value : VALUES.entrySet()) {
            if (!typeFault.matcher(refusal(before + value.getValue() + behind)).find()) {
                taken.add(value.getKey());
            }
        }
        assertEquals(allowed, taken, path);
    }

    private String fault(String document) throws IOException {
        Path file = Files.writeString(folder.resolve("document.json"), document);
        String message = assertThrows(IllegalArgumentException.class, new FileReplicas(file, Duration.ZERO)::read)
                .getMessage();
        return message.substring(message.indexOf("properly: ") + "properly: ".length());
    }

    private List<ReplicaSpec> read(String document) throws IOException {
        return new FileReplicas(Files.writeString(folder.resolve("document.json"), document), Duration.ZERO).read();
    }

    private String refusal(String document) throws IOException {
        Path file = Files.writeString(folder.resolve("document.json"), document);
        try {
            new FileReplicas(file, Duration.ZERO).read();
            return "";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }

    private static Map<String, Object> document() throws IOException {
        try (JsonParser parser = new JsonFactory()
                .createParser(ObjectReadContext.empty(), Files.readString(DOCS.resolve("replicas.schema.json")))) {
            return object(tree(parser, parser.nextToken()));
        }
    }

    private static Map<String, Object> replica() throws IOException {
        return object(object(document().get("$defs")).get("replica"));
    }

    private static Map<String, Object> properties(Map<String, Object> schema) {
        return object(schema.get("properties"));
    }

    private static Set<String> types(Object schema) {
        Object type = object(schema).get("type");
        Set<String> types = new TreeSet<>();
        (type instanceof List<?> several ? several : List.of(type)).forEach(one -> types.add((String) one));
        if (types.contains("number")) {
            types.add("integer"); // each is a number too
        }
        return types;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object node) {
        return (Map<String, Object>) node;
    }

    private static Object tree(JsonParser parser, JsonToken token) {
        switch (token) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String name = parser.currentName();
                    object.put(name, tree(parser, parser.nextToken()));
                }
                return object;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    list.add(tree(parser, next));
                }
                return list;
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return token == JsonToken.VALUE_TRUE;
            }
            default -> {
                return parser.getString();
            }
        }
    }
}
