package io.llamaorch.adapter.tck.internal.engine;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks instances against a JSON schema, keyword by keyword, as the standard says it. */
final class SchemaCheck {
    private final Object document;

    SchemaCheck(Object document) {
        this.document = document;
    }

    boolean fits(Object value) {
        return fits(value, (Map<?, ?>) document);
    }

    private boolean fits(Object value, Map<?, ?> schema) {
        return schema.entrySet().stream()
                .allMatch(keyword -> keeps(value, String.valueOf(keyword.getKey()), keyword.getValue(), schema));
    }

    private boolean keeps(Object value, String keyword, Object says, Map<?, ?> schema) {
        return switch (keyword) {
            case "type" ->
                says instanceof List<?> types ? types.stream().anyMatch(type -> isA(value, type)) : isA(value, says);
            case "const" -> value.equals(says);
            case "enum" -> ((List<?>) says).contains(value);
            case "$ref" -> fits(value, target((String) says));
            case "anyOf", "allOf" ->
                keyword.equals("anyOf") ? fitting(value, says) > 0 : fitting(value, says) == size(says);
            case "oneOf" -> fitting(value, says) == 1;
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" ->
                !(value instanceof Number number)
                        || bounded(decimal(number).compareTo(decimal((Number) says)), keyword);
            case "minLength" -> !(value instanceof String text) || length(text) >= ((Number) says).intValue();
            case "maxLength" -> !(value instanceof String text) || length(text) <= ((Number) says).intValue();
            case "pattern" ->
                !(value instanceof String text)
                        || Pattern.compile((String) says).matcher(text).find();
            case "minItems" -> !(value instanceof List<?> list) || list.size() >= ((Number) says).intValue();
            case "maxItems" -> !(value instanceof List<?> list) || list.size() <= ((Number) says).intValue();
            case "items" ->
                !(value instanceof List<?> list) || list.stream().allMatch(item -> fits(item, (Map<?, ?>) says));
            case "required" ->
                !(value instanceof Map<?, ?> object) || object.keySet().containsAll((List<?>) says);
            case "properties" ->
                !(value instanceof Map<?, ?> object)
                        || ((Map<?, ?>) says)
                                .entrySet().stream()
                                        .allMatch(p -> !object.containsKey(p.getKey())
                                                || fits(object.get(p.getKey()), (Map<?, ?>) p.getValue()));
            case "additionalProperties" ->
                !(value instanceof Map<?, ?> object)
                        || object.entrySet().stream()
                                .filter(p -> !(schema.get("properties") instanceof Map<?, ?> named
                                        && named.containsKey(p.getKey())))
                                .allMatch(p -> says instanceof Map<?, ?> other
                                        ? fits(p.getValue(), other)
                                        : Boolean.TRUE.equals(says));
            case "$defs", "title" -> true;
            default -> throw new IllegalArgumentException("this check does not know " + keyword);
        };
    }

    private long fitting(Object value, Object schemas) {
        return ((List<?>) schemas)
                .stream().filter(one -> fits(value, (Map<?, ?>) one)).count();
    }

    private static long size(Object list) {
        return ((List<?>) list).size();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static BigDecimal decimal(Number number) {
        return new BigDecimal(number.toString());
    }

    private static boolean bounded(int compared, String keyword) {
        return switch (keyword) {
            case "minimum" -> compared >= 0;
            case "maximum" -> compared <= 0;
            case "exclusiveMinimum" -> compared > 0;
            default -> compared < 0;
        };
    }

    private Map<?, ?> target(String pointer) {
        Object at = document;
        for (String step : pointer.substring(2).split("/")) {
            at = ((Map<?, ?>) at).get(step);
        }
        return (Map<?, ?>) at;
    }

    private static boolean isA(Object value, Object type) {
        return switch ((String) type) {
            case "integer" -> value instanceof Long;
            case "number" -> value instanceof Number;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "array" -> value instanceof List;
            case "object" -> value instanceof Map;
            default -> value == Json.NULL;
        };
    }
}
