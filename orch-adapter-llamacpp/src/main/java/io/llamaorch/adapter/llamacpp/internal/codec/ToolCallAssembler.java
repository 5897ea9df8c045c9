package io.llamaorch.adapter.llamacpp.internal.codec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Puts calls of tools together from their parts, one after the other: a call is whole when the next one begins or the
 * answer is finished, and is never told before.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ToolCallAssembler {

    /** How many characters one call may have (SEC-05). */
    static final int LIMIT = 1 << 20;

    private static final String NO_ARGUMENTS = "{}";

    private final StringBuilder arguments = new StringBuilder();
    private List<ToolCall> whole = new ArrayList<>();
    private String id = "";
    private String name = "";

    /** The number of the call that is open, or was last. */
    private int number = -1;

    private boolean open;
    private @Nullable String fault;

    /**
     * Takes a part.
     *
     * @param index the engine's number of the call; negative if it gives none: then a name begins another
     * @param partId the call's id, or empty
     * @param partName the tool, or empty
     * @param part the next part of the arguments
     */
    void part(int index, String partId, String partName, String part) {
        int wanted = index >= 0 ? index : partName.isEmpty() ? number : number + 1;
        if (wanted < number || (wanted == number && !open)) {
            fault("a part of a tool call that was complete");
            return;
        }
        if (wanted > number) {
            finish(false);
            number = wanted;
            open = true;
        }
        id = id.isEmpty() ? partId : id;
        name = name.isEmpty() ? partName : name;
        if (arguments.length() + part.length() + id.length() + name.length() > LIMIT) {
            fault("a tool call of more than " + LIMIT + " characters");
        } else {
            arguments.append(part);
        }
    }

    /**
     * Ends the call that is open, if there is one.
     *
     * @param atLimit whether the answer was cut short, so that a call that is not whole is no fault but none at all
     */
    void finish(boolean atLimit) {
        if (!open) {
            return;
        }
        open = false;
        String all = arguments.toString();
        boolean none = all.isBlank() && !atLimit;
        if (!name.isEmpty() && (none || KnownExtra.isDocument(all, JsonToken.START_OBJECT))) {
            whole.add(new ToolCall(id, name, none ? NO_ARGUMENTS : all));
        } else if (!atLimit) {
            fault(name.isEmpty() ? "a tool call without a name" : "a tool call whose arguments are no JSON object");
        }
        id = "";
        name = "";
        arguments.setLength(0);
        arguments.trimToSize();
    }

    /** The calls that have become whole since this was asked last. */
    List<ToolCall> take() {
        if (whole.isEmpty()) {
            return List.of();
        }
        List<ToolCall> taken = whole;
        whole = new ArrayList<>();
        return taken;
    }

    /** What is wrong with what came; null if nothing is. */
    @Nullable
    String fault() {
        return fault;
    }

    private void fault(String what) {
        if (fault == null) {
            fault = what;
        }
    }
}
