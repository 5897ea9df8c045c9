package io.llamaorch.adapter.tck.internal.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Reads JSON for tests outside this package. */
public final class JsonText {
    private final Object value;

    private JsonText(Object value) {
        this.value = value;
    }

    /** Reads a text. */
    public static JsonText of(String text) {
        return new JsonText(Json.read(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The member or element at a path such as {@code error/code} or {@code 0/id}. */
    public JsonText at(String path) {
        Object at = value;
        for (String step : path.split("/")) {
            at = at instanceof List<?> list ? list.get(Integer.parseInt(step)) : ((Map<?, ?>) at).get(step);
        }
        return new JsonText(at);
    }

    /** The names of an object in their order. */
    public List<String> names() {
        return ((Map<?, ?>) value).keySet().stream().map(String::valueOf).toList();
    }

    /** The number. */
    public double number() {
        return ((Number) value).doubleValue();
    }

    /** The text, or what else the value is, as text. */
    @Override
    public String toString() {
        return String.valueOf(value);
    }
}
