package io.llamaorch.adapter.tck.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.llamaorch.adapter.tck.internal.grammar.Derivation;
import io.llamaorch.adapter.tck.internal.grammar.Grammar;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaReaderTest {
    private static final int LONGEST = 100_000;

    private static Object json(String text) {
        return Json.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String first(String schema) {
        return Derivation.of(SchemaReader.read(json(schema)), bound -> 0, LONGEST)
                .text();
    }

    private static Set<String> instances(String schema) {
        Grammar grammar = SchemaReader.read(json(schema));
        Set<String> instances = new TreeSet<>();
        for (int seed = 0; seed < 100; seed++) {
            instances.add(Derivation.of(grammar, new SplittableRandom(seed)::nextInt, LONGEST)
                    .text());
        }
        return instances;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{}~{\"one\":\"\"}",
                "{\"type\":\"null\"}~null",
                "{\"type\":\"array\"}~[]",
                "{\"type\":\"string\",\"minLength\":2}~\"aa\"",
                "{\"type\":\"string\",\"format\":\"date\"}~\"2000-01-01\"",
                "{\"type\":\"string\",\"format\":\"date-time\"}~\"2000-01-01T00:00:00Z\"",
                "{\"properties\":{\"b\":{\"type\":\"boolean\"},\"a\":{\"const\":1}},\"required\":[\"a\",\"c\"]}"
                        + "~{\"a\":1,\"c\":\"\"}",
                "{\"prefixItems\":[{\"type\":\"null\"},{\"type\":\"boolean\"}],\"minItems\":1}~[null,true]",
                "{\"items\":[{\"type\":\"null\"},{\"type\":\"boolean\"}],\"maxItems\":1}~[null]",
                "{\"allOf\":[{\"$ref\":\"#/definitions/x\"}],\"definitions\":{\"x\":{\"const\":\"x\"}}}~\"x\"",
                "{\"type\":\"integer\",\"enum\":[\"a\",2,3.5]}~2",
            })
    void schema_hasAFirstInstance(String schema, String instance) {
        assertEquals(instance, first(schema));
    }

    @Test
    void choices_areAllMade() {
        assertEquals(Set.of("true", "false"), instances("{\"type\":\"boolean\"}"));
        assertEquals(Set.of("5", "6", "7"), instances("{\"type\":\"integer\",\"minimum\":4.5,\"maximum\":7}"));
        assertEquals(Set.of("[]", "[0]"), instances("{\"items\":{\"const\":0},\"maxItems\":1}"));
        assertEquals(
                Set.of("{\"a\":1}", "{\"b\":1}", "{\"a\":1,\"b\":1}", "{}"),
                instances("{\"properties\":{\"a\":{\"const\":1},\"b\":{\"const\":1}}}"));
        assertEquals(
                Set.of("0.5"), instances("{\"type\":\"number\",\"exclusiveMinimum\":0.4,\"exclusiveMaximum\":0.6}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "5~#: schema must be an object",
                "true~#: schema must be an object",
                "{\"type\":\"foo\"}~#: unrecognized type foo",
                "{\"type\":5}~#: type must be a string or an array of strings",
                "{\"type\":[]}~#: type must not be empty",
                "{\"type\":[\"null\",\"foo\"]}~#/type/1: unrecognized type foo",
                "{\"properties\":5}~#: properties must be an object",
                "{\"properties\":{\"a\":{\"properties\":{\"b\":5}}}}~#/properties/a/properties/b: schema must be an object",
                "{\"additionalProperties\":5}~#: additionalProperties must be a boolean or a schema",
                "{\"items\":true}~#/items: schema must be an object",
                "{\"prefixItems\":5}~#/prefixItems: schema must be an object",
                "{\"prefixItems\":[5]}~#/prefixItems/0: schema must be an object",
                "{\"enum\":[]}~#: enum must be a non-empty array",
                "{\"anyOf\":5}~#/anyOf: must be an array of schemas",
                "{\"oneOf\":[]}~#/oneOf: must not be empty",
                "{\"allOf\":[{\"type\":\"foo\"}]}~#/allOf/0: unrecognized type foo",
                "{\"type\":\"array\",\"minItems\":-1}~#: minItems must be a non-negative integer",
                "{\"type\":\"string\",\"maxLength\":1.5}~#: maxLength must be a non-negative integer",
                "{\"type\":\"integer\",\"minimum\":\"x\"}~#: minimum must be a number",
                "{\"pattern\":5}~#: pattern must be a string",
                "{\"format\":5}~#: format must be a string",
                "{\"$ref\":5}~#: $ref must be a string",
                "{\"$ref\":\"#\"}~#: unsupported $ref #, only references into the same document are supported",
                "{\"$ref\":\"#/$defs/y\",\"$defs\":{}}~#: cannot resolve $ref #/$defs/y, y not found",
                "{\"$ref\":\"#/$defs/y\",\"$defs\":{\"y\":{\"type\":\"foo\"}}}~#/$defs/y: unrecognized type foo",
            })
    void schema_thatIsNone_isRefusedInTheServersWords(String schema, String message) {
        Exception refused = assertThrows(IllegalArgumentException.class, () -> SchemaReader.read(json(schema)));
        assertEquals("JSON schema error at " + message, refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a", "a)", "[a", "*a", "\\"})
    void pattern_thatIsNone_isRefused(String pattern) {
        Object schema = Json.object("type", "string", "pattern", pattern);
        assertThrows(IllegalArgumentException.class, () -> SchemaReader.read(schema));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"not\":{}}",
                "{\"type\":\"array\",\"uniqueItems\":true}",
                "{\"type\":\"integer\",\"multipleOf\":3}",
                "{\"allOf\":[{},{}]}",
                "{\"type\":\"object\",\"anyOf\":[{}]}",
                "{\"const\":1,\"minimum\":0}",
                "{\"const\":1,\"type\":\"string\"}",
                "{\"type\":\"string\",\"format\":\"email\"}",
                "{\"type\":\"string\",\"pattern\":\"^a$\",\"minLength\":1}",
                "{\"type\":\"string\",\"pattern\":\"(?=a)\"}",
                "{\"type\":\"string\",\"pattern\":\"\\\\bx\"}",
                "{\"type\":\"string\",\"pattern\":\"a^b\"}",
                "{\"type\":\"string\",\"pattern\":\"a$b\"}",
                "{\"type\":\"string\",\"pattern\":\"a{x}\"}",
                "{\"type\":\"string\",\"minLength\":3,\"maxLength\":1}",
                "{\"type\":\"array\",\"minItems\":3,\"maxItems\":1}",
                "{\"type\":\"integer\",\"minimum\":7,\"maximum\":5}",
                "{\"type\":\"integer\",\"exclusiveMinimum\":1,\"exclusiveMaximum\":2}",
                "{\"required\":[\"a\"],\"additionalProperties\":false}",
                "{\"prefixItems\":[{}],\"minItems\":2}",
                "{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}",
                "{\"oneOf\":[{\"const\":1},{\"enum\":[2,1.0]}]}",
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}",
                "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/a\"}},"
                        + "\"required\":[\"a\"]}}}",
            })
    void schema_thatIsTooMuch_isRefusedAsThat(String schema) {
        assertThrows(UnsupportedOperationException.class, () -> SchemaReader.read(json(schema)));
    }

    @Test
    void alternatives_thatDiffer_areOneOfEach() {
        assertEquals(
                Set.of("1", "\"x\"", "{\"k\":\"a\"}", "{\"k\":\"b\"}"),
                instances("{\"oneOf\":[{\"const\":1},{\"enum\":[\"x\"]},"
                        + "{\"type\":\"object\",\"properties\":{\"k\":{\"const\":\"a\"}},\"required\":[\"k\"]},"
                        + "{\"type\":\"object\",\"properties\":{\"k\":{\"const\":\"b\"}},\"required\":[\"k\"]}]}"));
    }

    @Test
    void instances_ofSchemasMadeAtRandom_fitTheirSchema() {
        long seed = ThreadLocalRandom.current().nextLong();
        System.out.println("SchemaReaderTest: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            Map<String, Object> schema = RandomSchema.of(random);
            Grammar grammar = SchemaReader.read(schema);
            SchemaCheck check = new SchemaCheck(schema);
            for (int j = 0; j < 4; j++) {
                String text = Derivation.of(grammar, j == 0 ? bound -> 0 : random::nextInt, LONGEST)
                        .text();
                assertTrue(
                        check.fits(json(text)),
                        () -> text + " does not fit " + SchemaReader.json(schema) + ", seed " + seed);
            }
        }
    }

    /** If the check let everything pass, the test above would say nothing. */
    @Test
    void check_refusesWhatDoesNotFit() {
        Map<String, Object> schema = Json.object("type", "string", "pattern", "^a$");
        assertTrue(new SchemaCheck(schema).fits("a"));
        assertFalse(new SchemaCheck(schema).fits("b"));
        assertFalse(new SchemaCheck(Json.object("oneOf", List.of(Json.object(), Json.object()))).fits("a"));
    }
}
