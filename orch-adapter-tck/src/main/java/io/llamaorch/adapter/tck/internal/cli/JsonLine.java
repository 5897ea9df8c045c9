package io.llamaorch.adapter.tck.internal.cli;

import java.io.StringWriter;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonpCharacterEscapes;

/**
 * One JSON object on a line of its own. Whatever could end the line for some reader, U+2028 and U+2029 included, is
 * escaped. What is unknown is left out.
 */
final class JsonLine {

    private static final JsonFactory JSON = JsonFactory.builder()
            .characterEscapes(JsonpCharacterEscapes.instance())
            .build();

    private final JsonGenerator json;

    private JsonLine(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Writes an object.
     *
     * @param fields puts what is in it
     * @return the object without a line's end
     */
    static String of(Consumer<JsonLine> fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields.accept(new JsonLine(json));
            json.writeEndObject();
        }
        return text.toString();
    }

    JsonLine put(String name, String value) {
        json.writeStringProperty(name, value);
        return this;
    }

    JsonLine put(String name, long value) {
        json.writeNumberProperty(name, value);
        return this;
    }

    JsonLine put(String name, double value) {
        json.writeNumberProperty(name, value);
        return this;
    }

    JsonLine put(String name, boolean value) {
        json.writeBooleanProperty(name, value);
        return this;
    }

    JsonLine put(String name, Optional<String> value) {
        value.ifPresent(known -> put(name, known));
        return this;
    }

    JsonLine put(String name, OptionalInt value) {
        value.ifPresent(known -> put(name, known));
        return this;
    }

    /** Puts the text unless it is empty, which stands for unknown. */
    JsonLine putKnown(String name, String value) {
        return value.isEmpty() ? this : put(name, value);
    }

    JsonLine object(String name, Consumer<JsonLine> fields) {
        json.writeName(name).writeStartObject();
        fields.accept(this);
        json.writeEndObject();
        return this;
    }

    <T> JsonLine objects(String name, Iterable<T> values, BiConsumer<JsonLine, T> fields) {
        json.writeName(name).writeStartArray();
        for (T value : values) {
            json.writeStartObject();
            fields.accept(this, value);
            json.writeEndObject();
        }
        json.writeEndArray();
        return this;
    }

    JsonLine numbers(String name, Iterable<Integer> values) {
        json.writeName(name).writeStartArray();
        values.forEach(json::writeNumber);
        json.writeEndArray();
        return this;
    }

    JsonLine numbers(String name, float[] values) {
        json.writeName(name).writeStartArray();
        for (float value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        return this;
    }

    JsonLine strings(String name, Iterable<String> values) {
        json.writeName(name).writeStartArray();
        values.forEach(json::writeString);
        json.writeEndArray();
        return this;
    }
}
