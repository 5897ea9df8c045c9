package io.llamaorch.adapter.tck.internal.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The pieces of text in a body of server-sent events, read in the plainest way, which no adapter shares. */
final class StreamText {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String DATA = "data: ";
    private static final String DONE = "[DONE]";
    private static final String END_MARKER = "\"stop\":true";

    private StreamText() {}

    static List<String> pieces(String body, boolean openAi) {
        List<String> pieces = new ArrayList<>();
        for (String event : events(body)) {
            String text = textOf(event, openAi);
            if (!text.isEmpty()) {
                pieces.add(text);
            }
        }
        return pieces;
    }

    static boolean isAtItsEnd(String body, boolean openAi) {
        return events(body).stream().anyMatch(event -> openAi ? event.equals(DONE) : event.contains(END_MARKER));
    }

    /** What stands in each event that has come whole. */
    private static List<String> events(String body) {
        return body.lines()
                .filter(line -> line.startsWith(DATA))
                .map(line -> line.substring(DATA.length()))
                .toList();
    }

    private static String textOf(String event, boolean openAi) {
        StringBuilder text = new StringBuilder();
        Deque<String> path = new ArrayDeque<>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), event)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                switch (token) {
                    case START_OBJECT, START_ARRAY -> path.addLast(String.valueOf(json.currentName()));
                    case END_OBJECT, END_ARRAY -> path.removeLast();
                    case VALUE_STRING -> {
                        if (isText(path, json.currentName(), openAi)) {
                            text.append(json.getString());
                        }
                    }
                    default -> {}
                }
            }
        } catch (JacksonException notWholeYet) {
            return ""; // it is looked at again when more has come
        }
        return text.toString();
    }

    private static boolean isText(Deque<String> path, String name, boolean openAi) {
        return openAi
                ? path.contains("choices") && (name.equals("text") || name.equals("content"))
                : path.size() == 1 && name.equals("content");
    }
}
