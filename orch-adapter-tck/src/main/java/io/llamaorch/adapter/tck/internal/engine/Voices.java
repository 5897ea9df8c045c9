package io.llamaorch.adapter.tck.internal.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells apart what a model says in one text, its thoughts, its words and its calls of tools, by the marks between them. What
 * may be the beginning of a mark is held back until it is one, or is none.
 *
 * <p>Thread safety: calls must be serial.
 */
final class Voices {
    static final String THOUGHT = "<think>";
    static final String THOUGHT_ENDS = "</think>";
    static final String CALL = "<tool_call>";
    static final String CALL_ENDS = "</tool_call>";

    /** Whose voice it is. */
    enum Voice {
        THOUGHT,
        WORDS,
        CALL
    }

    /**
     * A part of what is said with one voice.
     *
     * @param call the number of the call that it belongs to, if it does
     */
    record Part(Voice voice, String text, int call) {}

    private final List<String> marks;
    private String held = "";
    private Voice voice = Voice.WORDS;
    private int calls;

    /** @param tools whether tools were offered; if not, what looks like a call is words */
    Voices(boolean tools) {
        this.marks = tools ? List.of(THOUGHT, THOUGHT_ENDS, CALL, CALL_ENDS) : List.of(THOUGHT, THOUGHT_ENDS);
    }

    /** What is certain when this was said. */
    List<Part> hear(String content) {
        List<Part> parts = new ArrayList<>();
        held += content;
        for (int mark = nextMark(); mark >= 0; mark = nextMark()) {
            say(parts, mark);
            pass(marks.stream().filter(held::startsWith).findFirst().orElseThrow());
        }
        say(parts, held.length() - beginning());
        return parts;
    }

    /** What was held back, when nothing more will be said. */
    List<Part> rest() {
        List<Part> parts = new ArrayList<>();
        say(parts, held.length());
        return parts;
    }

    private void say(List<Part> parts, int length) {
        if (length > 0) {
            parts.add(new Part(voice, held.substring(0, length), calls - 1));
            held = held.substring(length);
        }
    }

    private void pass(String mark) {
        held = held.substring(mark.length());
        calls += mark.equals(CALL) ? 1 : 0;
        voice = mark.equals(THOUGHT) ? Voice.THOUGHT : mark.equals(CALL) ? Voice.CALL : Voice.WORDS;
    }

    private int nextMark() {
        return marks.stream()
                .mapToInt(held::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
    }

    /** How many characters at the end may begin a mark. */
    private int beginning() {
        int last = held.lastIndexOf('<');
        return last >= 0 && marks.stream().anyMatch(mark -> mark.startsWith(held.substring(last)))
                ? held.length() - last
                : 0;
    }
}
