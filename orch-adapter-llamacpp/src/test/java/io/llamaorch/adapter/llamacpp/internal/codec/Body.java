package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.Prompt;
import io.llamaorch.adapter.spi.TaskRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** A request's body, read back by a parser that takes no name twice: objects are maps, arrays lists. */
final class Body {

    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Body() {}

    static Map<String, Object> of(TaskRequest task) {
        return of(task, Placement.ANY);
    }

    static Map<String, Object> of(TaskRequest task, Placement placement) {
        byte[] written = task.prompt() instanceof Prompt.Chat chat
                ? ChatRequest.body(task, chat, placement)
                : CompletionRequest.body(task, placement);
        try (JsonParser parser = STRICT.createParser(ObjectReadContext.empty(), written)) {
            Map<String, Object> body = object(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw new AssertionError("more than one value");
            }
            return body;
        }
    }

    private static Map<String, Object> object(JsonParser parser, JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            throw new AssertionError("no object but " + start);
        }
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            members.put(name, value(parser, parser.nextToken()));
        }
        return members;
    }

    private static Object value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser, token);
            case START_ARRAY -> {
                List<Object> elements = new ArrayList<>();
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    elements.add(value(parser, next));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw new AssertionError("an unexpected " + token);
        };
    }
}
