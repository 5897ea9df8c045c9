package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;

/**
 * What {@code GET /slots} tells of one slot: whose it is or was last, by the job's mark, and whether it works.
 *
 * <p>Thread safety: immutable.
 *
 * @param mark the mark of the last job that had the slot, or {@link #NO_MARK}
 * @param processing whether it works; true also if that is not told in a way that is understood
 */
public record SlotState(int mark, boolean processing) {

    /** Stands for a slot that no job had, or one that does not tell. */
    public static final int NO_MARK = -1;

    /**
     * Reads the answer of a server of any age: today's says {@code is_processing} and has the settings in
     * {@code params}; one of 2024 is flat, and the oldest says {@code state} (contract 12).
     *
     * @param body the body
     * @return one state for each slot
     * @throws JacksonException if it is no JSON, or no list of slots
     */
    public static List<SlotState> read(byte[] body) {
        try (JsonParser parser = Json.FACTORY.createParser(ObjectReadContext.empty(), body)) {
            expect(JsonToken.START_ARRAY, parser.nextToken(), parser);
            List<SlotState> slots = new ArrayList<>();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                expect(JsonToken.START_OBJECT, next, parser);
                Draft draft = new Draft();
                draft.read(parser, true);
                slots.add(new SlotState(draft.mark, draft.processing));
            }
            return slots;
        }
    }

    private static void expect(JsonToken wanted, JsonToken found, JsonParser parser) {
        if (found != wanted) {
            throw new StreamReadException(parser, "no list of slots");
        }
    }

    private static final class Draft {
        private int mark = NO_MARK;
        private boolean processing = true;

        /** Reads one object, from after its brace to its end. */
        private void read(JsonParser parser, boolean outer) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals(SamplingFields.MARK)) {
                    mark = value.isScalarValue() ? Json.count(parser, NO_MARK) : NO_MARK;
                } else if (outer && name.equals("is_processing")) {
                    processing = value != JsonToken.VALUE_FALSE;
                } else if (outer && name.equals("state")) {
                    processing = !value.isNumeric() || parser.getDoubleValue() != 0;
                } else if (outer && name.equals("params") && value == JsonToken.START_OBJECT) {
                    read(parser, false);
                    continue;
                }
                parser.skipChildren();
            }
        }
    }
}
