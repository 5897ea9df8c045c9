package io.llamaorch.adapter.llamacpp.internal.codec;

import io.llamaorch.adapter.spi.StopReason;
import org.jspecify.annotations.Nullable;

/**
 * What a chat's last events say one after the other, kept until the end marker has come.
 *
 * <p>Thread safety: calls must be serial.
 */
final class ChatEnd {

    private final boolean mayStopAtString;
    private String reason = "";
    private boolean callsTools;
    private @Nullable String stopType;
    private @Nullable String stoppingWord;
    private int slot = -1;
    private int cached = -1;
    private int prompt = -1;
    private int generated = -1;
    private boolean truncated;
    private boolean hasTimings;
    private double promptMillis;
    private double generationMillis;

    /** @param mayStopAtString whether the task has stop strings */
    ChatEnd(boolean mayStopAtString) {
        this.mayStopAtString = mayStopAtString;
    }

    /** Takes the reason why the answer is finished; an empty one is none. */
    void finish(String finishReason) {
        if (!finishReason.isEmpty()) {
            reason = finishReason;
        }
    }

    boolean isFinished() {
        return !reason.isEmpty();
    }

    boolean isLimit() {
        return reason.equals("length");
    }

    /** Takes what an event says for the end. */
    void note(CompletionEvent event) {
        callsTools |= !event.toolCalls.isEmpty();
        slot = Math.max(slot, event.slot);
        cached = event.cached < 0 ? cached : event.cached;
        prompt = event.tokensEvaluated < 0 ? prompt : event.tokensEvaluated;
        generated = event.tokensPredicted < 0 ? generated : event.tokensPredicted;
        truncated |= event.truncated;
        stopType = event.stopType == null ? stopType : event.stopType;
        stoppingWord = event.stoppingWord == null ? stoppingWord : event.stoppingWord;
        if (event.hasTimings) {
            hasTimings = true;
            promptMillis = event.promptMillis;
            generationMillis = event.generationMillis;
        }
    }

    /** Makes the event the end. */
    void tell(CompletionEvent event) {
        event.stop = true;
        event.finished = reason();
        event.stoppingWord = stoppingWord;
        event.slot = slot;
        event.cached = cached;
        event.tokensEvaluated = prompt;
        event.tokensPredicted = generated;
        event.truncated = truncated;
        event.hasTimings = hasTimings;
        event.promptMillis = promptMillis;
        event.generationMillis = generationMillis;
    }

    private StopReason reason() {
        return switch (reason) {
            case "tool_calls", "function_call" -> StopReason.TOOL_CALLS;
            case "length" -> StopReason.LIMIT;
            case "stop" -> callsTools ? StopReason.TOOL_CALLS : whereItStopped();
            default -> StopReason.UNKNOWN;
        };
    }

    /** A chat says "stop" of both its natural end and a stop string; older engines do not tell which. */
    private StopReason whereItStopped() {
        if (stopType != null) {
            return stopType.equals("word") ? StopReason.STOP_STRING : StopReason.END_OF_TEXT;
        }
        return mayStopAtString ? StopReason.UNKNOWN : StopReason.END_OF_TEXT;
    }
}
