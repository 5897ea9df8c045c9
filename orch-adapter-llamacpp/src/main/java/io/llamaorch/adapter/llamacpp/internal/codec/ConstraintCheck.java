package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Constraint;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Finds constraints that must not reach a server: those that are none, and those of which llama-server 0.7.0 dies or never
 * comes back, a repetition or a length whose least is more than its most. All else is the server's to judge.
 */
final class ConstraintCheck {

    /** What holds no repetition, and a repetition that has both bounds. */
    private static final Pattern REPETITION =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"?+|\\[(?:[^]\\\\]|\\\\.)*+]?+|#[^\n]*+"
                    + "|\\{\\s*+(?<least>[0-9]{1,18})\\s*+,\\s*+(?<most>[0-9]{1,18})\\s*+}");

    private static final Map<String, String> MOST_OF = Map.of(
            "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum");

    private static final String NO_OBJECT =
            "the JSON schema is no JSON object: give the schema as one JSON document, such as"
                    + " {\"type\":\"object\"}";

    private ConstraintCheck() {}

    /** What is wrong with a constraint; empty if nothing is, as far as it is looked at. */
    static Optional<String> fault(Constraint constraint) {
        if (constraint instanceof Constraint.Grammar form) {
            return grammar(form.grammar());
        }
        return schema(((Constraint.JsonSchema) constraint).schema());
    }

    private static Optional<String> grammar(String grammar) {
        if (grammar.isBlank()) {
            return Optional.of("the grammar is empty: give GBNF with a rule named root, or no constraint");
        }
        Matcher repetition = REPETITION.matcher(grammar);
        while (repetition.find()) {
            String least = repetition.group("least");
            if (least != null && Long.parseLong(least) > Long.parseLong(repetition.group("most"))) {
                return Optional.of("the grammar repeats " + repetition.group()
                        + ", at least more than at most: put the smaller number first");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> schema(String schema) {
        Deque<Map<String, Double>> open = new ArrayDeque<>();
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), schema)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.of(NO_OBJECT);
            }
            Optional<String> fault = Optional.empty();
            for (JsonToken token = JsonToken.START_OBJECT; token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    open.push(new HashMap<>());
                } else if (token == JsonToken.END_OBJECT) {
                    Map<String, Double> numbers = open.pop();
                    fault = fault.or(() -> crossed(numbers));
                    if (open.isEmpty()) {
                        break;
                    }
                } else if (token.isNumeric() && parser.currentName() != null) {
                    open.element().put(parser.currentName(), parser.getDoubleValue());
                }
            }
            return parser.nextToken() == null ? fault : Optional.of(NO_OBJECT);
        } catch (JacksonException e) {
            return Optional.of(NO_OBJECT);
        }
    }

    private static Optional<String> crossed(Map<String, Double> numbers) {
        return MOST_OF.entrySet().stream()
                .filter(pair -> numbers.getOrDefault(pair.getKey(), Double.NaN)
                        > numbers.getOrDefault(pair.getValue(), Double.NaN))
                .map(pair -> "the JSON schema has a " + pair.getKey() + " above its " + pair.getValue()
                        + ": nothing can be both")
                .findFirst();
    }
}
