package io.llamaorch.adapter.tck.internal.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Which replicas of a JSON document are marked {@code "drain": true}, and where that stands. A change leaves every
 * character beside the mark as it is.
 */
final class DrainMarks {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String MARK = "drain";
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final String text;
    private final List<List<Field>> replicas;

    /** A field of a replica: where its name begins, and where its value begins and ends. */
    private record Field(String name, int begin, int value, int end) {}

    private DrainMarks(String text, List<List<Field>> replicas) {
        this.text = text;
        this.replicas = replicas;
    }

    /**
     * Finds the marks.
     *
     * @param text a document that describes replicas properly
     */
    static DrainMarks of(String text) {
        int start = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
        List<List<Field>> replicas = new ArrayList<>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text.substring(start))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean found = json.currentName().equals("replicas");
                json.nextToken();
                while (found && json.nextToken() == JsonToken.START_OBJECT) {
                    replicas.add(fields(json, start));
                }
                json.skipChildren();
            }
        }
        return new DrainMarks(text, List.copyOf(replicas));
    }

    private static List<Field> fields(JsonParser json, int start) {
        List<Field> fields = new ArrayList<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            int begin = start + (int) json.currentTokenLocation().getCharOffset();
            json.nextToken();
            int value = start + (int) json.currentTokenLocation().getCharOffset();
            json.skipChildren();
            json.finishToken();
            fields.add(new Field(
                    name, begin, value, start + (int) json.currentLocation().getCharOffset()));
        }
        return List.copyOf(fields);
    }

    /** {@return the document} */
    String text() {
        return text;
    }

    /** {@return whether a replica, counted from 0, is marked} */
    boolean at(int replica) {
        return mark(replica).filter(mark -> text.startsWith("true", mark.value)).isPresent();
    }

    /**
     * Marks a replica, or takes the mark away.
     *
     * @param replica counted from 0
     * @param marked whether it is to be marked
     * @return the document after that; the same if it is so already
     */
    DrainMarks with(int replica, boolean marked) {
        if (at(replica) == marked) {
            return this;
        }
        String changed = !marked
                ? without(replicas.get(replica))
                : mark(replica)
                        .map(mark -> text.substring(0, mark.value) + "true" + text.substring(mark.end))
                        .orElseGet(() -> added(replicas.get(replica)));
        DrainMarks after = of(changed);
        for (int i = 0; i < replicas.size(); i++) {
            if (after.at(i) != (i == replica ? marked : at(i))) {
                throw new IllegalStateException("the mark of replicas[" + i + "] is wrong after the change");
            }
        }
        return after;
    }

    /** Puts the mark behind the last field, spaced as that one is. */
    private String added(List<Field> fields) {
        Field last = fields.get(fields.size() - 1);
        String colon = text.substring(text.lastIndexOf('"', last.value - 1) + 1, last.value);
        int space = last.begin;
        while (Character.isWhitespace(text.charAt(space - 1))) {
            space--;
        }
        String before = text.substring(space, last.begin);
        boolean narrow = before.isEmpty() && !colon.equals(":");
        return text.substring(0, last.end) + "," + (narrow ? " " : before) + "\"" + MARK + "\"" + colon + "true"
                + text.substring(last.end);
    }

    /** Takes the mark out with one of the commas beside it; a replica has at least one other field, its engine. */
    private String without(List<Field> fields) {
        int i = 0;
        while (!fields.get(i).name.equals(MARK)) {
            i++;
        }
        int begin = i == 0 ? fields.get(0).begin : fields.get(i - 1).end;
        int end = i == 0 ? fields.get(1).begin : fields.get(i).end;
        return text.substring(0, begin) + text.substring(end);
    }

    private Optional<Field> mark(int replica) {
        return replicas.get(replica).stream()
                .filter(field -> field.name.equals(MARK))
                .findFirst();
    }
}
